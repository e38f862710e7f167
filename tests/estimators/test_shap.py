"""SHAP, of what an estimator says."""

from __future__ import annotations

import sys

import numpy as np
import pytest
from sklearn.datasets import load_iris

from protokit.estimators.classifier import Classifier

X, Y = load_iris(return_X_y=True)


def test_shapley_values_add_up_to_what_is_said() -> None:
    numba = pytest.importorskip("numba")
    if "shap" not in sys.modules:
        numba.config.DISABLE_JIT = True  # what it compiles takes longer than all that is asked of it here
    shap = pytest.importorskip("shap")
    found = Classifier([{"Dense": 8}, "ReLU"], epochs=8, networks=1, learning_rate=0.05, random_state=0).fit(X, Y)
    explained = shap.Explainer(found.predict_proba, X[::10], seed=0)(X[::40])
    assert explained.values.shape == (4, 4, 3)
    said = explained.base_values + explained.values.sum(axis=1)
    np.testing.assert_allclose(said, found.predict_proba(X[::40]), atol=1e-6)
    relied = np.abs(explained.values).mean(axis=(0, 2))
    assert relied[2:].max() > relied[:2].max(), "petals tell the kinds of iris apart"
