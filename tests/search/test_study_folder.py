"""A search read back from its folder: its table, report and place in the list of runs."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

import protokit
from protokit.recipe.space import Space
from protokit.search.table import as_csv
from protokit.workflow.look.runs import chosen
from tests.search.made import figures, finals, search, trials, write_log

RECIPE = """\
name: flights
represent: {target: late}
learn:
  menu:
    - Dense: {units: {choice: [16, 32, 64]}, activation: relu}
    - Dropout: {float: [0.0, 0.5]}
  optimizer: {AdamW: {learning_rate: {float: [0.0001, 0.1], log: true}}}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A search that has not come to its end."""
    path = tmp_path / "runs" / "flights" / "search-20260101T120000-ab12"
    path.mkdir(parents=True)
    (path / "recipe.yaml").write_text(RECIPE)
    (path / "environment.json").write_text("{}")
    known = Space(protokit.Recipe.read(path / "recipe.yaml")).slots
    found = trials(known, 24, greater=True, running=1)
    write_log(path / "log.jsonl", replace(search(3), trials=found, finals=()))
    return path


def test_a_log_is_a_study_with_its_table_and_report(folder: Path) -> None:
    study = protokit.Study.open(folder)
    frame = study.trials
    assert len(frame) == 24 and frame["state"].iloc[0] == "complete"
    assert str(frame["Dense.units"].dtype) == "Int64" and frame["Dropout.rate"].notna().all()
    assert set(frame[frame["state"] == "pruned"]["reason"].str[:10]) == {"behind the"}
    assert as_csv(frame).count("\n") == 25
    assert "has not come to its end" in str(study) and not study.complete
    page = protokit.report(folder)
    text = page.read_text()
    assert page == folder / "report.html" and "Dropout.rate" in text and "best so far" in text
    assert "Networks" in text and "stroke-dasharray" in text, "the best and the defaults side by side"
    assert "<svg" in study._repr_mimebundle_()["text/html"]


def test_a_torn_last_line_is_left_out(folder: Path) -> None:
    log = folder / "log.jsonl"
    before = protokit.Study.open(folder).trials
    log.write_bytes(log.read_bytes() + b'{"event": "end", "tri')
    assert protokit.Study.open(folder).trials.equals(before)
    [one] = chosen(folder.parent)
    assert (one.kind, one.state, one.trials) == ("search", "unfinished", 23)


def test_what_runs_is_told_from_what_was_killed(folder: Path) -> None:
    import os
    import platform

    lock = folder / "lock"
    lock.write_text(json.dumps({"host": platform.node(), "pid": os.getpid()}))
    assert chosen(folder)[0].state == "running"
    lock.write_text(json.dumps({"host": "another", "pid": os.getpid()}))
    assert chosen(folder)[0].state == "unfinished"
    lock.write_text("")
    assert chosen(folder)[0].state == "unfinished"


def test_a_finished_search_is_listed_with_what_it_gained(folder: Path) -> None:
    view = protokit.Study.open(folder).view
    trained = finals(view.trials)
    (folder / "search.json").write_text(json.dumps(figures(view.trials, trained, greater=True)))
    [one] = chosen(folder.parent)
    assert (one.state, one.verdict, one.metric, one.target) == ("finished", "gained", "roc_auc", "late")
    study = protokit.Study.open(folder)
    assert "The search gained" in study.verdict and study.gained
    assert protokit.report(study, folder.parent / "out.html").read_text().count("trial 0 (defaults)") >= 1
    with pytest.raises(protokit.DataError, match="this is a folder"):
        protokit.report(study, folder)
    with pytest.raises(protokit.DataError):
        protokit.report(folder.parent / "nothing")
