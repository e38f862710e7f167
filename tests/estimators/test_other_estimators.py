"""Quantiles, clusters and embeddings, as estimators of scikit-learn."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_array_equal
from scipy.sparse import csr_matrix
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import adjusted_rand_score
from sklearn.pipeline import make_pipeline

from protokit.core.errors import SpecError
from protokit.estimators.clusterer import Clusterer
from protokit.estimators.embedder import Embedder
from protokit.estimators.multi_label_classifier import MultiLabelClassifier
from protokit.estimators.quantile_regressor import QuantileRegressor

X, Y = load_iris(return_X_y=True)
CODED: dict[str, Any] = {
    "menu": [{"Dense": 8}, "ReLU", {"Dense": 3, "name": "code"}],
    "epochs": 20,
    "networks": 1,
    "learning_rate": 0.02,
}


def test_quantiles_are_in_order_and_the_median_is_predicted() -> None:
    words: dict[str, Any] = {"menu": [{"Dense": 8}, "ReLU"], "epochs": 40, "networks": 1, "learning_rate": 0.05}
    found = QuantileRegressor(quantiles=(0.05, 0.5, 0.95), **words).fit(X[:, :3], X[:, 3])
    said = found.predict_quantiles(X[:, :3])
    assert said.shape == (150, 3)
    assert (np.diff(said) >= 0).all()
    assert_array_equal(found.predict(X[:, :3]), said[:, 1])
    assert found.score(X[:, :3], X[:, 3]) > 0.7
    assert ((said[:, 0] <= X[:, 3]) & (X[:, 3] <= said[:, 2])).mean() > 0.75
    with pytest.raises(SpecError, match=r"learn.quantiles: .*between 0 and 1"):
        QuantileRegressor(quantiles=(0.5, 2), **words).fit(X, Y)


def test_labels_are_said_one_by_one() -> None:
    small: dict[str, Any] = {"menu": [{"Dense": 8}, "ReLU"], "epochs": 30, "networks": 1, "learning_rate": 0.05}
    labels = pd.DataFrame({"long": X[:, 2] > 3, "wide": X[:, 1] > 3}).astype(int)
    found = MultiLabelClassifier(**small).fit(X, labels)
    said = found.predict_proba(X)
    assert said.shape == (150, 2)
    assert_array_equal(found.predict(X), (said > 0.5).astype(int))
    assert_array_equal(found.predict(X), (found.decision_function(X) > 0).astype(int))
    assert (found.predict(X) == labels).to_numpy().mean() > 0.9
    assert found.model_.signature.targets[0].columns == ("long", "wide")
    assert_array_equal(MultiLabelClassifier(**small).fit(X, csr_matrix(labels)).predict_proba(X).shape, (150, 2))
    assert_array_equal(pickle.loads(pickle.dumps(found)).predict(X), found.predict(X))
    with pytest.raises(ValueError, match="class_weight is for one class a row"):
        MultiLabelClassifier(**small, class_weight="balanced").fit(X, labels)


def test_clusters_are_those_of_the_rows_from_0() -> None:
    found = Clusterer(clusters=3, **CODED).fit(X)
    assert set(found.labels_) == {0, 1, 2}
    assert adjusted_rand_score(Y, found.labels_) > 0.5
    assert_array_equal(found.predict(X), found.labels_)
    assert_array_equal(
        found.predict(X) + 1, found.model_.predict(pd.DataFrame(X, columns=found.model_.columns)).cluster
    )
    assert_array_equal(pickle.loads(pickle.dumps(found)).predict(X), found.labels_)
    with pytest.raises(SpecError, match="clusters"):
        Clusterer(clusters=1, **CODED).fit(X)


def test_an_embedding_is_what_a_layer_makes_of_a_row() -> None:
    frame = pd.DataFrame(X, columns=list("abcd"), index=range(7, 157))
    found = Embedder(**CODED).set_output(transform="pandas").fit(frame)
    said = found.transform(frame)
    assert said.columns.tolist() == found.get_feature_names_out().tolist() == ["embedder0", "embedder1", "embedder2"]
    assert said.index.equals(frame.index)
    np.testing.assert_allclose(said, found.model_.embed(frame), rtol=1e-6)
    assert Embedder(layer="re_lu_2", **CODED).fit_transform(X).shape == (150, 8)
    with pytest.raises(SpecError, match="no layer"):
        Embedder(layer="hidden", **CODED).fit(X)
    assert make_pipeline(Embedder(**CODED), LogisticRegression()).fit(X, Y).score(X, Y) > 0.8
