"""What a new or a hostile user gives to several sets: nothing is lost in silence, and nothing is trained in vain."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import protokit
from protokit.core.errors import DataError, SpecError
from protokit.recipe.sets.members import given_by_set
from protokit.sets.contents import is_whole
from protokit.sets.joint.network import target_of
from protokit.sets.result import SetsRun
from protokit.sets.running import run_sets
from protokit.workflow.check import as_recipe
from tests.sets.conftest import recipe_of, rows_of


@pytest.mark.parametrize(
    ("ways", "parts", "told"),
    [
        (["shared"], {"learn": {"epochs": 1}}, r"learn\.epochs of 'b' is not that of 'a'"),
        (["stacked", {"sequence": {"freeze_after_first": "roots"}}], {}, "'roots' is none of the layers"),
    ],
)
def test_what_cannot_be_trained_together_is_told_before_anything_is_trained(
    ways: list[object], parts: dict[str, object], told: str, frames: dict[str, pd.DataFrame], out: Path
) -> None:
    recipe = recipe_of("a", "b", ways=ways)
    recipe["sets"] = {"a": {}, "b": parts}
    with pytest.raises(SpecError, match=told):
        run_sets(recipe, frames, out=out)
    assert not list(out.rglob("metrics.json"))


@pytest.mark.parametrize(
    ("sets", "ways", "told"),
    [
        ({"a": {"learn": {"sets": "shared"}}, "b": {}}, "each", r"sets\.a\.learn\.sets: the ways .* of all sets"),
        ({"a": {}, "b": {}}, ["auto", "each"], "auto chooses the ways itself: it stands alone"),
        ({"a": {}, "b": {}}, {"shared": None, "each": None}, r"several ways are a list\n.*\[shared, each\]"),
        ({"by": "y"}, "each", r"sets\.by: 'y' is the target"),
    ],
)
def test_words_in_the_wrong_place_are_refused(sets: object, ways: object, told: str) -> None:
    with pytest.raises(SpecError, match=told):
        as_recipe({**recipe_of(ways=ways), "sets": sets}, several=True)


def test_a_frame_for_no_file_is_refused(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.csv").write_text("x,y\n1,2\n", encoding="utf-8")
    sets = [str(tmp_path / "a.csv"), str(tmp_path / "b.csv")]
    recipe = as_recipe({"sets": sets, "represent": {"target": "y"}}, several=True)
    with pytest.raises(SpecError, match="there is no set 'c'"):
        given_by_set(recipe, {"a": rows_of(0), "c": rows_of(1)})


def test_targets_of_sets_with_dots_stay_apart(out: Path) -> None:
    assert target_of("a", "b.c") != target_of("a.b", "c")
    frames = {"a": rows_of(0).rename(columns={"y": "b.c"}), "a.b": rows_of(1).rename(columns={"y": "c"})}
    recipe = recipe_of("a", "a.b", ways=["shared"])
    recipe["sets"] = {"a": {"represent": {"target": "b.c"}}, "a.b": {"represent": {"target": "c"}}}
    found = run_sets(recipe, frames, out=out)
    for name in found.sets:
        weights = [one.weights for one in found.model(name, "shared").to_keras().layers if one.weights]
        assert any(np.any(np.asarray(bias)) for bias in (weights[-1][-1],))  # heads start with a bias of 0


def test_rows_of_no_set_are_told_and_levels_may_be_times(out: Path) -> None:
    levels = [pd.Timestamp("2020-01-01"), pd.Timestamp("2021-01-01 10:00"), None]
    table = pd.concat([rows_of(i, 50).assign(day=day) for i, day in enumerate(levels)], ignore_index=True)
    table["day"] = pd.to_datetime(table["day"])
    found = run_sets({**recipe_of(), "sets": {"by": "day"}}, table, out=out)
    assert [sum(rows.values()) for rows in found.results["rows"].values()] == [50, 50]
    assert any("50 rows without a cell in 'day' are in no set" in one["rule"] for one in found.results["notices"])
    models = found.models("stacked")
    own = models.predict(table.head(50), set=found.sets[0])
    named = models.predict(table.head(50), set="2020-01-01 00:00:00")
    pd.testing.assert_frame_equal(own, named)
    assert not named.attrs.get("notices")
    test = found.run(found.sets[0]).predictions["row"].to_numpy()
    score = found.scores.query("way == 'stacked'").iloc[0]
    chances = own["y = yes"].to_numpy()[test]
    yes = table["y"].to_numpy()[test] == "yes"
    pairs = chances[yes][:, None] - chances[~yes][None, :]
    assert score["metric"] == "roc_auc" and score["value"] == pytest.approx(((pairs > 0) + 0.5 * (pairs == 0)).mean())


def test_true_and_false_are_not_stacked_on_numbers(frames: dict[str, pd.DataFrame], out: Path) -> None:
    given = {"a": frames["a"].assign(y=frames["a"].p > 0), "b": frames["b"].assign(y=(frames["b"].p > 0).astype(int))}
    with pytest.raises(SpecError, match="'y' holds true and false in 'a' and numbers in 'b'"):
        run_sets(recipe_of("a", "b", ways=["stacked"]), given, out=out)


def test_sets_of_other_classes_are_not_stacked(frames: dict[str, pd.DataFrame], out: Path) -> None:
    three = np.where(frames["a"].p < -0.5, "maybe", frames["a"].y)
    given = {**frames, "a": frames["a"].assign(y=three)}
    with pytest.raises(SpecError, match="'y' are maybe, no, yes in 'a' and no, yes in 'b'"):
        run_sets(recipe_of("a", "b", ways=["stacked"]), given, out=out)


@pytest.mark.parametrize("text", ["{", "[]", '{"sets": [], "ways": [], "cells": []}', '{"cells": "x"}'])
def test_a_damaged_experiment_is_told(text: str, tmp_path: Path) -> None:
    (tmp_path / "sets.json").write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match=r"sets\.json cannot be read"):
        SetsRun.open(tmp_path)


def test_a_damaged_experiment_goes_on_with_resume(frames: dict[str, pd.DataFrame], out: Path) -> None:
    recipe = recipe_of("a", "b", ways="each")
    found = run_sets(recipe, frames, out=out)
    assert is_whole(found.path)
    whole = (found.path / "sets.json").read_bytes()
    (found.path / "sets.json").write_bytes(whole[:200])
    again = run_sets(recipe, frames, out=out, resume=True)
    assert again.path == found.path and again.results == found.results
    shutil.rmtree(found.run("b").path)
    assert not is_whole(found.path)
    again = run_sets(recipe, frames, out=out, resume=True)
    assert json.loads(whole)["cells"][0] == again.results["cells"][0] and is_whole(again.path)
    assert protokit.report(out / "small", out / "page.html").is_file()
