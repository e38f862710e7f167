"""An experiment that goes on: new sets, new rows, kept test rows, and what the sets before have lost."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import protokit
from protokit.core.errors import DataError, SpecError
from protokit.sets.result import SetsRun
from protokit.sets.running import run_sets
from tests.sets.conftest import recipe_of, rows_of

WAYS = ["stacked", {"sequence": {"rehearse": 0.2}}]


def written(folder: Path, name: str, frame: pd.DataFrame) -> dict[str, Any]:
    frame.to_csv(folder / f"{name}.csv", index=False)
    return {"collect": {"tables": {"data": str(folder / f"{name}.csv")}}}


def grown_a() -> pd.DataFrame:
    return pd.concat([rows_of(0, 60), rows_of(7, 50).assign(kind="w")], ignore_index=True)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("growing")


@pytest.fixture(scope="module")
def first(folder: Path) -> SetsRun:
    sets = {name: written(folder, name, rows_of(seed, 60)) for name, seed in (("a", 0), ("b", 1))}
    return run_sets({**recipe_of(ways=WAYS, epochs=2), "sets": sets}, out=folder / "runs", cache=False)


def bytes_of(path: Path) -> dict[str, bytes]:
    return {str(one.relative_to(path)): one.read_bytes() for one in path.rglob("*") if one.is_file()}


def going_on(first: SetsRun, **sets: object) -> dict[str, Any]:
    return {"name": "later", "sets": sets, "learn": {"from": str(first.path)}}


def test_a_new_set_and_new_rows_go_on_from_what_was_learned(first: SetsRun, folder: Path) -> None:
    before = bytes_of(first.path)
    sets = {"a": written(folder, "more", grown_a()), "c": written(folder, "c", rows_of(2, 60))}
    recipe = going_on(first, **sets)
    assert protokit.check(recipe).name == "later"
    found = run_sets(recipe, out=folder / "runs", cache=False)
    assert bytes_of(first.path) == before
    assert found.sets == ("a", "b", "c") and found.ways == first.ways
    assert found.results["earlier"]["new_rows"] == {"a": 50, "b": 0, "c": 60}
    # own networks: b's is taken, a's goes on with its level more, c's is from scratch
    b = [one.run("b").path / "model" / "weights.safetensors" for one in (first, found)]
    assert b[0].read_bytes() == b[1].read_bytes()
    assert "kind = w" in found.model("a", "each").signature.inputs[0].columns
    assert found.run("c").recipe.learn.from_ is None and found.run("a").recipe.learn.from_ is not None
    # the test rows of then are among those of now, and none that was learned from is
    kept = [one.run("a").model.kept_rows for one in (first, found)]
    assert kept[0] is not None and kept[1] is not None
    assert np.array_equal(kept[1].parts[:60], kept[0].parts) and set(kept[1].parts[60:]) == {0, 1, 2}
    # stacked: the name of the new set is a level behind the others
    levels = [one.model("a", "stacked").signature.inputs[0].columns for one in (first, found)]
    assert "set = c" in levels[1] and levels[1].index("set = b") < levels[1].index("set = c")
    assert "set = c" not in levels[0]
    # what changed for the sets before, on as many rows as they were tested on
    changes = found.changes
    assert set(zip(changes["set"], changes["way"], strict=True)) == {
        ("a", "each"), *((name, way) for name in "ab" for way in ("stacked", "sequence"))
    }  # fmt: skip
    assert (changes["rows"] == first.results["rows"]["a"]["test"]).all()
    was = first.scores.set_index(["set", "way"])["value"]
    for row in changes.to_dict("records"):
        assert row["before value"] == pytest.approx(was[row["set"], row["way"]])
        assert row["change value"] == pytest.approx(row["now value"] - row["before value"])
    steps = found.results["steps"]
    assert steps is not None and steps["order"] == ["a", "b", "a", "c"]
    said = str(found)
    assert "It goes on from 2 sets (new: c; 50 new rows of a)" in said and "On the test rows of then" in said
    assert "scored again" in (found.path / "report.html").read_text()
    assert run_sets(recipe, out=folder / "runs", cache=False, resume=True) == found


def test_each_set_may_begin_at_an_ordinary_run(first: SetsRun, folder: Path) -> None:
    sets = {"b": written(folder, "b", rows_of(1, 60)), "c": written(folder, "c", rows_of(2, 60))}
    recipe = {**recipe_of(ways="shared", **{"from": str(first.run("a").path)}), "sets": sets}
    found = run_sets(recipe, out=folder / "other", cache=False)
    assert "begin at what was learned before" in str(found) and found.changes.empty


def test_rows_of_then_that_are_tested_on_now_are_named(first: SetsRun, folder: Path) -> None:
    fitted = first.run("a").model.kept_rows
    assert fitted is not None
    copied = rows_of(0, 60)[fitted.parts == 0].head(20)
    frame = pd.concat([rows_of(5, 60).assign(part="train"), copied.assign(part="test")], ignore_index=True)
    # a's rows of then are not in its table any more: only their hashes tell
    sets = {"a": written(folder, "gone", rows_of(9, 60)), "c": written(folder, "seen", frame)}
    sets["c"]["represent"] = {"target": "y", "split": {"by": {"column": "part"}}}
    recipe = {**going_on(first, **sets), "evaluate": {"baselines": ["dummy"], "strict": True}}
    recipe["learn"] = {**recipe["learn"], "sets": "each"}
    with pytest.raises(protokit.AuditError, match=r"20 of 20 test rows of 'c' are copies of rows that .*a"):
        run_sets(recipe, out=folder / "strict", cache=False)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"learn": {"from": "runs/none"}}, "learn.from: no run, model or file runs/none"),
        ({"learn": {"sets": "each", "from": "UNFINISHED"}}, "learn.from: .*did not come to its end"),
        ({"learn": {"from": "EMPTY"}}, "learn.from: .*not the folder of a finished run"),
        ({"represent": {"target": "p"}}, "represent.target: the set 'a' predicts p, and in the earlier experiment y"),
        ({"sets": {"a": "FEWER"}}, "collect.tables.*: the set 'a' has no column 'q', which the earlier experiment"),
        ({"sets": {"by": "place"}}, "sets: the earlier experiment tells its sets apart in another way"),
        ({"learn": {"from": "FIRST", "sets": ["each", "stacked"]}}, ""),
        ({"learn": {"from": "FIRST", "sets": "shared"}}, "learn.sets: the earlier experiment has no shared network"),
    ],
)
def test_what_cannot_go_on_is_told_before_anything_is_trained(
    change: dict[str, Any], words: str, first: SetsRun, folder: Path
) -> None:
    (folder / "open" / "sets-20260101T000000-0000").mkdir(parents=True, exist_ok=True)
    (folder / "open" / "sets-20260101T000000-0000" / "environment.json").write_text("{}")
    (folder / "empty").mkdir(exist_ok=True)
    places = {"UNFINISHED": folder / "open", "EMPTY": folder / "empty", "FIRST": first.path}
    recipe = {**going_on(first, c=written(folder, "c", rows_of(2, 60))), **change}
    if (start := recipe["learn"].get("from")) in places:
        recipe["learn"] = {**recipe["learn"], "from": str(places[start])}
    if recipe["sets"].get("a") == "FEWER":
        recipe["sets"] = {"a": written(folder, "fewer", rows_of(0, 60).drop(columns="q"))}
    if not words:
        assert protokit.check(recipe).learn.sets is not None
        return
    with pytest.raises(SpecError, match=words):
        protokit.check(recipe)


def test_errors_stand_at_their_lines(first: SetsRun, folder: Path) -> None:
    text = f"sets: {{c: {{}}}}\nlearn:\n  sets: stacked\n  from: {folder / 'runs' / 'nothing'}\n"
    (folder / "wrong.yaml").write_text(text)
    with pytest.raises(SpecError, match=r"wrong.yaml:4:9"):
        protokit.check(folder / "wrong.yaml")
    with pytest.raises(SpecError, match="one set alone is no several"):
        protokit.check({**recipe_of("a")})


def test_a_column_of_another_kind_is_told(first: SetsRun, folder: Path) -> None:
    frame = rows_of(0, 60)
    frame["p"] = np.where(frame["p"] > 0, "high", "low")
    recipe = going_on(first, a=written(folder, "kinds", frame))
    with pytest.raises((SpecError, DataError), match=r"set 'a'.*'p' is category here, and was number"):
        run_sets(recipe, out=folder / "none", cache=False)
    plain = {"represent": {"target": "y"}, "learn": {"from": str(folder / "runs" / "small")}}
    with pytest.raises(SpecError, match="it is an experiment on several sets"):
        protokit.run(plain, rows_of(0, 60), out=folder / "none")


def test_rows_that_were_passed_have_to_be_passed_again(first: SetsRun, folder: Path) -> None:
    path = first.run("b").path / "recipe.yaml"
    text = path.read_text()
    data = json.loads(json.dumps(protokit.check(path).document.data))
    data.pop("collect")
    try:
        path.write_text(json.dumps(data))
        with pytest.raises(SpecError, match="the rows of the set 'b' were passed from Python"):
            run_sets(going_on(first, c=written(folder, "c", rows_of(2, 60))), out=folder / "none", cache=False)
    finally:
        path.write_text(text)
