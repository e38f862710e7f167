from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from protokit.core.errors import SpecError
from protokit.recipe.recipe import Recipe
from protokit.represent.encoder import Encoder
from protokit.represent.encoders.scaling.knots import aligned, as_plain, counts, from_plain, knots_of
from protokit.represent.encoders.scaling.scaler import Scaler
from protokit.represent.represented import Represented
from protokit.workflow.run.collecting import collected
from protokit.workflow.run.representing import represent

CELLS = st.one_of(st.integers(-9, 9).map(float), st.floats(-1e6, 1e6), st.just(np.nan))


def of(numbers: np.ndarray, most: int) -> tuple[float, ...]:
    knots = knots_of(Scaler.fit(numbers[:, None]), numbers[:, None], [most])
    return knots.values[0] if knots else ()


@given(st.lists(CELLS, min_size=1, max_size=80), st.integers(2, 40), st.randoms(use_true_random=False))
def test_knots_are_numbers_of_the_rows_as_the_network_sees_them(cells: list[float], most: int, random: Any) -> None:
    numbers = np.array(cells)
    scaled = Scaler.fit(numbers[:, None]).transform(numbers[:, None])[:, 0]
    found = of(numbers, most)
    assert 1 <= len(found) <= most and set(found) <= {*scaled.tolist()}
    assert all(a < b for a, b in pairwise(found))
    assert (found[0], found[-1]) == (scaled.min(), scaled.max()) or most < 4
    if len({*scaled.tolist()}) <= most // 2:
        assert len(found) == len({*scaled.tolist()}), "few different numbers: a knot at each"
    mixed = cells.copy()
    random.shuffle(mixed)
    assert of(np.array(mixed), most) == found


def test_half_of_them_lie_among_the_different_numbers() -> None:
    """Nine rows of ten hold one number: quantiles of the rows alone would see hardly anything of the others."""
    numbers = np.concatenate([np.zeros(9_000), np.arange(1, 1001)])
    found = of(numbers, 64)
    assert len(found) >= 32


def test_how_many_follows_from_the_rows_and_the_room() -> None:
    assert counts(100, [None]) == [8] and counts(3_200, [None]) == [100] and counts(10**6, [None]) == [256]
    wide = counts(10**6, [None] * 500)
    assert len({*wide}) == 1 and 4 <= wide[0] <= 32
    assert counts(10**6, [None] * 5_000 + [64]) == [0] * 5_000 + [64], "what is said holds"


def table(rows: int = 400) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(
        {
            "x": rng.normal(size=rows).round(3), "few": rng.integers(0, 5, rows), "two": rng.integers(0, 2, rows),
            "day": pd.date_range("2020-01-01", periods=rows).strftime("%Y-%m-%d"), "hue": rng.choice(["r", "g"], rows),
            "wait": pd.to_timedelta(rng.integers(0, 5000, rows), unit="s"), "y": rng.normal(size=rows),
        }
    )  # fmt: skip
    frame.loc[::7, "x"] = np.nan
    return frame


def encoders(frame: pd.DataFrame, **more: Any) -> list[Encoder]:
    recipe = Recipe.parse({"represent": {"target": "y", **more}})
    folds: tuple[Represented, ...] = represent(recipe, collected(recipe, frame))
    return [fold.encoder for fold in folds if isinstance(fold.encoder, Encoder)]


def test_numbers_dates_and_durations_have_them_marks_and_one_hot_columns_none() -> None:
    [encoder] = encoders(table())
    [spec] = encoder.signature.inputs
    assert spec.knots is not None
    named = {spec.columns[place]: len(own) for place, own in zip(spec.knots.places, spec.knots.values, strict=True)}
    assert {"x", "few", "wait", "day days"} <= set(named) and named["few"] == 5
    assert not {"two", "x missing", "hue = r"} & set(named)
    assert encoder.knots is not None
    again = Encoder.from_plain(json.loads(json.dumps(encoder.as_plain())))
    assert again.knots is not None and again.knots.values == encoder.knots.values and again.knots == encoder.knots


def test_a_recipe_says_how_many_or_none() -> None:
    [encoder] = encoders(table(), columns={"x": {"number": {"knots": 20}}, "few": {"number": {"knots": 0}}})
    assert encoder.knots is not None
    named = {encoder.signature.inputs[0].columns[place] for place in encoder.knots.places}
    by_place = dict(zip(encoder.knots.places, encoder.knots.values, strict=True))
    assert "few" not in named and 8 < len(by_place[0]) <= 20
    none = {name: {"number": {"knots": 0}} for name in ("x", "few")}
    [plain] = encoders(table()[["x", "few", "two", "y"]], columns=none)
    assert plain.knots is None and plain.signature.inputs[0].knots is None
    for wrong in (-1, 5_000, "many"):
        with pytest.raises(SpecError, match="knots"):
            Recipe.parse({"represent": {"target": "y", "columns": {"x": {"number": {"knots": wrong}}}}})


def test_folds_have_knots_of_their_own_rows_in_one_shape() -> None:
    first, *others = encoders(table(331), split={"folds": 3})
    assert first.knots is not None
    for other in others:
        assert other.knots == first.knots and hash(other.signature.inputs) == hash(first.signature.inputs)
        assert other.knots is not None and other.knots.values != first.knots.values


def test_a_column_that_bends_in_one_fold_only_has_knots_in_each() -> None:
    one, other, none = (
        knots_of(Scaler.fit(some), some, [8, 8])
        for some in (np.array([[0, 1.0], [1, 1], [2, 1]]), np.array([[0, 1.0], [1, 2]]), np.ones((2, 2)))
    )
    folds = aligned([one, other, none])
    assert all(fold is not None and (fold.places, fold.size) == ((0,), 3) for fold in folds)
    assert aligned([other, none]) == [None, None]


def test_plain_data_that_cannot_be_is_refused() -> None:
    [encoder] = encoders(table())
    plain = as_plain(encoder.knots)
    assert plain is not None and from_plain(None) is None
    for wrong in ({"places": [0]}, {"size": 2}):
        with pytest.raises(ValueError, match="knots"):
            from_plain({**plain, **wrong})
