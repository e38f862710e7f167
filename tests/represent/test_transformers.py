from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.compose import ColumnTransformer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.utils import estimator_checks as checks

import protokit
from protokit.core.errors import DataError
from protokit.core.values.tables import Table
from protokit.recipe.recipe import Recipe
from protokit.workflow.run.representing import represent

# these take any array of numbers, as the checks of scikit-learn give them
ANY = [
    protokit.NumberEncoder(),
    protokit.CategoryEncoder(),
    protokit.CategoryEncoder(form="codes"),
    protokit.TextEncoder(),
    protokit.TextEncoder(form="tokens"),
]
# these take cells of one kind only, which no random number is
OWN = [protokit.BooleanEncoder(), protokit.DateEncoder(), protokit.OrderedEncoder(), protokit.ImageEncoder()]
WITHOUT_DATA = [
    checks.check_estimator_cloneable,
    checks.check_estimator_tags_renamed,
    checks.check_valid_tag_types,
    checks.check_estimator_repr,
    checks.check_no_attributes_set_in_init,
    checks.check_do_not_raise_errors_in_init_or_set_params,
    checks.check_parameters_default_constructible,
    checks.check_get_params_invariance,
    checks.check_set_params,
    checks.check_mixin_order,
]


@checks.parametrize_with_checks(ANY)
def test_scikit_learns_contract(estimator: Any, check: Any) -> None:
    check(estimator)


@pytest.mark.parametrize("estimator", OWN, ids=lambda e: type(e).__name__)
@pytest.mark.parametrize("check", WITHOUT_DATA, ids=lambda c: c.__name__)
def test_the_part_of_the_contract_that_needs_no_data(estimator: Any, check: Any) -> None:
    check(type(estimator).__name__, clone(estimator))


def table(rows: int = 120) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    return pd.DataFrame(
        {
            "age": np.where(rng.random(rows) < 0.2, np.nan, rng.normal(40, 9, rows)),
            "member": rng.choice(["yes", "no"], rows),
            "city": rng.choice(["Rome", "Oslo", "Lima"], rows),
            "joined": pd.to_datetime("2024-01-01") + pd.to_timedelta(rng.integers(0, 300, rows), unit="D"),
            "fit": rng.choice(["low", "middle", "high"], rows),
            "remark": [" ".join(rng.choice(["sun", "rain", "snow"], 3)) for _ in range(rows)],
            "bought": rng.choice([0, 1], rows),
        }
    )


def test_they_give_the_numbers_of_a_recipe_fitted_on_the_same_rows() -> None:
    frame = table()
    columns = {"fit": {"ordered": ["low", "middle", "high"]}, "remark": {"text": {"form": "tfidf"}}}
    recipe = Recipe.parse({"represent": {"target": "bought", "columns": columns}})
    [found] = represent(recipe, Table(frame))
    spec = next(s for s in found.encoder.signature.inputs if s.name == "numbers")
    numbers = dict(zip(spec.columns, found.test.inputs["numbers"].T, strict=True))
    train, test = frame.iloc[found.split.train], frame.iloc[found.split.test]
    for encoder, name in (
        (protokit.NumberEncoder(), "age"),
        (protokit.BooleanEncoder(), "member"),
        (protokit.CategoryEncoder(), "city"),
        (protokit.DateEncoder(), "joined"),
        (protokit.OrderedEncoder(levels=["low", "middle", "high"]), "fit"),
    ):
        out = encoder.fit(train[[name]]).transform(test[[name]])
        assert len(encoder.get_feature_names_out()) == out.shape[1] > 0
        for made, column in zip(encoder.get_feature_names_out(), out.T, strict=True):
            np.testing.assert_array_equal(column, numbers[made])
    words = protokit.TextEncoder().fit(train[["remark"]]).transform(test[["remark"]])
    np.testing.assert_array_equal(words, found.test.inputs["remark"])


def test_they_stand_in_a_pipeline() -> None:
    frame = table()
    features = ColumnTransformer(
        [
            ("numbers", protokit.NumberEncoder(), ["age"]),
            ("kinds", protokit.CategoryEncoder(), ["city", "member"]),
            ("dates", protokit.DateEncoder(), ["joined"]),
            ("texts", protokit.TextEncoder(vocabulary=2), ["remark"]),
        ]
    )
    model = make_pipeline(features, LogisticRegression()).fit(frame, frame["bought"])
    assert model.predict_proba(frame.assign(city="new").head(7)).shape == (7, 2)
    names = list(features.fit(frame).get_feature_names_out())
    assert names[:2] == ["numbers__age", "numbers__age missing"] and "kinds__city = Rome" in names
    shown = clone(features).set_output(transform="pandas").fit_transform(frame)
    assert list(shown.columns) == names


def test_images_are_pixels(tmp_path: Path) -> None:
    from PIL import Image

    pixels = np.random.default_rng(0).integers(0, 255, (4, 3, 5)).astype(np.uint8)
    for i, one in enumerate(pixels):
        Image.fromarray(one).save(tmp_path / f"{i}.png")
    frame = pd.DataFrame({"photo": [f"{i}.png" for i in range(4)]})
    encoder = protokit.ImageEncoder(folder=tmp_path).fit(frame)
    out = encoder.transform(frame)
    assert out.dtype == np.uint8 and np.array_equal(out.reshape(-1, 3, 5), pixels)
    assert encoder.get_feature_names_out()[-1] == "photo 3,5,1"


def test_outcomes_that_are_no_success() -> None:
    frame = table()
    for encoder, cells, words in (
        (protokit.NumberEncoder(), ["a", "b"], "is not a number"),
        (protokit.BooleanEncoder(), ["yes", "perhaps"], "not true or false"),
        (protokit.DateEncoder(), ["2024-01-01", "soon"], "as a date"),
        (protokit.OrderedEncoder(), ["low", "lowest"], "one of low, middle, high"),
        (protokit.TextEncoder(), ["", None], "no text"),
        (protokit.ImageEncoder(), ["none.png"], "no such file"),
        (protokit.CategoryEncoder(form="onehot"), ["a"], "did you mean 'one_hot'"),
        (protokit.NumberEncoder(), [], "is empty"),
    ):
        with pytest.raises(DataError, match=words):
            encoder.fit(pd.DataFrame({"x": cells}))
    fitted = protokit.NumberEncoder().fit(frame[["age"]])
    with pytest.raises(ValueError, match="feature names"):
        fitted.transform(frame[["age"]].rename(columns={"age": "years"}))
