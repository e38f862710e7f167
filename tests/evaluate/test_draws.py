from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial.distance import cdist

from protokit.core.values.arrays import Predictions
from protokit.core.values.signature import TargetSpec
from protokit.evaluate.metrics.metric import METRICS


def drawn_rows(rows: int) -> Predictions:
    rng = np.random.default_rng(rows)
    real = rng.normal([0, 5], [1, 40], (rows, 2))
    return Predictions(TargetSpec("y", "generation", width=2), real, real[::-1] * 0.8)


@pytest.mark.parametrize("rows", [5, 40])
def test_the_energy_distance_of_resampled_rows_is_in_the_units_of_all(rows: int) -> None:
    p, metric = drawn_rows(rows), METRICS["energy_distance"]
    fast = metric.fast(p)
    assert fast is not None
    for chosen in (np.arange(rows), np.random.default_rng(0).integers(rows, size=rows)):
        real, drawn = ((part / p.truth.std(axis=0))[chosen] for part in (p.truth, p.scores))
        expected = 2 * cdist(real, drawn).mean() - cdist(real, real).mean() - cdist(drawn, drawn).mean()
        value = fast(p, np.bincount(chosen, minlength=rows)[None].astype(float))[0]
        assert value == pytest.approx(expected, rel=1e-6)
    assert metric(p) == pytest.approx(fast(p, np.ones((1, rows)))[0], rel=1e-9)
