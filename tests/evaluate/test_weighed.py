"""What baselines make of rows that count by their weights."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from protokit.core.values.arrays import Features
from protokit.core.values.signature import TargetSpec
from protokit.evaluate.estimators.features import linear_matrix
from protokit.evaluate.estimators.tabular import linear
from protokit.evaluate.estimators.weighed import quantiles


@given(st.lists(st.tuples(st.floats(-1e3, 1e3), st.integers(1, 4)), min_size=1, max_size=12))
def test_quantiles_of_whole_weights_are_those_of_copies(rows: list[tuple[float, int]]) -> None:
    values, weights = (np.array(one, float) for one in zip(*rows, strict=True))
    levels = (0.0, 0.1, 0.5, 0.8, 1.0)
    wanted = np.quantile(np.repeat(values, weights.astype(int)), levels)
    np.testing.assert_allclose(quantiles(values, weights, levels), wanted, atol=1e-8)


@pytest.mark.parametrize("task", ["binary", "regression", "quantile"])
def test_the_linear_baseline_of_whole_weights_is_that_of_copies(task: str) -> None:
    rng = np.random.default_rng(0)
    numbers = rng.lognormal(size=(90, 3))
    wide = {"w": rng.normal(size=(90, 4))}
    noisy = numbers[:, 0] - numbers[:, 1] + rng.normal(size=90)
    numbers[rng.random((90, 3)) < 0.2] = np.nan
    weights = rng.integers(1, 4, 90)
    twice = np.repeat(np.arange(90), weights)
    rows = Features(numbers, np.zeros((90, 0), int), (), wide=wide)
    copies = Features(numbers[twice], np.zeros((len(twice), 0), int), (), wide={"w": wide["w"][twice]})
    scaled = linear_matrix(rows, 0, weights.astype(float))(rows)
    np.testing.assert_allclose(scaled, linear_matrix(copies, 0)(rows), atol=1e-9)
    truth = (noisy > 0).astype(int) if task == "binary" else noisy
    target = TargetSpec("y", task, ("n", "y") if task == "binary" else (), quantiles=(0.2, 0.5))
    own = linear(rows, truth, target, 0, weights.astype(float)).scores(rows)
    np.testing.assert_allclose(own, linear(copies, truth[twice], target, 0).scores(rows), atol=1e-3)
