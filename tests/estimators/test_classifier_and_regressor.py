"""Networks that tell classes apart and predict numbers, as estimators of scikit-learn."""

from __future__ import annotations

import pickle
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import sklearn
from numpy.testing import assert_array_equal
from sklearn.base import clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.datasets import load_iris
from sklearn.ensemble import VotingClassifier
from sklearn.exceptions import NotFittedError
from sklearn.inspection import permutation_importance
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from protokit.core.errors import DataError, PredictionNotice, SpecError
from protokit.estimators.classifier import Classifier
from protokit.estimators.learning import BANK
from protokit.estimators.regressor import Regressor

X, Y = load_iris(return_X_y=True)
MENU = {
    "hyperparameters": {"width": 8, "rate": {"float": [0.0, 0.5]}},
    "layers": [{"Dense": "$width"}, "ReLU", {"Dropout": "$rate"}],
}
SMALL: dict[str, Any] = {"menu": MENU, "epochs": 8, "networks": 1, "learning_rate": 0.05, "random_state": 0}
FRAME = pd.DataFrame(X, columns=list("abcd")).assign(size=np.where(X[:, 0] > 5.8, "big", "small"))


@pytest.fixture(scope="module")
def fitted() -> Classifier:
    return Classifier(**SMALL).fit(X, Y)


def test_it_learns_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: Any) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    found = Classifier(**SMALL).fit(X, Y)
    assert found.score(X, Y) > 0.85
    assert found.n_iter_ == len(found.history_) == 8
    assert {"loss", "validation_loss"} <= set(found.history_[0])
    assert list(tmp_path.iterdir()) == []
    assert capfd.readouterr() == ("", "")


def test_probabilities_are_in_the_order_of_classes(fitted: Classifier) -> None:
    said = fitted.predict_proba(X)
    np.testing.assert_allclose(said.sum(axis=1), 1, rtol=1e-12)
    assert_array_equal(fitted.predict(X), said.argmax(axis=1))
    assert fitted.decision_function(X).shape == (150, 3)


def test_the_same_seed_gives_the_same_bits_whatever_came_before(fitted: Classifier) -> None:
    cross_val_score(Classifier(**{**SMALL, "learning_rate": 0.01}), X, Y, cv=2)
    again = clone(fitted).fit(X, Y)
    assert_array_equal(again.predict_proba(X), fitted.predict_proba(X))
    drawn = [Classifier(**{**SMALL, "random_state": np.random.RandomState(i)}).fit(X, Y) for i in (1, 1, 2)]
    first, second, other = [one.predict_proba(X) for one in drawn]
    assert_array_equal(first, second)
    assert not np.array_equal(first, other)


def test_what_is_said_of_a_row_does_not_depend_on_those_beside_it(fitted: Classifier) -> None:
    each = [fitted.predict_proba(X[i : i + 1])[0] for i in range(0, 150, 30)]
    assert_array_equal(each, fitted.predict_proba(X)[::30])


def test_a_pickle_holds_files_and_no_keras(fitted: Classifier) -> None:
    written = pickle.dumps(fitted)
    assert b"keras" not in written.lower().replace(b"weights.safetensors", b"")
    assert_array_equal(pickle.loads(written).predict_proba(X), fitted.predict_proba(X))
    unopened = pickle.loads(written)
    assert pickle.dumps(unopened) == pickle.dumps(unopened)
    assert_array_equal(pickle.loads(pickle.dumps(unopened)).predict(X), fitted.predict(X))


def test_clones_of_a_search_compile_once() -> None:
    grid = {"learning_rate": [0.02, 0.05], "menu__rate": [0.1, 0.3], "epochs": [2, 4]}
    before = len(BANK)
    found = GridSearchCV(Classifier(**{**SMALL, "menu": {**MENU, "layers": [*MENU["layers"], "ReLU"]}}), grid, cv=3)
    found.fit(X, Y)
    assert len(BANK) - before == 2, "the folds' one, and that of all rows"
    assert found.best_estimator_.menu.slots["rate"].default == found.best_params_["menu__rate"]


def test_values_of_the_menu_are_parameters() -> None:
    found = Classifier(MENU)
    assert found.get_params()["menu__width"] == 8 and found.get_params()["menu__rate"] == 0.25
    changed = clone(found).set_params(menu__width=4, menu__rate=0.5, epochs=3)
    assert (changed.get_params()["menu__width"], changed.get_params()["menu__rate"], changed.epochs) == (4, 0.5, 3)
    assert clone(changed).get_params()["menu__width"] == 4
    assert found.get_params()["menu__width"] == 8, "the menu that was given stays as it is"
    assert changed.fit(X, Y).model_.network.layers[1].units == 4
    choice = {"choose": {"one": ["ReLU"], "other": [{"Activation": "tanh"}]}, "name": "act"}
    slots = Classifier([{"Dense": {"int": [4, 16]}}, choice])
    assert slots.get_params()["menu__Dense.units"] == 10
    assert slots.set_params(**{"menu__Dense.units": 5, "menu__act": "other"}).get_params()["menu__act"] == "other"
    assert not [name for name in Classifier("tabular").get_params() if "__" in name]


@pytest.mark.parametrize(
    ("values", "rule"),
    [({"menu__widht": 3}, "no 'widht'"), ({"menu__rate": 0.9}, "cannot be 0.9")],
)
def test_a_wrong_value_of_the_menu_is_told(values: dict[str, Any], rule: str) -> None:
    with pytest.raises(SpecError, match=rule):
        Classifier(MENU).set_params(**values)


@pytest.mark.parametrize(
    "labels",
    [["yes", "no"], [True, False], ["01", "1"], ["", "x"], ["NA", "x"], [" a", "a"], [1.0, 2.0], ["ä", "b c"]],
    ids=repr,
)
def test_classes_are_what_was_given(labels: list[Any]) -> None:
    y = np.array(labels)[(X[:, 0] > 5.8).astype(int)]
    found = Classifier([{"Dense": 4}], epochs=30, networks=1, learning_rate=0.05).fit(X, y)
    assert_array_equal(found.classes_, np.unique(y))
    assert found.predict(X).dtype == y.dtype
    assert found.score(X, y) > 0.9
    assert found.decision_function(X).shape == (150,)
    assert_array_equal(found.classes_[(found.decision_function(X) > 0).astype(int)], found.predict(X))


def test_a_missing_class_and_a_name_that_stands_twice_are_told() -> None:
    X = np.arange(20.0).reshape(10, 2)
    with pytest.raises(ValueError, match=r"y has no class in row 3 \(2 in all\)"):
        Classifier(MENU).fit(X, np.array(["a", "b", None, "a", None, *"ababa"], object))
    with pytest.raises(ValueError, match="two columns are called 'a'"):
        Classifier(MENU).fit(pd.DataFrame(X, columns=["a", "a"]), [0, 1] * 5)
    with pytest.raises(SpecError, match="menu='auto' is chosen when it is fitted"):
        Classifier().set_params(menu__width=3)


def test_a_frame_keeps_its_columns() -> None:
    found = Classifier(**{**SMALL, "columns": {"a": "ignore"}}).fit(FRAME, pd.Series(Y, name="kind"))
    assert found.model_.columns == ("b", "c", "d", "size")
    assert found.model_.signature.targets[0].name == "kind"
    assert found.feature_names_in_.tolist() == [*"abcd", "size"] and found.n_features_in_ == 5
    assert len(found.model_.predict(FRAME)) == 150
    with pytest.warns(PredictionNotice, match="150 of 150 cells were not in the training rows"):
        found.predict(FRAME.assign(size="huge"))
    with pytest.raises(ValueError, match="feature names"):
        found.predict(FRAME[["b"]])


def test_it_is_at_home_in_scikit_learn() -> None:
    small = Classifier(**SMALL)
    assert make_pipeline(StandardScaler(), small).fit(X, Y).score(X, Y) > 0.85
    both = VotingClassifier([("one", small), ("other", Classifier(**{**SMALL, "random_state": 1}))], voting="soft")
    assert both.fit(X, Y).score(X, Y) > 0.85
    assert CalibratedClassifierCV(small, cv=2).fit(X, Y).score(X, Y) > 0.85
    relied = permutation_importance(small.fit(X, Y), X, Y, n_repeats=2, random_state=0)
    assert relied.importances_mean[2:].max() > relied.importances_mean[:2].max()


def test_weights_are_routed() -> None:
    weights = np.where(Y == 2, 0.0, 1.0)
    with sklearn.config_context(enable_metadata_routing=True):
        small = Classifier(**SMALL).set_fit_request(sample_weight=True).set_score_request(sample_weight=True)
        found = GridSearchCV(small, {"epochs": [8]}, cv=2).fit(X, Y, sample_weight=weights)
    assert found.best_estimator_.classes_.tolist() == [0, 1], "rows of weight 0 are not looked at"


def test_weights_of_classes_and_rows_count() -> None:
    mixed = np.random.default_rng(0).integers(0, 2, 200)
    rows = np.zeros((200, 2)) + np.arange(200)[:, None] % 7
    for given in ({"class_weight": {0: 1, 1: 50}}, {"class_weight": {0: 1, 1: 50.0}}):
        assert Classifier(**{**SMALL, **given}).fit(rows, mixed).predict(rows).mean() == 1
    weighed = Regressor(**SMALL).fit(rows, mixed, sample_weight=np.where(mixed, 50.0, 1.0))
    assert weighed.predict(rows).mean() > Regressor(**SMALL).fit(rows, mixed).predict(rows).mean() + 0.2


def test_missing_cells_are_marked_and_an_empty_column_is_told() -> None:
    gaps = np.c_[X, np.full(150, np.nan)]
    gaps[::7, 1] = np.nan
    found = Classifier(**SMALL).fit(gaps, Y)
    assert found.notices_ == ["'x4' is missing in every row: it is not learned from"]
    assert found.score(gaps, Y) > 0.85


def test_a_recipe_counts_where_no_parameter_says_otherwise(tmp_path: Path) -> None:
    recipe = {
        "seed": 3,
        "represent": {"split": {"by": {"group": "pot"}}},
        "learn": {"menu": [{"Dense": 4}], "epochs": 9, "networks": 1, "optimizer": {"SGD": {"momentum": 0.9}}},
        "evaluate": {"threshold": 0.9},
    }
    pots = FRAME.assign(pot=[f"pot {i % 9}" for i in range(150)])
    found = Classifier(recipe=recipe, learning_rate=0.1, epochs=5).fit(pots, Y == 1)
    assert found.n_iter_ == 5 and "pot" not in found.model_.columns
    assert found.model_.compiled is not None
    assert found.model_.compiled["optimizer"] == {"SGD": {"momentum": 0.9, "learning_rate": 0.1}}
    assert_array_equal(found.predict(pots), found.predict_proba(pots)[:, 1] > 0.9)


@pytest.mark.parametrize(
    ("words", "rule"),
    [
        ({"epochs": -1}, "learn.epochs: learn.epochs is at least 0"),
        ({"menu": [{"Dens": 3}]}, "unknown layer 'Dens'"),
        ({"learn": {"epoch": 3}}, "unknown key 'epoch'"),
        ({"learn": 3}, "learn is a mapping, not 3"),
        ({"learn": {"stages": [{"epochs": 2}]}}, "stages is for `protokit.run`"),
        ({"learn": {"callbacks": ["TensorBoard"]}}, "callbacks is for `protokit.run`"),
        ({"validation": 1.5}, "between 0 and 1"),
        ({"validation": "later"}, "a share of the rows"),
        ({"columns": {"x9": "number"}}, "x9"),
        ({"recipe": {"represent": {"split": {"by": {"column": "x0"}}}}}, "say their part themselves"),
    ],
    ids=lambda case: next(iter(case)) if isinstance(case, dict) else "",
)
def test_a_wrong_parameter_is_told_before_anything_is_trained(words: dict[str, Any], rule: str) -> None:
    with pytest.raises(SpecError, match=rule):
        Classifier(**{**SMALL, **words}).fit(X, Y)


def test_another_backend_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("jax")
    monkeypatch.delenv("KERAS_BACKEND")
    with pytest.raises(SpecError, match="an estimator trains in this process"):
        Classifier(learn={"backend": "jax"}).fit(X, Y)


def test_few_rows() -> None:
    assert Classifier(**SMALL).fit(X[::20], Y[::20]).predict(X).shape == (150,)
    rare = Classifier(**SMALL).fit(X[:60], [0] * 58 + [1, 2])
    assert rare.classes_.tolist() == [0, 1, 2]
    assert Regressor(**SMALL).fit(X[:2], [0, 1]).predict(X[:2]).shape == (2,)
    with pytest.raises(ValueError, match="one class only"):
        Classifier(**SMALL).fit(X, Y * 0)
    with pytest.raises(DataError, match="too few rows"):
        Classifier(**SMALL).fit(X[:3], [0, 1, 2])
    with pytest.raises(DataError, match="in every row"):
        Regressor(**SMALL).fit(X, Y * 0)
    with pytest.raises(NotFittedError):
        Regressor(**SMALL).predict(X)


def test_a_regressor_predicts_in_own_units() -> None:
    found = Regressor(**{**SMALL, "epochs": 20}).fit(FRAME[["a", "c", "size"]], FRAME["d"] * 1e6)
    assert found.score(FRAME[["a", "c", "size"]], FRAME["d"] * 1e6) > 0.8
    assert found.model_.signature.targets[0].name == "d"
