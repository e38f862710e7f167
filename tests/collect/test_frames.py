from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import polars
import pyarrow
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protokit.collect.frames import as_frame, fingerprint, tidy
from protokit.core.errors import DataError

COLUMNS: dict[str, list[Any]] = {
    "whole": [1, 2, 3],
    "holes": [1, None, 3],
    "real": [0.5, None, -1.5],
    "text": ["a", None, "007"],
    "flag": [True, False, True],
    "day": [date(2024, 2, 29), date(2024, 3, 1), None],
    "at": [datetime(2024, 1, 1, 12), None, datetime(1900, 1, 1)],
    "money": [Decimal("1.25"), Decimal("2"), None],
}
RECORDS = [dict(zip(COLUMNS, row, strict=True)) for row in zip(*COLUMNS.values(), strict=True)]


@pytest.mark.parametrize(
    "make",
    [
        lambda: pd.DataFrame(COLUMNS),
        lambda: pd.DataFrame(COLUMNS).convert_dtypes(),
        lambda: pd.DataFrame(COLUMNS, index=[7, 7, 9]),
        lambda: polars.DataFrame(COLUMNS),
        lambda: polars.DataFrame(COLUMNS).lazy(),
        lambda: pyarrow.table(COLUMNS),
        lambda: pyarrow.table(COLUMNS).to_pandas(types_mapper=pd.ArrowDtype),
        lambda: duckdb.from_arrow(pyarrow.table(COLUMNS)),
        lambda: COLUMNS,
        lambda: RECORDS,
    ],
    ids=["pandas", "nullable", "index", "polars", "lazy", "arrow", "arrow-pandas", "duckdb", "columns", "records"],
)
def test_the_same_frame_comes_of_every_kind_of_table(make: Callable[[], Any]) -> None:
    frame = as_frame(make())
    assert list(frame.columns) == list(COLUMNS) and list(frame.index) == [0, 1, 2]
    kinds = {name: frame[name].dtype.kind for name in COLUMNS}
    assert {name: kind for name, kind in kinds.items() if name != "text"} == dict(
        zip(["whole", "holes", "real", "flag", "day", "at", "money"], "iffbMMf", strict=True)
    )
    for name, values in COLUMNS.items():
        for kept, value in zip(frame[name], values, strict=True):
            assert pd.isna(kept) if value is None else kept == (pd.Timestamp(value) if name in {"day", "at"} else value)


@pytest.mark.parametrize(
    ("table", "words"),
    [
        (pd.DataFrame(), "is empty"),
        (pd.DataFrame({"a": []}), "is empty"),
        ({"a": [1], "b": [1, 2]}, "columns of different lengths: 'a' 1, 'b' 2"),
        ({"a": "text"}, "the column 'a' is 'text'"),
        ({"a": 5}, "the column 'a' is 5"),
        ({}, "is empty"),
        ([], "not list"),
        ([1, 2], "not list"),
        (np.ones((2, 2)), "not ndarray"),
        (None, "not NoneType"),
        (pd.DataFrame([[1, 2]], columns=["a", "a"]), "two columns of 'table' are named 'a'"),
        (pd.DataFrame([[1, 2]], columns=["1", 1]), "are named '1'"),
    ],
)
def test_what_is_no_table(table: Any, words: str) -> None:
    with pytest.raises(DataError, match=words) as caught:
        as_frame(table)
    assert caught.value.cure


@pytest.mark.parametrize(
    ("frame", "words"),
    [
        (pd.DataFrame([[1, 2]], columns=pd.MultiIndex.from_tuples([("a", "x"), ("a", "y")])), "names of 2 levels"),
        (pd.DataFrame({"a": [1j, 2j], "b": ["x", "y"]}), "column 'a' holds complex numbers"),
        (pd.DataFrame({"a": [1j, 2j], "b": [1, 2]}), "column 'a' holds complex numbers"),
    ],
)
def test_what_no_column_can_be_made_of(frame: pd.DataFrame, words: str) -> None:
    with pytest.raises(DataError, match=words) as caught:
        as_frame(frame)
    if "names" in words:
        frame.columns = ["_".join(map(str, names)) for names in frame.columns]
        assert "'_'.join" in str(caught.value.cure) and list(as_frame(frame).columns) == ["a_x", "a_y"]


def test_categories_and_times_with_a_zone_become_plain() -> None:
    frame = pd.DataFrame(
        {
            "c": pd.Categorical(["a", None, "b"]),
            "n": pd.Categorical([1, 2, 1]),
            "m": pd.Categorical([1, None, 1]),
            "z": pd.to_datetime(["2024-01-01 12:00", None, "2024-06-01 00:00"]).tz_localize("Europe/Oslo"),
            "u": np.array([1, 2, 3], "uint8"),
        }
    )
    found = tidy(frame)
    assert [found[name].dtype.kind for name in "nmzu"] == ["i", "f", "M", "u"]
    assert found["c"].tolist()[::2] == ["a", "b"] and found["c"].isna().tolist() == [False, True, False]
    assert found["z"].tolist()[0] == pd.Timestamp("2024-01-01 11:00", tz="UTC")
    assert found["m"].isna().tolist() == [False, True, False]


def test_columns_are_put_together_by_position() -> None:
    columns = {"a": pd.Series([1, 2], index=[5, 6]), "b": pd.Series(["x", "y"], index=[6, 7]), "c": [True, False]}
    assert as_frame(columns).to_dict("list") == {"a": [1, 2], "b": ["x", "y"], "c": [True, False]}


def test_arrays_may_stand_in_cells() -> None:
    pixels = np.arange(24).reshape(2, 3, 4)
    for table in ({"image": pixels, "y": [0, 1]}, {"image": list(pixels), "y": [0, 1]}):
        frame = as_frame(table)
        assert frame.shape == (2, 2) and np.array_equal(frame["image"][1], pixels[1])
    other = pixels.copy()
    other[1, 2, 3] += 1
    assert fingerprint(as_frame({"image": pixels})) != fingerprint(as_frame({"image": other}))


@settings(deadline=None)
@given(st.lists(st.one_of(st.none(), st.text(max_size=3), st.integers(-3, 3), st.booleans()), min_size=2, max_size=4))
def test_a_fingerprint_changes_with_any_value(values: list[Any]) -> None:
    frame = pd.DataFrame({"a": pd.Series(values, dtype=object)})
    assert fingerprint(frame) == fingerprint(frame.copy())
    assert fingerprint(frame) != fingerprint(frame.rename(columns={"a": "b"}))
    for i, value in enumerate(values):
        for other in (None, "", "None", 1, True, "1", 2.5):
            if type(other) is not type(value) or other != value:
                changed = pd.Series([*values[:i], other, *values[i + 1 :]], dtype=object)
                assert fingerprint(pd.DataFrame({"a": changed})) != fingerprint(frame)


def test_intervals_of_whole_numbers_with_a_missing_one_are_read() -> None:
    cut = pd.cut(pd.Series([-0.5, 5.0, 0.5]), [-1, 0, 1])
    [column] = [as_frame(pd.DataFrame({"x": cut}))["x"]]
    assert isinstance(column.dtype, pd.IntervalDtype)
    assert column.isna().tolist() == [False, True, False] and column[0] == pd.Interval(-1, 0)


def test_paths_are_their_texts() -> None:
    [path, gone] = as_frame(pd.DataFrame({"x": [Path("a/1.wav"), None]}))["x"]
    assert path == str(Path("a/1.wav")) and pd.isna(gone)
