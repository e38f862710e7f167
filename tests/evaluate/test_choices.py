"""Thresholds, temperatures and calibration: against their definitions, and against simulations of known answer."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from protokit.core.values.arrays import Predictions
from protokit.core.values.signature import TargetSpec
from protokit.evaluate import calibration, temperature, thresholds
from protokit.evaluate.choices import Choices
from protokit.evaluate.metrics.metric import METRICS
from protokit.evaluate.words import thresholds as names_of_thresholds

TWO = TargetSpec("y", "binary", ("n", "y"))
THREE = TargetSpec("y", "multiclass", ("a", "b", "c"))


def simulated(rows: int, seed: int, sharper: float = 1.0, classes: int = 2) -> Predictions:
    """Truth drawn from calibrated probabilities, whose logits a model then multiplies."""
    rng = np.random.default_rng(seed)
    logits = rng.normal(size=(rows, classes)) * 1.2
    shares = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    truth = (rng.random((rows, 1)) > shares.cumsum(axis=1)).sum(axis=1)
    said = shares**sharper
    return Predictions(TWO if classes == 2 else THREE, truth, said / said.sum(axis=1, keepdims=True))


@given(st.sampled_from(names_of_thresholds()), st.integers(8, 60), st.integers(0, 999))
@example("accuracy", 8, 813)  # best where no row is called positive
@settings(deadline=None, max_examples=60)
def test_no_other_threshold_is_better(metric: str, rows: int, seed: int) -> None:
    p = simulated(rows, seed)
    p = replace(p, scores=np.round(p.scores, 2))
    found = thresholds.chosen(p, metric)
    best = METRICS[metric](replace(p, target=replace(TWO, threshold=found)))
    for other in np.linspace(0.005, 0.995, 67):
        value = METRICS[metric](replace(p, target=replace(TWO, threshold=other)))
        assert not value > best + 1e-12
        if value >= best - 1e-12:  # of equal ones the nearest to 0.5, up to the next probability
            between = np.abs(p.scores[:, 1] - 0.5) < max(abs(found - 0.5), abs(other - 0.5))
            assert abs(found - 0.5) <= abs(other - 0.5) + 1e-12 or between.any()


def test_a_threshold_stays_at_a_half_where_that_is_as_good() -> None:
    scores = np.array([0.1, 0.2, 0.8, 0.9])
    p = Predictions(TWO, np.array([0, 0, 1, 1]), np.stack([1 - scores, scores], axis=1))
    assert thresholds.chosen(p, "f1") == 0.5


def test_rare_positives_are_found_by_a_lower_threshold() -> None:
    rng = np.random.default_rng(0)
    share = rng.beta(1, 8, 4000)
    p = Predictions(TWO, (rng.random(4000) < share).astype(int), np.stack([1 - share, share], axis=1))
    found = thresholds.chosen(p, "balanced_accuracy")
    assert 0.05 < found < 0.2  # near the share of positives, 1 in 9
    assert METRICS["balanced_accuracy"](replace(p, target=replace(TWO, threshold=found))) > 0.6


def test_thresholds_of_rows_are_as_those_of_the_target() -> None:
    p = simulated(50, 1)
    one = replace(p, target=replace(TWO, threshold=0.3))
    each = replace(p, thresholds=np.full(50, 0.3))
    assert (one.labels == each.labels).all() and (one.labels == (p.scores[:, 1] > 0.3)).all()
    assert one.target == p.target  # the network is the same
    rows = np.array([3, 3, 7])
    assert METRICS["accuracy"](each, rows) == METRICS["accuracy"](one, rows)


@pytest.mark.parametrize("classes", [2, 3])
@pytest.mark.parametrize("sharper", [0.4, 1.0, 3.0])
def test_a_temperature_repairs_what_was_planted(classes: int, sharper: float) -> None:
    """Logits that were multiplied by so much are divided by as much again."""
    known, later = simulated(5000, 1, sharper, classes), simulated(5000, 2, sharper, classes)
    found = temperature.fitted(known)
    assert found == pytest.approx(sharper, rel=0.08)
    mended = replace(later, scores=temperature.tempered(later.scores, found))
    before, after = (calibration.reliability(p, 0) for p in (later, mended))
    assert after["error"]["value"] <= after["chance"] * 1.3
    if sharper != 1:
        assert before["error"]["low"] > 2 * before["chance"]
        assert METRICS["log_loss"](mended) < METRICS["log_loss"](later)
    assert (mended.scores.argmax(axis=1) == later.scores.argmax(axis=1)).all()
    np.testing.assert_allclose(mended.scores.sum(axis=1), 1)


def test_a_temperature_keeps_the_order_and_stands_certain_and_few_rows() -> None:
    scores = np.array([[1.0, 0.0], [1e-9, 1 - 1e-9], [0.0, 1.0], [0.3, 0.7]])
    for value in (0.1, 3.0):
        found = temperature.tempered(scores, value)
        assert np.isfinite(found).all() and (np.argsort(found[:, 1]) == np.argsort(scores[:, 1])).all()
    assert temperature.tempered(scores, None) is scores
    right = Predictions(TWO, np.array([0, 1, 1, 1]), scores)
    assert 0.05 < temperature.fitted(right) < 1.0
    wrong = Predictions(TWO, np.array([1, 0, 0, 0]), scores)
    assert 1.0 < temperature.fitted(wrong) <= np.exp(3)


@pytest.mark.parametrize("classes", [2, 3])
def test_the_error_of_a_calibrated_model_is_what_chance_gives(classes: int) -> None:
    found = [calibration.reliability(simulated(1000, seed, classes=classes), seed) for seed in range(60)]
    above = np.mean([one["error"]["value"] > one["chance"] for one in found])
    assert above <= 0.15  # 5 in 100 by design
    assert np.mean([one["error"]["value"] for one in found]) < 0.04


def test_the_error_of_an_over_confident_model_is_the_known_one() -> None:
    """It says 0.9 and 0.2 where 0.7 and 0.3 are true: 0.15 on average over as many rows of each."""
    rng = np.random.default_rng(0)
    said, true = np.repeat([0.9, 0.2], 20_000), np.repeat([0.7, 0.3], 20_000)
    truth = (rng.random(40_000) < true).astype(int)
    found = calibration.reliability(Predictions(TWO, truth, np.stack([1 - said, said], axis=1)), 0)
    assert found["error"]["value"] == pytest.approx(0.15, abs=0.01)
    assert found["error"]["low"] < 0.15 < found["error"]["high"] and found["chance"] < 0.01
    assert [one["rows"] for one in found["bins"]] == [20_000, 20_000]
    assert [one["observed"] for one in found["bins"]] == pytest.approx([0.3, 0.7], abs=0.02)


@given(st.integers(1, 400), st.integers(0, 99), st.sampled_from([2, 3]), st.booleans())
@settings(deadline=None, max_examples=40)
def test_the_error_is_that_of_its_bins(rows: int, seed: int, classes: int, ties: bool) -> None:
    p = simulated(rows, seed, 2.0, classes)
    p = replace(p, scores=np.round(p.scores, 1)) if ties else p
    found = calibration.reliability(p, seed)
    bins = found["bins"]
    assert sum(one["rows"] for one in bins) == rows and len(bins) <= max(1, min(10, rows // 20))
    by_hand = sum(one["rows"] / rows * abs(one["predicted"] - one["observed"]) for one in bins)
    assert found["error"]["value"] == pytest.approx(by_hand, abs=1e-12)
    assert 0 <= found["error"]["low"] <= found["error"]["value"] <= found["error"]["high"] <= 1
    assert all(one["low"] <= one["predicted"] + 1e-12 and one["predicted"] <= one["high"] + 1e-12 for one in bins)
    assert all(a["high"] < b["low"] for a, b in pairwise(bins))


def test_intervals_of_the_error_are_wider_where_rows_come_in_blocks() -> None:
    p = simulated(300, 3, 2.0)
    blocked = Predictions(p.target, np.repeat(p.truth, 10), np.repeat(p.scores, 10, axis=0))
    widths = []
    for one in (blocked, replace(blocked, blocks=np.repeat(np.arange(300), 10))):
        error = calibration.reliability(one, 0)["error"]
        widths.append(error["high"] - error["low"])
    assert widths[1] > 2 * widths[0]


def test_choices_are_for_the_targets_that_they_fit() -> None:
    number = TargetSpec("y", "regression")
    both = Choices(True, "f1")
    assert both.needs_validation(TWO) and both.needs_validation(THREE) and not both.needs_validation(number)
    assert both.chosen_by(TWO) == "f1" and both.chosen_by(THREE) is None
    p = both.settled(simulated(400, 0, 2.0, 3))
    assert p.target.temperature is not None and p.target.threshold == 0.5
    assert Choices(False, 0.3).fixed(TWO).threshold == 0.3 and Choices(False, 0.3).fixed(number).threshold == 0.5
