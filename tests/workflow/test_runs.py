"""The list of runs and searches, and what a run leaves that did not come to its end."""

from __future__ import annotations

import json
import math
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import protokit
from protokit.workflow.look.runs import chosen
from tests.workflow.made_runs import begun, finished, searched


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    out = tmp_path / "runs"
    finished(out / "flights" / "20260101T120000-aa11", 0.9)
    finished(out / "flights" / "20260103T120000-aa22", None)
    finished(out / "trains" / "20260102T120000-bb11", 0.7, epochs=3)
    begun(out / "trains" / "20260104T120000-bb22", failed={"state": "failed", "reason": "the loss was\nnot finite"})
    begun(out / "trains" / "20260105T120000-bb33", failed={"state": "interrupted", "reason": "--resume goes on"})
    begun(out / "trains" / "20260106T120000-bb44")
    searched(out / "trains" / "search-20260107T120000-cc11")
    searched(out / "trains" / "search-20260108T120000-cc22", complete=False)
    (out / "notes").mkdir()
    return out


def listed(folder: Path, *filters: str, sort: str | None = None, reverse: bool = False) -> list[str]:
    return [one.path.name[-4:] for one in chosen(folder, filters, sort, reverse=reverse)]


def test_every_run_and_search_the_newest_first(folder: Path) -> None:
    found = chosen(folder)
    assert [(one.path.name[-4:], one.kind, one.state) for one in found] == [
        ("cc22", "search", "unfinished"), ("cc11", "search", "finished"), ("bb44", "run", "unfinished"),
        ("bb33", "run", "interrupted"), ("bb22", "run", "failed"), ("aa22", "run", "finished"),
        ("bb11", "run", "finished"), ("aa11", "run", "finished"),
    ]  # fmt: skip
    first = found[-1]
    assert (first.name, first.started, first.target, first.metric) == (
        "flights", "2026-01-01T12:00:00", "late", "roc_auc",
    )  # fmt: skip
    assert (first.score["value"], first.verdict, first.epochs, first.parameters, first.seconds) == (
        0.9, "better", 12, 32, 1.75,
    )  # fmt: skip
    assert (found[1].verdict, found[1].trials, found[1].seconds, found[1].score["value"]) == ("gained", 50, 60.5, 0.85)
    assert (found[0].trials, found[0].seconds) == (3, 3.0)


def test_sorted_by_a_metric_the_best_come_first_and_the_missing_last(folder: Path) -> None:
    found = listed(folder, sort="roc_auc")
    assert found[:3] == ["aa11", "cc11", "bb11"] and set(found[3:]) == {"aa22", "bb44", "bb33", "bb22", "cc22"}
    assert listed(folder, sort="roc_auc", reverse=True)[:3] == ["bb11", "cc11", "aa11"]
    assert listed(folder, sort="epochs")[0] == "bb11" and listed(folder, reverse=True)[0] == "aa11"
    assert listed(folder, sort="name")[:2] == ["aa22", "aa11"]


@pytest.mark.parametrize(
    ("filters", "left"),
    [
        (["roc_auc > .8"], ["cc11", "aa11"]),
        (["roc_auc<=0.7"], ["bb11"]),
        (["flights"], ["aa22", "aa11"]),
        (["name = flights", "roc_auc > 0"], ["aa11"]),
        (["state = failed"], ["bb22"]),
        (["reason ~ FINITE"], ["bb22"]),
        (["state != finished", "kind == run"], ["bb44", "bb33", "bb22"]),
        (["started >= 2026-01-07"], ["cc22", "cc11"]),
        (["started < 2026-01-02"], ["aa11"]),
        (["verdict = 'gained'"], ["cc11"]),
        (["trials = 50.0"], ["cc11"]),
    ],
)
def test_filters(folder: Path, filters: list[str], left: list[str]) -> None:
    assert listed(folder, *filters) == left


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("rocauc > 1", "did you mean 'roc_auc'"),
        ("roc_auc > many", "no number"),
        ("roc_auc >", "no filter"),
        ("", "no filter"),
    ],
)
def test_a_filter_that_cannot_be(folder: Path, text: str, words: str) -> None:
    with pytest.raises(protokit.SpecError, match=words):
        chosen(folder, [text])


def test_no_such_folder_and_no_such_column(folder: Path) -> None:
    with pytest.raises(protokit.DataError, match="did you mean"):
        chosen(folder.parent / "rums")
    with pytest.raises(protokit.SpecError, match="no run has 'epoch'"):
        chosen(folder, sort="epoch")


def test_the_data_frame_is_typed(folder: Path) -> None:
    frame = protokit.runs(folder, filter="kind = run", sort="roc_auc")
    assert frame["roc_auc"].tolist()[:2] == [0.9, 0.7] and math.isnan(frame["roc_auc"].iloc[-1])
    assert frame["started"].dt.year.eq(2026).all() and str(frame["epochs"].dtype) == "Int64"
    assert protokit.Run  # a row's folder opens
    assert len(protokit.runs(folder / "notes")) == 0


def test_one_run_and_one_recipe_are_folders_too(folder: Path) -> None:
    assert listed(folder / "flights") == ["aa22", "aa11"]
    assert listed(folder / "flights" / "20260101T120000-aa11") == ["aa11"]


def test_damaged_files_are_said_and_stop_nothing(folder: Path) -> None:
    (folder / "flights" / "20260101T120000-aa11" / "metrics.json").write_text('{"scores": 3}')
    (folder / "flights" / "20260103T120000-aa22" / "steps.json").write_text("{")
    (folder / "trains" / "20260104T120000-bb22" / "failed.json").write_text("[")
    (folder / "trains" / "search-20260107T120000-cc11" / "search.json").write_text("{")
    states = {one.path.name[-4:]: (one.state, one.reason) for one in chosen(folder)}
    assert states["aa11"] == ("failed", "metrics.json cannot be read") and states["aa22"][0] == "finished"
    assert states["bb22"][0] == "failed" and states["cc11"] == ("failed", "search.json cannot be read")


def test_a_thousand_runs_are_read_in_seconds(tmp_path: Path) -> None:
    for i in range(300):
        finished(tmp_path / f"r{i % 7}" / f"20260101T{i // 60:02}{i % 60:02}00-{i:04}", i / 300)
    start = time.process_time()
    assert len(chosen(tmp_path, ["roc_auc >= .5"], "roc_auc")) == 150
    assert time.process_time() - start < 1.5  # .15 where it was measured


def recipe(**learn: object) -> dict[str, object]:
    return {
        "name": "ends",
        "represent": {"target": "y"},
        "learn": {"menu": [{"Dense": 4}], "epochs": 3, **learn},
        "evaluate": {"baselines": ["dummy"]},
    }


def test_a_run_that_fails_leaves_its_reason_and_one_that_goes_on_takes_it_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"x": rng.normal(size=200), "y": rng.integers(0, 2, 200)})
    place = "protokit.workflow.run.training.doctor"
    for error, state in ((RuntimeError("no room\nat all"), "failed"), (KeyboardInterrupt(), "interrupted")):

        def raising(*_: object, error: BaseException = error) -> None:
            raise error

        with monkeypatch.context() as patched:
            patched.setattr(place, raising)
            with pytest.raises(type(error)):
                protokit.run(recipe(), frame, out=tmp_path, resume=True)
        [one] = chosen(tmp_path)
        assert one.state == state and ("no room" in one.reason) == (state == "failed")
    said = json.loads((one.path / "failed.json").read_text())
    assert said["error"] == "KeyboardInterrupt" and said["at"].startswith("20")
    run = protokit.run(recipe(), frame, out=tmp_path, resume=True)
    assert run.path == one.path and not (run.path / "failed.json").exists()
    assert [one.state for one in chosen(tmp_path)] == ["finished"]


def test_what_the_audit_stopped_is_failed(tmp_path: Path) -> None:
    found = {"findings": [{"severity": "note", "rule": "-"}, {"severity": "fatal", "rule": "'again' tells 'y'"}]}
    begun(tmp_path / "x" / "20260101T120000-aa11", audit=found)
    [one] = chosen(tmp_path)
    assert (one.state, one.reason) == ("failed", "the audit stopped it: 'again' tells 'y'")
