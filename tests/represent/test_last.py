from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protokit.core.errors import SpecError
from protokit.recipe.recipe import Recipe
from protokit.represent.represented import Represented
from protokit.workflow.run.collecting import collected as collect
from protokit.workflow.run.representing import represent


def panel(*lengths: int) -> pd.DataFrame:
    """Series of different lengths that begin on one day, so end on different ones."""
    rng = np.random.default_rng(0)
    frames = [
        pd.DataFrame({"t": pd.date_range("2024-01-01", periods=rows), "y": rng.normal(size=rows), "key": f"s{i}"})
        for i, rows in enumerate(lengths)
    ]
    return pd.concat(frames).sample(frac=1, random_state=0).reset_index(drop=True)


def done(frame: pd.DataFrame, split: dict[str, Any], **series: Any) -> Represented:
    whole = {"time": "t", "by": "key", "window": 6, "horizon": 3, **series}
    made = Recipe.parse({"represent": {"target": "y", "series": whole, "split": split}})
    [found] = represent(made, collect(made, frame))
    return found


def place(frame: pd.DataFrame, result: Represented, part: np.ndarray) -> pd.DataFrame:
    """The series of some windows, and how many rows of it come from the first that each forecasts on."""
    known = result.frame.iloc[part]
    ends = frame.groupby("key")["t"].max()
    left = (known["key"].map(ends) - known["t"]).dt.days
    return pd.DataFrame({"key": known["key"], "left": left})


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(25, 60), min_size=1, max_size=4), st.integers(3, 6), st.integers(3, 6))
def test_each_series_has_its_own_last_rows_for_the_test_and_those_before_for_validation(
    lengths: list[int], test: int, validation: int
) -> None:
    frame = panel(*lengths)
    result = done(frame, {"test": {"last": test}, "validation": {"last": validation}})
    tested = place(frame, result, result.split.test)
    assert all(sorted(left) == list(range(3, test + 1)) for _, left in tested.groupby("key")["left"])
    assert tested["key"].nunique() == len(lengths)
    held = place(frame, result, result.split.validation)
    every = list(range(test + 3, test + validation + 1))
    assert all(sorted(left) == every for _, left in held.groupby("key")["left"])
    trained = place(frame, result, result.split.train)
    assert trained["left"].min() == test + validation + 3  # no training forecast reaches into the validation rows
    assert result.train.rows == sum(rows - test - validation - 6 - 3 + 1 for rows in lengths)


def test_a_test_of_the_horizon_is_one_forecast_of_each_series() -> None:
    result = done(panel(40, 50, 30), {"test": {"last": 3}, "validation": 0.2})
    assert result.test.rows == 3
    assert result.split.by == "time, in each series"


def test_units_are_of_the_rows_before_the_last_ones_of_the_same_series() -> None:
    frame = panel(40, 60)
    result = done(frame, {"test": {"last": 4}, "validation": {"last": 5}})
    scale = result.test.features.units["scale"][:, 0]
    for key, rows in (("s0", 40), ("s1", 60)):
        own = frame[frame["key"] == key].sort_values("t")["y"].to_numpy()[: rows - 9]
        assert own.std() in scale


def test_rows_that_only_give_what_is_known_are_not_the_last_ones() -> None:
    frame = panel(40, 50)
    frame["promo"] = np.arange(len(frame)) % 3
    before = done(frame, {"test": {"last": 3}, "validation": {"last": 3}}, known="promo")
    ends = frame.groupby("key")["t"].max()
    more = pd.DataFrame({"t": ends + pd.Timedelta(days=1), "y": np.nan, "promo": 1}).reset_index()
    after = done(pd.concat([frame, more]), {"test": {"last": 3}, "validation": {"last": 3}}, known="promo")
    assert np.array_equal(before.test.truth["y"], after.test.truth["y"])


def test_series_without_training_rows_are_counted_and_named() -> None:
    result = done(panel(60, 12, 60), {"test": {"last": 6}, "validation": {"last": 6}})
    [told] = [str(one) for one in result.notices if "no training row" in str(one)]
    assert "1 of 3 series" in told and "s1" in told


@pytest.mark.parametrize(
    ("split", "rule", "path"),
    [
        ({"test": {"last": 2}}, "test rows are the last 2 of each series, and a forecast takes 3", "test"),
        ({"validation": {"last": 1}}, "write validation: {last: 3}", "validation"),
        ({"test": {"last": 0}}, "a number of rows from 1, not 0", "test.last"),
        ({"test": {"last": 12.5}}, "a number of rows from 1", "test.last"),
        ({"test": {"first": 2}}, "write 0.2, a table's name, or of series {last: 12}", "test"),
        ({"folds": 3, "validation": {"last": 4}}, "with folds the validation rows are a share", "validation"),
        ({"test": {"last": 55}, "validation": {"last": 5}}, "no training window", "represent.series"),
    ],
)
def test_what_cannot_be_is_refused_at_its_place(split: dict[str, Any], rule: str, path: str) -> None:
    with pytest.raises(SpecError) as caught:
        done(panel(40, 60), split)
    assert rule in str(caught.value) and path in str(caught.value)


def test_rows_of_each_series_are_for_series() -> None:
    with pytest.raises(SpecError, match=r"represent.split.test.*represent.series, and there is none"):
        Recipe.parse({"represent": {"target": "y", "split": {"test": {"last": 12}}}})


def test_it_is_written_out_as_it_is_read() -> None:
    represented = {"target": "y", "series": {"time": "t", "window": 6, "horizon": 3}, "split": {"test": {"last": 12}}}
    plain = Recipe.parse({"represent": represented}).as_plain()
    assert plain["represent"]["split"]["test"] == {"last": 12}
    assert Recipe.parse(plain).as_plain() == plain
