"""Targets that are times until an event, of some rows unknown but for how long it was not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from protokit.bundle.folder import load
from protokit.core.errors import ProtokitError
from protokit.core.values.arrays import Predictions
from protokit.core.values.signature import TargetSpec
from protokit.evaluate.estimators import survival as baselines
from protokit.evaluate.scoring import survival
from protokit.recipe.recipe import Recipe
from protokit.represent.target import TargetEncoder
from protokit.workflow.record.predictions import read_predictions
from protokit.workflow.run.run import run


def table(rows: int = 400, seed: int = 0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(rows, 2))
    time = rng.exponential(10 * np.exp(-1.2 * x[:, 0]))
    lost = rng.exponential(15, rows)
    frame = pd.DataFrame(x, columns=["u", "v"])
    return frame.assign(days=np.minimum(time, lost), died=(time <= lost).astype(int))


def recipe(**learn: Any) -> dict[str, Any]:
    dense = [{"Dense": {"units": 16, "activation": "relu"}}]
    of_task = {"task": "survival", "event": "died", "menu": dense, "epochs": 20, "stop": None}
    return {"represent": {"target": "days"}, "learn": {**of_task, **learn}}


@pytest.mark.parametrize("loss", [None, "cox"])
def test_who_has_the_event_first_is_found(loss: str | None, tmp_path: Path) -> None:
    frame = table()
    result = run(recipe(loss=loss), frame, out=tmp_path)
    assert list(result.metrics) == ["concordance", "integrated_brier_score"]
    assert result.metrics["concordance"] > 0.65
    scores = {s["metric"]: s for s in json.loads((result.path / "metrics.json").read_text())["scores"]}
    brier = scores["integrated_brier_score"]
    assert scores["concordance"]["baselines"]["kaplan_meier"]["value"] == 0.5
    assert brier["network"]["value"] < brier["baselines"]["kaplan_meier"]["value"]
    assert not any("died" in spec.columns for spec in result.model.signature.inputs)
    fresh = load(result.path / "model").predict(frame.drop(columns=["days", "died"]))
    assert fresh.columns[0] == "days" and all(name.startswith("days > ") for name in fresh.columns[1:])
    later = fresh.iloc[:, 1:].to_numpy()
    assert (np.diff(later, axis=1) <= 0).all() and (later > 0).all() and (later < 1).all()
    assert np.array_equal(fresh, result.model.predict(frame))
    network, simple, _ = read_predictions(result.path)
    assert survival.concordance(network["days"]) == result.metrics["concordance"]
    assert {*simple["days"]} == {"kaplan_meier", "cox"}


def test_the_recipe_of_pumps_finds_what_a_line_does_not(root: Path, tmp_path: Path) -> None:
    [concordance, brier] = run(root / "recipes" / "pumps.yaml", out=tmp_path).results["metrics"]["scores"]
    own, simple = concordance["network"]["value"], concordance["baselines"]
    assert own is not None and own > simple["cox"]["value"] and own > simple["kaplan_meier"]["value"] + 0.1
    assert brier["network"]["value"] < brier["baselines"]["kaplan_meier"]["value"]


def test_a_network_that_has_learned_nothing_says_the_curve_of_all(tmp_path: Path) -> None:
    frame = table()
    result = run(recipe(epochs=1, optimizer={"SGD": {"learning_rate": 1e-9}}), frame, out=tmp_path)
    predicted = result.model.predict(frame).iloc[:, 1:]
    assert predicted.std().max() < 1e-3
    times = np.array([float(name.split(" > ")[1]) for name in predicted])
    of_all = survival.at_times(survival.curve(frame[["days", "died"]].to_numpy(), np.ones(len(frame))), times)
    assert np.abs(predicted.iloc[0] - of_all).max() < 0.06


@pytest.mark.parametrize(
    ("column", "cell", "words"),
    [
        ("days", 0.0, ("row 4: '0.0'", "time above 0")),
        ("days", "long", ("row 4: 'long' is not a number",)),
        ("died", "dead", ("row 4: 'dead'", "derive")),
        ("died", 2, ("row 4: '2'",)),
    ],
)
def test_other_cells_are_refused_with_their_row(
    column: str, cell: object, words: tuple[str, ...], tmp_path: Path
) -> None:
    frame = table(80).astype({column: object})
    frame.loc[3, column] = cell
    with pytest.raises(ProtokitError) as caught:
        run(recipe(), frame, out=tmp_path)
    assert all(word in str(caught.value) for word in words), str(caught.value)


@pytest.mark.parametrize("words", [("yes", "no"), (True, False), (1.0, 0.0), ("TRUE", "False")])
def test_events_are_read_as_they_are_written(words: tuple[object, object]) -> None:
    frame = table(100)
    plain = TargetEncoder.fit(frame, ("days", "died"), "survival")
    said = frame.assign(died=[words[0] if one else words[1] for one in frame["died"]])
    assert np.array_equal(plain.truth(frame), TargetEncoder.fit(said, ("days", "died"), "survival").truth(said))


def test_rows_without_an_event_or_a_time_are_dropped_and_it_is_said(tmp_path: Path) -> None:
    frame = table(120).astype({"died": object})
    frame.loc[5, "died"] = None
    frame.loc[6, "days"] = np.nan
    result = run(recipe(epochs=1), frame, out=tmp_path)
    assert any("2 rows without a target are dropped" in str(notice) for notice in result.results["notices"])


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"learn": {"event": None}}, "needs the column that says whether the event was seen"),
        ({"learn": {"event": "days"}}, "'days' is the target"),
        ({"learn": {"task": "regression"}}, "event is for survival"),
        ({"represent": {"columns": {"died": "number"}}}, "cannot be learned from"),
        ({"represent": {"target": ["days", "u"]}}, "one target"),
    ],
)
def test_what_does_not_fit_is_told_before_anything_runs(changes: dict[str, dict[str, Any]], words: str) -> None:
    written = recipe()
    for section, part in changes.items():
        written[section] = {k: v for k, v in {**written[section], **part}.items() if v is not None}
    with pytest.raises(ProtokitError) as caught:
        Recipe.parse(written)
    assert words in str(caught.value)


def test_exposures_and_events_add_up_to_the_curve() -> None:
    frame = table(300)
    encoder = TargetEncoder.fit(frame, ("days", "died"), "survival")
    truth = encoder.truth(frame)
    events, exposures = np.split(encoder.training(truth), 2, axis=1)
    last = encoder.spec.times[-1]
    assert events.sum() == ((truth[:, 1] == 1) & (truth[:, 0] <= last)).sum()
    np.testing.assert_allclose(events.sum(axis=0), exposures.sum(axis=0), rtol=1e-4)
    later = encoder.scores(np.zeros((1, len(encoder.spec.times))))[0]
    of_all = survival.at_times(survival.curve(truth, np.ones(len(truth))), np.array(encoder.spec.times))
    assert np.abs(later - of_all)[:-1].max() < 0.01  # by the last time next to no row is left in sight
    assert TargetEncoder.from_plain(json.loads(json.dumps(encoder.as_plain()))) == encoder


def test_concordance_counts_the_pairs_that_are_known() -> None:
    target = TargetSpec("y", "survival", columns=("y", "seen"), times=(1.0, 2.0, 3.0))
    truth = np.array([[1.0, 1], [2.0, 0], [3.0, 1], [3.0, 0], [1.0, 1]])
    later = np.array([[0.2, 0.1, 0.0], [0.5, 0.4, 0.3], [0.9, 0.8, 0.7], [0.6, 0.5, 0.4], [0.5, 0.4, 0.3]])
    # of (1, 1) before 2, 3 and 3 all are right; of the other (1, 1) one is tied; (3, 1) before (3, 0) is wrong
    assert survival.concordance(Predictions(target, truth, later)) == pytest.approx((3 + 2.5 + 0) / 7)
    assert np.isnan(survival.concordance(Predictions(target, truth[1:2], later[1:2])))


def test_the_curve_is_kaplan_and_meiers() -> None:
    truth = np.array([[6.0, 1], [6, 1], [6, 1], [6, 0], [7, 1], [9, 0], [10, 1], [10, 0]])
    at, left = survival.curve(truth, np.ones(8))
    by_hand = np.array([1 - 3 / 8, (1 - 3 / 8) * (1 - 1 / 4), (5 / 8) * (3 / 4), (5 / 8) * (3 / 4) * (1 - 1 / 2)])
    assert at.tolist() == [6, 7, 9, 10] and left == pytest.approx(by_hand)
    often = np.array([1, 2, 3, 1, 2, 1, 3, 1])
    weighed = survival.curve(truth, often.astype(float))[1]
    assert weighed == pytest.approx(survival.curve(np.repeat(truth, often, axis=0), np.ones(often.sum()))[1])


def test_without_censoring_the_brier_score_is_the_squared_error() -> None:
    rng = np.random.default_rng(0)
    times = (1.0, 2.0, 4.0)
    target = TargetSpec("y", "survival", columns=("y", "seen"), times=times)
    truth = np.stack([rng.uniform(0.1, 6, 200), np.ones(200)], axis=1)
    later = -np.sort(-rng.random((200, 3)), axis=1)
    squares = (((truth[:, :1] > np.array(times)) - later) ** 2).mean(axis=0)
    by_hand = ((squares[0] + squares[1]) / 2 + (squares[1] + squares[2])) / 3
    assert survival.integrated_brier_score(Predictions(target, truth, later)) == pytest.approx(by_hand)


def test_coxs_regression_is_that_of_statsmodels() -> None:
    regression = pytest.importorskip("statsmodels.duration.hazard_regression")
    from protokit.core.values.arrays import Features

    frame = table(500)
    x = frame[["u", "v"]].to_numpy()
    truth = np.stack([np.ceil(frame["days"]), frame["died"]], axis=1)  # with ties
    features = Features(x, np.zeros((500, 0), np.int64), ())
    target = TargetSpec("days", "survival", columns=("days", "died"), times=(5.0, 20.0))
    model = baselines.cox(features, truth, target, 0)
    assert isinstance(model, baselines.CoxModel)
    standard = model.matrix(features)
    right = regression.PHReg(truth[:, 0], np.asarray(standard), truth[:, 1], ties="breslow").fit().params
    np.testing.assert_allclose(model.of_columns, right, rtol=0.03, atol=0.01)  # but for the small penalty
    same = baselines.cox(features, truth, target, 0, np.ones(500))
    np.testing.assert_allclose(same.scores(features), model.scores(features))


def test_folds_are_asked_at_the_times_of_the_first(tmp_path: Path) -> None:
    frame = table(300)
    written = {**recipe(epochs=30), "represent": {"target": "days", "split": {"folds": 3}}}
    result = run(written, frame, out=tmp_path)
    assert result.metrics["concordance"] > 0.65
    plain = json.loads((result.path / "metrics.json").read_text())
    assert plain["rows"]["test"] == 300 and len(plain["folds"]) == 3
    first, *others = [part.encoder.signature.targets[0].times for part in result.model.parts]
    assert all(one != first for one in others)
    network, simple, _ = read_predictions(result.path)
    for p in (network["days"], *simple["days"].values()):
        assert p.target.times == first and (np.diff(p.scores, axis=1) <= 0).all()
    fresh = load(result.path / "model").predict(frame.drop(columns=["days", "died"]))
    assert list(fresh.columns[1:]) == [f"days > {time:g}" for time in first]
    assert np.array_equal(fresh, result.model.predict(frame))


def test_a_curve_is_the_same_at_other_times() -> None:
    own = TargetSpec("t", "survival", columns=("t", "seen"), times=(1.0, 2.0, 4.0))
    other = TargetSpec("t", "survival", columns=("t", "seen"), times=(0.5, 2.0, 3.0, 5.0))
    hazard = 0.3
    later = np.exp(-hazard * np.array([own.times]))
    found = own.of_task.brought(own, later, other)
    np.testing.assert_allclose(found, np.exp(-hazard * np.array([other.times])))
    assert own.of_task.brought(own, later, own) is later
