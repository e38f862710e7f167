"""Experiments on several sets held against each other, and against ordinary runs."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

import protokit
from protokit.core.errors import DataError, SpecError
from protokit.sets.comparing.compare import compare_sets
from protokit.sets.result import SetsRun
from tests.command import call


def test_each_way_of_each_set_is_held_against_the_same(twins: tuple[SetsRun, SetsRun]) -> None:
    one, two = twins
    both = compare_sets(*twins)
    assert both.labels == ("of1", "of4") and not both.flags
    assert [(pair.set, pair.way) for pair in both.pairs] == [
        (name, way) for name in ("a", "b") for way in ("each", "stacked", "shared")
    ]
    for pair in both.pairs:
        cells = [
            next(c["score"]["value"] for c in some.results["cells"] if (c["set"], c["way"]) == (pair.set, pair.way))
            for some in twins
        ]
        assert pair.scores == pytest.approx(tuple(cells), abs=1e-9)
        assert pair.difference.interval.value == pytest.approx(pair.scores[1] - pair.scores[0])
        assert pair.p >= pair.difference.p  # allowed for all
    back = compare_sets(two, one)
    turned = {"better": "worse", "worse": "better"}
    assert [turned.get(pair.outcome, pair.outcome) for pair in both.pairs] == [pair.outcome for pair in back.pairs]
    text = str(both)
    assert "each: of4 " in text and "stacked: of4 " in text and "+ better, − worse than of1" in text
    assert "of4" in both.page().html() and len(both.as_plain()["pairs"]) == 6  # type: ignore[arg-type]


def test_an_ordinary_run_is_held_against_the_ways_of_its_set(twins: tuple[SetsRun, SetsRun], tmp_path: Path) -> None:
    one, two = twins
    run = one.run("a")
    found = compare_sets(two, run)
    assert [(pair.set, pair.way) for pair in found.pairs] == [("a", way) for way in ("each", "stacked", "shared")]
    three = compare_sets(run, *twins)
    assert {pair.set for pair in three.pairs} == {"a", "b"} and "first" in str(three)
    other = protokit.Run.open(of_other_data(run.path, tmp_path / "other" / run.path.name))
    flag = "other is not compared: it was tested on the rows of none of the sets."
    assert compare_sets(*twins, other).flags == (flag,)
    with pytest.raises(DataError, match="nothing here was tested on the same rows: no run is of one of the sets"):
        compare_sets(one, other)
    with pytest.raises(SpecError, match="none of these is an experiment on several sets"):
        compare_sets(run, other)


def of_other_data(path: Path, to: Path) -> Path:
    """A run or an experiment as if it had been made of other files."""
    shutil.copytree(path, to)
    for file in to.glob("**/environment.json"):
        plain = json.loads(file.read_text(encoding="utf-8"))
        file.write_text(json.dumps({**plain, "inputs": {"data": "another"}}), encoding="utf-8")
    return to


def with_sets(one: SetsRun, to: Path, **names: str) -> SetsRun:
    """An experiment as if its sets had other names."""
    shutil.copytree(one.path, to)
    text = (to / "sets.json").read_text(encoding="utf-8")
    for old, new in names.items():
        text = text.replace(f'"{old}"', f'"{new}"')
    (to / "sets.json").write_text(text, encoding="utf-8")
    return SetsRun.open(to)


def test_what_cannot_be_compared_is_said(twins: tuple[SetsRun, SetsRun], tmp_path: Path) -> None:
    one = twins[0]
    with pytest.raises(SpecError, match="compare takes two or more, not 1"):
        compare_sets(one)
    with pytest.raises(SpecError, match="the same folder twice"):
        compare_sets(one, one.path)
    with pytest.raises(DataError, match="not the folder of a finished run: there is no such folder"):
        compare_sets(one, tmp_path / "nothing")
    with pytest.raises(DataError, match=r"nothing here was tested on the same rows: their data is not the same"):
        compare_sets(one, of_other_data(twins[1].path, tmp_path / "apart"))
    fewer = compare_sets(one, with_sets(twins[1], tmp_path / "fewer", b="c"))
    assert {pair.set for pair in fewer.pairs} == {"a"}
    with pytest.raises(DataError, match="no set of of1 is in another: of1 has a, b; of4 has c, d"):
        compare_sets(one, with_sets(twins[1], tmp_path / "none", a="c", b="d"))
    with pytest.raises(DataError, match=r"it is an experiment on several sets\n +protokit.SetsRun.open reads it"):
        protokit.compare(one.path.parent, twins[1].path.parent)


def test_the_command_takes_both(twins: tuple[SetsRun, SetsRun], tmp_path: Path) -> None:
    folders = [str(one.path.parent) for one in twins]
    status, out, error = call("compare", *folders, cwd=tmp_path)
    assert status == 0 and "2 compared across sets" in out, error
    status, out, _ = call("compare", *folders, "--json", "-o", "both.html", cwd=tmp_path)
    assert status == 0 and len(json.loads(out)["pairs"]) == 6
    assert "2 compared across sets" in (tmp_path / "both.html").read_text(encoding="utf-8")
    status, _, error = call("compare", folders[0], str(tmp_path / "nothing"), cwd=tmp_path)
    assert status == 1 and "there is no such folder" in error
