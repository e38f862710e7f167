"""Each way to train on several sets: what it gives, for which rows, and what it says."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from protokit.core.errors import AuditError, DataError, PredictionNotice, SpecError
from protokit.sets.result import SetsRun
from protokit.sets.running import run_sets
from tests.sets.conftest import MENU, recipe_of, rows_of

WAYS = ["stacked", "shared", {"sequence": {"rehearse": 0.2, "order": ["b", "a"], "freeze_after_first": "stem"}}]


@pytest.fixture(scope="module")
def frames() -> dict[str, pd.DataFrame]:
    return {"a": rows_of(0), "b": rows_of(1, 60)}


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory, frames: dict[str, pd.DataFrame]) -> SetsRun:
    return run_sets(recipe_of("a", "b", ways=WAYS), frames, out=tmp_path_factory.mktemp("runs"))


def test_each_way_is_scored_on_each_sets_own_test_rows(found: SetsRun) -> None:
    assert found.ways == ("each", "stacked", "shared", "sequence") and found.sets == ("a", "b")
    assert len(found.scores) == 8 and {*found.scores["rows"]} == {18, 12}
    for cell in found.results["cells"]:
        said = cell["against_own"].get("outcome")
        assert (said is None) == (cell["way"] == "each")
    for name in found.sets:
        own = found.run(name).predictions
        for way in ("shared", "sequence"):
            pd.testing.assert_series_equal(found.run(name, way).predictions["row"], own["row"])


def test_the_stacked_network_knows_the_set_and_others(found: SetsRun, frames: dict[str, pd.DataFrame]) -> None:
    run = found.run("a", "stacked")
    assert run.path == found.run("b", "stacked").path
    model = run.model
    assert "set" in model.columns
    later = frames["a"].head(5)
    for level in ("a", "b"):
        assert len(model.predict(later.assign(set=level))) == 5
    with pytest.warns(PredictionNotice, match="never seen"):
        assert len(model.predict(later.assign(set="never seen"), unseen="allow")) == 5
    assert run.results["metrics"]["rows"]["test"] == 30


def test_shared_layers_have_the_same_weights_in_all_sets(found: SetsRun) -> None:
    for way in ("shared", "sequence"):
        first, second = (found.model(name, way).to_keras() for name in ("a", "b"))
        assert found.results["shared"][way] == ["stem", "dense_2"]
        for layer in ("stem", "dense_2"):
            for one, other in zip(first.get_layer(layer).weights, second.get_layer(layer).weights, strict=True):
                np.testing.assert_array_equal(np.asarray(one), np.asarray(other))
    apart = [found.model(name).to_keras().get_layer("stem").weights[0] for name in ("a", "b")]
    assert not np.array_equal(*map(np.asarray, apart))


def test_a_sequence_scores_all_sets_so_far_after_each_step(found: SetsRun) -> None:
    steps = found.results["steps"]
    assert steps is not None and steps["order"] == ["b", "a"]
    assert [sorted(one) for one in steps["scores"]] == [["b"], ["a", "b"]]
    assert set(steps["forgetting"]) == {"a", "b"} and all(value >= 0 for value in steps["forgetting"].values())
    last = {cell["set"]: cell["score"]["value"] for cell in found.results["cells"] if cell["way"] == "sequence"}
    for name, value in last.items():
        assert steps["scores"][-1][name]["value"] == pytest.approx(value, abs=1e-6)


def test_it_is_opened_again_and_shown(found: SetsRun) -> None:
    again = SetsRun.open(found.path.parent)
    assert again.results == found.results and again.verdict == found.verdict
    text = str(again)
    assert "2 sets" in text and "stacked" in text and "after b" in text
    assert "<svg" in (found.path / "report.html").read_text(encoding="utf-8")
    assert found.best("a") in found.ways
    with pytest.raises(SpecError, match="there is no set 'z' here"):
        found.run("z")
    with pytest.raises(SpecError, match=r"there is no way 'sharde' here(.|\n)*did you mean 'shared'"):
        found.run("a", "sharde")
    with pytest.raises(DataError, match="not the folder of a finished experiment"):
        SetsRun.open(found.path / "each")


def test_it_goes_on_where_it_stopped(found: SetsRun, frames: dict[str, pd.DataFrame]) -> None:
    out = found.path.parent.parent
    again = run_sets(recipe_of("a", "b", ways=WAYS), frames, out=out, resume=True)
    assert again.path == found.path
    before = json.loads((found.path / "sets.json").read_text(encoding="utf-8"))
    (found.path / "sets.json").unlink()
    again = run_sets(recipe_of("a", "b", ways=WAYS), frames, out=out, resume=True)
    assert again.path == found.path and again.results == before


def test_auto_stacks_what_fits_and_says_why_not(tmp_path: Path, frames: dict[str, pd.DataFrame]) -> None:
    fits = run_sets(recipe_of("a", "b"), frames, out=tmp_path)
    assert fits.ways == ("each", "stacked") and "the same columns and target" in str(fits)
    other = {**frames, "b": frames["b"].rename(columns={"q": "r"})}
    apart = run_sets(recipe_of("a", "b"), other, out=tmp_path)
    assert apart.ways == ("each",) and "has the column 'q'" in str(apart)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"q": "r"}, r"learn.sets: the sets cannot be stacked: only 'a' of 'a' and 'b' has the column 'q'"),
        ({}, "holds numbers in 'a' and texts in 'b'"),
    ],
)
def test_what_cannot_be_stacked_is_refused(
    out: Path, frames: dict[str, pd.DataFrame], change: dict[str, str], told: str
) -> None:
    other = frames["b"].rename(columns=change) if change else frames["b"].assign(q=list("xyzuvw") * 10)
    with pytest.raises(SpecError, match=told):
        run_sets(recipe_of("a", "b", ways="stacked"), {**frames, "b": other}, out=out)


def test_a_set_whose_rows_are_wrong_is_named_before_anything_is_trained(
    out: Path, frames: dict[str, pd.DataFrame]
) -> None:
    with pytest.raises(DataError, match="set 'b': "):
        run_sets(recipe_of("a", "b"), {**frames, "b": frames["b"].head(0)}, out=out)
    assert not list(out.glob("**/metrics.json"))
    with pytest.raises(SpecError, match="there is no set 'c'"):
        run_sets(recipe_of("a", "b"), {**frames, "c": frames["a"]}, out=out)
    with pytest.raises(SpecError, match="of several sets give a dict of frames by set"):
        run_sets(recipe_of("a", "b"), frames["a"], out=out)


def test_a_set_whose_answers_are_reversed_is_named(out: Path) -> None:
    sets = {"a": rows_of(0, 200), "b": rows_of(1, 200), "c": rows_of(2, 200, reversed=True)}
    found = run_sets(recipe_of("a", "b", "c", ways="stacked"), sets, out=out)
    assert any(one.check == "set_reversed" and one.evidence["set"] == "c" for one in found.findings), found.findings
    assert "'c'" in str(found)
    copied = {"a": sets["a"], "b": sets["b"], "c": sets["a"]}
    with pytest.raises(AuditError, match=r"equal|same rows"):
        run_sets({**recipe_of("a", "b", "c"), "evaluate": {"baselines": ["dummy"], "strict": True}}, copied, out=out)


def test_layers_that_do_not_fit_are_own(out: Path, frames: dict[str, pd.DataFrame]) -> None:
    wider = frames["b"].assign(more=np.random.default_rng(0).normal(size=60))
    for other in (wider, frames["b"].rename(columns={"q": "r"})):
        found = run_sets(recipe_of("a", "b", ways="shared"), {**frames, "b": other}, out=out)
        assert found.results["shared"]["shared"] == ["dense_2"] and found.results["own"]["shared"] == ["stem"]
    with pytest.raises(SpecError, match="no layer of the menu has the same shape in all sets"):
        run_sets(recipe_of("a", "b", ways="shared", menu=MENU[:1]), {**frames, "b": wider}, out=out)


def test_what_is_frozen_stays_as_the_first_set_left_it(out: Path, frames: dict[str, pd.DataFrame]) -> None:
    with pytest.raises(SpecError, match=r"'stme' is none of the layers that the sets share\n +one of: stem, dense_2"):
        run_sets(recipe_of("a", "b", ways={"sequence": {"freeze_after_first": "stme"}}), frames, out=out)


def test_sets_by_a_column(out: Path) -> None:
    both = pd.concat([rows_of(0).assign(place="north"), rows_of(1).assign(place="south")], ignore_index=True)
    recipe = {**recipe_of(), "sets": {"by": "place"}, "collect": {"tables": {}}}
    found = run_sets(recipe, both, out=out)
    assert found.sets == ("north", "south") and found.ways == ("each", "stacked")
    assert "place" in found.run("north", "stacked").model.columns
    assert "place" not in found.model("north", "each").columns
    with pytest.raises(SpecError, match=r"there is no column 'plce'(.|\n)*p, q, kind, y, place"):
        run_sets({**recipe, "sets": {"by": "plce"}}, both, out=out)
