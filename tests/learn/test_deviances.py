"""The losses of counts and of numbers above 0 are scikit-learn's deviances, in units of the mean."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn import metrics as sk

from protokit.core.libraries.backend import keras
from protokit.learn.deviances import Gamma, NegativeBinomial, Poisson

RNG = np.random.default_rng(0)
TRUTH, MEAN = RNG.poisson(3, (50, 1)).astype(np.float32), RNG.uniform(0.5, 6, (50, 1)).astype(np.float32)


@pytest.mark.parametrize(
    ("loss", "truth", "wanted"),
    [
        (Poisson(), TRUTH, sk.mean_poisson_deviance),
        (NegativeBinomial(0.0), TRUTH, sk.mean_poisson_deviance),
        (Gamma(), TRUTH + 1, sk.mean_gamma_deviance),
    ],
)
def test_a_loss_is_the_mean_deviance(loss: keras.losses.Loss, truth: np.ndarray, wanted) -> None:
    near = 1e-2 if isinstance(loss, NegativeBinomial) else 1e-4
    assert float(loss(truth, MEAN)) == pytest.approx(wanted(truth[:, 0], MEAN[:, 0]), rel=near)
    assert abs(float(loss(truth, truth))) < 1e-4
    assert loss.call(truth, MEAN).shape == (50,)


@pytest.mark.parametrize("loss", [Poisson(), NegativeBinomial(2.0), Gamma()])
def test_of_constants_the_mean_is_best(loss: keras.losses.Loss) -> None:
    truth = TRUTH + (1 if isinstance(loss, Gamma) else 0)
    tried = np.linspace(0.5, 1.5, 101) * truth.mean()
    found = [float(loss(truth, np.full_like(truth, mean))) for mean in tried]
    assert tried[int(np.argmin(found))] == pytest.approx(truth.mean(), rel=0.011)
    assert np.isfinite(float(loss(truth, np.full_like(truth, 1e-30))))
