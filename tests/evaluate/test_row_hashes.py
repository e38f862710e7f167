"""Hashes of rows are the same however a source wrote the cells, and tell copies from rows that are equal by chance."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from protokit.evaluate.audit.row_hashes import cells, hashes_of, seen


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ([1, 2, 30], ["1", "2.0", " 30"]),
        ([0.1 + 0.2, -0.0], [0.3, 0.0]),
        ([1.5, 2.25], np.array([1.5, 2.25], np.float32)),
        ([0.123456789, 1e-9, 12.3456789], ["0.123457", "1e-9", "12.3457"]),
        ([9.9999999], [10]),
        (["New  York", "oslo"], ["new york", "Oslo."]),
        ([True, False], ["true", "False"]),
        ([1.0, None], ["1", None]),
        ([pd.Timestamp("2021-03-04"), pd.NaT], [pd.Timestamp("2021-03-04", tz="UTC"), pd.NaT]),
        ([np.arange(3), np.ones(2)], [np.arange(3), np.ones(2)]),
    ],
)
def test_same_cells_however_they_are_written(one: object, other: object) -> None:
    assert (cells(pd.Series(one)) == cells(pd.Series(other))).all()  # type: ignore[call-overload]


@pytest.mark.parametrize(
    ("one", "other"),
    [(1, 2), (1.5, 1.50001), ("a", "b"), (0.0, None), ("nan", 1.0), (1234567, 1234568), (b"a", b"b")],
)
def test_other_cells(one: object, other: object) -> None:
    both = cells(pd.Series([one, other], dtype=object))
    assert both[0] != both[1]


@given(st.lists(st.floats(allow_nan=True, allow_infinity=True), max_size=20))
def test_numbers_read_back_are_the_same(values: list[float]) -> None:
    series = pd.Series(values, dtype=float)
    assert (cells(series) == cells(pd.Series([repr(v) for v in values]).astype(float))).all()


def measured(rows: int, seed: int) -> pd.DataFrame:
    r = np.random.default_rng(seed)
    return pd.DataFrame({"a": r.normal(size=rows), "b": r.normal(size=rows), "c": r.choice(list("xyz"), rows)})


def test_rows_are_found_in_any_order_of_rows_and_columns() -> None:
    frame = measured(300, 0)
    kept = hashes_of(frame, ["a", "b", "c"])
    assert kept.dtype == np.uint64 and kept.nbytes == 8 * len(frame)
    later = pd.concat([measured(50, 1), frame.iloc[[7, 40]].astype({"a": str})], ignore_index=True)
    found = seen(kept, later[["c", "b", "a"]], ["c", "a", "b"])
    assert np.flatnonzero(found).tolist() == [50, 51]


def test_equal_by_chance_is_no_copy() -> None:
    r = np.random.default_rng(0)
    few = pd.DataFrame(r.integers(0, 3, (2000, 3)), columns=list("abc"))
    assert not seen(hashes_of(few.iloc[:1000], list("abc")), few.iloc[1000:], list("abc")).any()
