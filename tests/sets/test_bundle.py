"""The models of several sets in one folder: kept once, copied away, read again, damaged."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import protokit
from protokit.core.errors import BundleError, DataError, SpecError
from protokit.core.files import sha256
from protokit.sets.bundle.folder import load_sets
from protokit.sets.result import SetsRun
from protokit.sets.running import run_sets
from tests.command import call
from tests.sets.conftest import recipe_of, rows_of

NEW = rows_of(7, 12).drop(columns="y")


@pytest.fixture(scope="module")
def found(twins: tuple[SetsRun, SetsRun]) -> SetsRun:
    return twins[1]


def test_each_set_is_predicted_by_its_model_wherever_the_folder_is(found: SetsRun, tmp_path: Path) -> None:
    found.save(tmp_path / "here", way="shared")
    shutil.copytree(tmp_path / "here", tmp_path / "there")
    shutil.rmtree(tmp_path / "here")
    again = load_sets(tmp_path / "there")
    assert again.sets == ("a", "b") and again.ways == {"a": "shared", "b": "shared"} and again.name == "of4"
    for name in again.sets:
        expected = found.run(name, "shared").model.predict(NEW)
        pd.testing.assert_frame_equal(again.predict(NEW, set=name), expected, check_exact=True)
        pd.testing.assert_frame_equal(found.predict(NEW, set=name, way="shared"), expected, check_exact=True)
    for wrong in (again.model, lambda name: again.predict(NEW, set=name)):
        with pytest.raises(SpecError, match=r"no set 'bb' here, and no stacked network(.|\n)*did you mean 'b'"):
            wrong("bb")
    with pytest.raises(SpecError, match=r"there is no way 'sharde' here(.|\n)*did you mean 'shared'"):
        found.save(tmp_path / "x", way="sharde")
    NEW.to_csv(tmp_path / "new.csv", index=False)
    status, out, error = call("predict", "there", "new.csv", "--set", "a", cwd=tmp_path)
    assert status == 0 and len(out.splitlines()) == 13 and "its network of: shared" in error
    status, _, error = call("predict", "there", "new.csv", cwd=tmp_path)
    assert status == 2 and "this holds models of several sets\n    write --set a, or another of: a, b" in error
    status, _, error = call("predict", "there", "new.csv", "--set", "a", "--way", "each", cwd=tmp_path)
    assert status == 2 and "the network of 'a' that is kept here is of the way shared" in error


def test_a_stacked_network_is_kept_once_and_takes_other_sets(found: SetsRun, tmp_path: Path) -> None:
    folder = tmp_path / "models"
    found.models("stacked").save(folder)
    assert sorted(one.name for one in folder.iterdir()) == ["model-1", "models.json"]
    found.models("stacked").save(folder)  # over itself
    models = load_sets(folder)
    whole = found.run("a", "stacked").model
    for name in models.sets:
        pd.testing.assert_frame_equal(models.predict(NEW, set=name), whole.predict(NEW.assign(set=name)))
        pd.testing.assert_frame_equal(found.model(name, "stacked").predict(NEW), whole.predict(NEW.assign(set=name)))
    apart = [models.predict(NEW, set=name)["y = yes"] for name in models.sets]
    assert not np.array_equal(*apart)
    with pytest.warns(protokit.PredictionNotice, match="'set': 12 cells are missing"):
        other = models.predict(NEW, set="zoo")
    assert "'zoo' is none of the sets" in other.attrs["notices"][0]
    with pytest.warns(protokit.PredictionNotice):
        expected = whole.predict(NEW.assign(set="zoo"), unseen="allow")
    pd.testing.assert_frame_equal(other, expected)
    NEW.to_csv(tmp_path / "new.csv", index=False)
    status, out, error = call("predict", "models", "new.csv", "--set", "zoo", cwd=tmp_path)
    assert status == 0 and len(out.splitlines()) == 13 and "as one that it has not seen" in error


def test_the_best_way_of_each_set_is_chosen(found: SetsRun, tmp_path: Path) -> None:
    models = load_sets(found.path.parent)
    assert models.ways == {name: found.best(name) for name in found.sets}
    mixed = {**found.results, "cells": [dict(cell) for cell in found.results["cells"]]}
    for cell in mixed["cells"]:
        told = "better" if (cell["set"], cell["way"]) == ("b", "stacked") else "cannot tell apart"
        cell["against_own"] = {"outcome": told}
    both = SetsRun(found.path, mixed).models()  # type: ignore[arg-type]
    assert both.ways == {"a": "each", "b": "stacked"} and "each" in repr(both)
    both.save(tmp_path / "both")
    again = load_sets(tmp_path / "both")
    assert again.sets == ("a", "b") and again.ways == both.ways
    assert {path.suffix for path in (tmp_path / "both").rglob("*.*")} <= {
        ".json",
        ".safetensors",
    }


def test_tables_are_cleaned_as_those_of_their_set(tmp_path: Path) -> None:
    north, south = rows_of(0), rows_of(1).rename(columns={"p": "warm"})
    south["warm"] *= 10
    recipe = recipe_of("north", "south", ways="stacked", epochs=1)
    recipe["sets"] = {"north": {}, "south": {"collect": {"clean": [{"derive": {"p": "warm / 10"}}, {"drop": "warm"}]}}}
    recipe["collect"] = {"clean": [{"derive": {"far": "p * p + q * q"}}]}
    found = run_sets(recipe, {"north": north, "south": south}, out=tmp_path / "runs")
    found.save(tmp_path / "models", way="stacked")
    models, whole = load_sets(tmp_path / "models"), found.run("north", "stacked").model
    new = south.head(9).drop(columns="y")
    cleaned = new.assign(p=new["warm"] / 10)
    cleaned["far"] = cleaned["p"] ** 2 + cleaned["q"] ** 2
    expected = whole.predict(cleaned.assign(set="south"))
    np.testing.assert_allclose(models.predict(new, set="south")["y = yes"], expected["y = yes"], rtol=1e-6)
    with pytest.raises(DataError, match="the column 'p' is missing"):
        models.predict(new, set="north")
    with pytest.warns(protokit.PredictionNotice, match="they count as unseen"):  # sets differ in cleaning: it is done
        assert models.predict(cleaned, set="zoo").shape == expected.shape


def damaged(folder: Path, **changes: object) -> None:
    file = folder / "models.json"
    file.write_text(json.dumps({**json.loads(file.read_text(encoding="utf-8")), **changes}), encoding="utf-8")


def test_what_is_damaged_is_refused(found: SetsRun, tmp_path: Path) -> None:
    found.save(tmp_path / "whole", way="each")
    manifest = json.loads((tmp_path / "whole" / "models.json").read_text(encoding="utf-8"))
    first, second = manifest["models"]
    evil = {**first, "folder": "../whole/model-1"}
    for changes, told in (
        ({"format": 2}, "a format that this version does not read: 2, not 1"),
        ({"models": [evil, second]}, "no folder of a model"),
        ({"models": [first]}, "the sets are not those of the models"),
        ({"models": 3}, "cannot be read"),
        ({"models": [{**first, "intakes": {"z": {}}}, second]}, "does not say how tables of its sets are taken"),
        ({"models": [first, {**second, "folder": "model-9"}]}, "a model is missing"),
    ):
        shutil.rmtree(tmp_path / "copy", ignore_errors=True)
        shutil.copytree(tmp_path / "whole", tmp_path / "copy")
        damaged(tmp_path / "copy", **changes)
        with pytest.raises(BundleError, match=told):
            load_sets(tmp_path / "copy")
    for name, told in (("model-1/weights.safetensors", "not the one that was saved"), ("models.json", "not JSON")):
        shutil.rmtree(tmp_path / "copy")
        shutil.copytree(tmp_path / "whole", tmp_path / "copy")
        (tmp_path / "copy" / name).write_bytes(b"{")
        with pytest.raises(BundleError, match=told):
            load_sets(tmp_path / "copy")
    shutil.rmtree(tmp_path / "copy" / "model-2")
    shutil.copy(tmp_path / "whole" / "models.json", tmp_path / "copy" / "models.json")
    with pytest.raises(BundleError, match="a model is missing"):
        load_sets(tmp_path / "copy")
    swapped = {**first, "sha256": sha256(tmp_path / "whole" / "model-2" / "manifest.json")}
    damaged(tmp_path / "whole", models=[swapped, second])
    with pytest.raises(BundleError, match="not the one that was saved"):
        load_sets(tmp_path / "whole")


def test_other_folders_are_named(found: SetsRun, tmp_path: Path) -> None:
    found.save(tmp_path / "models")
    with pytest.raises(BundleError, match=r"it holds models of several sets(.|\n)*protokit.load_sets reads them"):
        protokit.load(tmp_path / "models")
    with pytest.raises(BundleError, match="neither models of several sets nor"):
        load_sets(tmp_path / "nothing")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "x.txt").write_text("x", encoding="utf-8")
    with pytest.raises(DataError, match="there is something else, and no models"):
        found.save(tmp_path / "full")
