"""How far numbers lie from their means, and the bounds that this gives."""

from __future__ import annotations

import numpy as np
import pytest

from protokit.core.values.arrays import Predictions
from protokit.core.values.forms.rates import INSIDE
from protokit.core.values.signature import TargetSpec
from protokit.evaluate import spread


def drawn(task: str, true: float, rows: int, seed: int) -> Predictions:
    rng = np.random.default_rng(seed)
    means = np.exp(rng.normal(2.5, 1, rows))
    if task == "positive":
        truth = rng.gamma(1 / true, means * true)
    elif true:
        truth = rng.poisson(rng.gamma(1 / true, means * true)).astype(float)
    else:
        truth = rng.poisson(means).astype(float)
    return Predictions(TargetSpec("y", task), truth, means)


@pytest.mark.parametrize(("task", "true"), [("count", 0.0), ("count", 0.3), ("count", 2.0), ("positive", 0.25)])
def test_the_spread_is_found_and_its_bounds_hold_nine_rows_of_ten(task: str, true: float) -> None:
    target = spread.told(drawn(task, true, 4000, 0))
    assert target.spread == pytest.approx(true, rel=0.1, abs=0.01)
    later = drawn(task, true, 20_000, 1)
    held = spread.held([Predictions(target, later.truth, later.scores)])
    assert held["inside"] == INSIDE
    # bounds of counts are whole numbers, and where 0 is likelier than one in twenty nothing lies below the lower one
    assert INSIDE - 0.01 < held["held"] < INSIDE + (0.06 if task == "count" else 0.01)


def test_a_weight_says_how_often_a_row_is_there() -> None:
    p = drawn("count", 0.5, 300, 0)
    often = np.random.default_rng(1).integers(1, 4, 300)
    repeated = Predictions(p.target, np.repeat(p.truth, often), np.repeat(p.scores, often))
    weighed = Predictions(p.target, p.truth, p.scores, weights=often.astype(float))
    assert spread.fitted(weighed) == pytest.approx(spread.fitted(repeated), rel=1e-2)
    target = spread.told(repeated)
    of_both = [spread.held([Predictions(target, q.truth, q.scores, weights=q.weights)]) for q in (repeated, weighed)]
    assert of_both[0]["held"] == pytest.approx(of_both[1]["held"])


def test_targets_of_other_tasks_stay_as_they_are() -> None:
    p = Predictions(TargetSpec("y", "regression"), np.zeros(3), np.zeros(3))
    assert spread.told(p) is p.target
