"""Lengths of time are seconds, whatever their unit and source."""

from __future__ import annotations

import datetime as dt
from datetime import timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from protokit.cells.times.durations import are_durations, of_unit, seconds


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("01:30:00", 5400), ("1:30", 5400), ("26:00:00", 93_600), ("00:00:01.5", 1.5), ("02:00:00 PM", 50_400),
        ("2 days 03:00:00", 183_600), ("2 days", 172_800), ("-1 day, 23:00:00", -3600), ("-1 days +23:00:00", -3600),
        ("-01:00:00", -3600), ("PT1H30M", 5400), ("P1DT2H", 93_600), ("-PT5S", -5), ("P2W", 1_209_600),
        ("1h 30m", 5400), ("90 min", 5400), ("2 hours, 5 minutes", 7500), ("1500 ms", 1.5), ("90", 90), ("1.5", 1.5),
    ],
)  # fmt: skip
def test_forms(text: str, wanted: float) -> None:
    found, unread = seconds(pd.Series([text, None], dtype=object))
    assert found[0] == wanted and np.isnan(found[1]) and not unread.any()


@pytest.mark.parametrize("text", ["1:75", "1:30:60", "13:00 PM", "P1Y", "P", "PT", "soon", "1:2:3:4", "", "3 moons"])
def test_what_is_none(text: str) -> None:
    found, unread = seconds(pd.Series([text], dtype=object))
    assert np.isnan(found[0]) and unread[0]


def test_types_of_cells() -> None:
    for cells in ([timedelta(hours=14, minutes=30)], [dt.time(14, 30)], [pd.Timedelta("14:30:00")], [52_200]):
        assert seconds(pd.Series(cells, dtype=object))[0][0] == 52_200
    assert seconds(pd.Series([np.inf, 1.0]))[1].tolist() == [True, False]
    assert not are_durations(pd.Series(["90"])) and are_durations(pd.Series(["00:01:30"]))
    assert not are_durations(pd.Series([], dtype=object)) and not are_durations(pd.Series(["00:01:30", "x"]))


@given(st.lists(st.one_of(st.none(), st.integers(-(10**9), 10**9)), min_size=1, max_size=10), st.data())
def test_the_unit_and_the_form_change_nothing(lengths: list[int | None], data: st.DataObject) -> None:
    wanted = np.array([np.nan if one is None else float(one) for one in lengths])
    unit = data.draw(st.sampled_from(["s", "ms", "us", "ns"]))
    per = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}[unit]
    counts = pd.Series([None if one is None else one * per for one in lengths], dtype="Int64")
    columns = [
        of_unit(counts, unit),
        pd.Series([None if one is None else timedelta(seconds=one) for one in lengths], dtype=object),
        pd.Series([None if one is None else str(timedelta(seconds=one)) for one in lengths], dtype=object),
        pd.Series([None if one is None else str(pd.Timedelta(one, "s")) for one in lengths], dtype=object),
        pd.Series([None if one is None else f"{'-' * (one < 0)}PT{abs(one)}S" for one in lengths], dtype=object),
        pd.Series(wanted),
    ]
    for column in columns:
        found, unread = seconds(column)
        np.testing.assert_array_equal(found, wanted)
        assert not unread.any()


@given(st.integers(-(10**12), 10**12))
def test_fractions_are_the_nearest_number(micro: int) -> None:
    for unit, per in (("us", 1), ("ns", 1000)):
        assert seconds(of_unit(pd.Series([micro * per]), unit))[0][0] == micro / 10**6
    assert seconds(pd.Series([timedelta(microseconds=micro)]))[0][0] == micro / 10**6
