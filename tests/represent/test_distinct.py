from __future__ import annotations

from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from protokit.core.errors import DataError
from protokit.core.names import as_text
from protokit.represent.encoders.cells import texts_of, to_numbers, without
from protokit.represent.encoders.distinct import distinct, places
from protokit.represent.encoders.labels import pairs_of
from protokit.represent.kinds.boolean import Boolean
from protokit.represent.kinds.category import Category
from protokit.represent.kinds.ordered import Ordered

CELLS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 3),
    st.integers(2**62, 2**70),
    st.sampled_from([1.0, 2.5, -0.0, 1e300, Decimal("1.10"), Decimal("1.1"), "1", " a", "a", "", "None", "True"]),
    st.text("ab ", max_size=2),
    st.lists(st.integers(0, 1), max_size=2),
)
TYPES = [
    pd.Series([3, 1, 3, 2]),
    pd.Series([3.0, np.nan, 1.5, 3.0]),
    pd.Series([3.0, np.nan, 1.5, 3.0], dtype="float32"),
    pd.Series([True, False, True]),
    pd.Series([1, None, 2**60 + 1, 1], dtype="Int64"),
    pd.Series([True, None, False], dtype="boolean"),
    pd.Series(["b", None, " a", "b"], dtype="str"),
    pd.Series(["b", None, " a", "b"], dtype="category"),
    pd.Series(pd.to_datetime(["2024-01-02", None, "2023-01-01", "2024-01-02"])),
    pd.Series([None, None], dtype=object),
    pd.Series([], dtype=object),
]


@given(st.lists(CELLS, max_size=12))
def test_texts_are_those_of_each_cell_by_itself(cells: list[object]) -> None:
    column = pd.Series(cells, dtype=object, index=range(5, 5 + len(cells)), name="x")
    found = texts_of(column)
    assert found.index.equals(column.index) and found.name == "x"
    for cell, text in zip(cells, found, strict=True):
        assert text is None if cell is None else text == as_text(cell)


@pytest.mark.parametrize("column", TYPES, ids=lambda column: str(column.dtype))
def test_of_each_type_of_column(column: pd.Series) -> None:
    one = distinct(column)
    missing = column.isna().to_numpy()
    assert ((one.codes < 0) == missing).all() and one.counts.sum() == (~missing).sum()
    for cell, text, gone in zip(column.astype(object), texts_of(column), missing, strict=True):
        assert text is None if gone else text == as_text(cell)
    assert len(one.cells) == column.nunique() and len(one.texts) == len(one.cells)


@given(st.lists(st.sampled_from(["b", " b", "a", None, "", "c"]), max_size=12))
def test_places_are_in_the_order_of_the_alphabet(cells: list[str | None]) -> None:
    texts = ["?" if cell is None else cell.strip() for cell in cells]
    expected = np.unique(np.array(texts, object), return_inverse=True)[1]
    assert places(pd.Series(cells, dtype=object), missing="?").tolist() == expected.tolist()


@given(st.lists(st.sampled_from(["yes", "NO ", "t", "0", None, 1, False, "1"]), min_size=1, max_size=12))
def test_truth_values_are_read_cell_by_cell(cells: list[object]) -> None:
    column = pd.Series(cells, dtype=object, name="x")
    words = {"yes": 1.0, "NO ": 0.0, "t": 1.0, "0": 0.0, None: np.nan, 1: 1.0, False: 0.0, "1": 1.0}
    assert np.array_equal(Boolean("x").numbers(column)[:, 0], [words[cell] for cell in cells], equal_nan=True)


def test_the_first_cell_that_is_wrong_is_named() -> None:
    cells = pd.Series(["yes", None, "no", "perhaps", "yes", "maybe"], name="x")
    with pytest.raises(DataError, match="row 4: 'perhaps'"):
        Boolean("x").numbers(cells)
    with pytest.raises(DataError, match="row 4: 'perhaps'"):
        Ordered("x", ("no", "yes")).numbers(cells)
    with pytest.raises(DataError, match="row 3: 'no'"):
        to_numbers(pd.Series(["1", None, "no", "x"], name="x"))
    assert np.array_equal(to_numbers(pd.Series(["1", None, " ", "2e3"])), [1, np.nan, np.nan, 2000], equal_nan=True)


def test_a_level_is_counted_over_its_spellings_and_a_missing_cell_is_one() -> None:
    column = pd.Series(["a", " a", "a ", "b", "b", None, None, None, "c"], name="x")
    fitted = Category.fit(column)
    assert fitted.levels == ("a", None)
    assert fitted.codes(column).tolist() == [1, 1, 1, 0, 0, 2, 2, 2, 0]
    assert Category("x", ("1", "True")).codes(pd.Series([1, True, 1.0, "1", None])).tolist() == [1, 2, 1, 1, 0]


def test_cells_of_some_texts_are_missing() -> None:
    column = pd.Series(["a", "?", None, " ?", "b"], name="x")
    assert without(column, ("?",)).isna().tolist() == [False, True, True, True, False]
    assert without(column, ()) is column


def test_labels_of_rows() -> None:
    column = pd.Series(["a|b", "b; c", None, " a , a", "", "d", ["c", " a"]], dtype=object)
    rows, labels, names = pairs_of(column, None)
    pairs = [(row, names[label]) for row, label in zip(rows.tolist(), labels.tolist(), strict=True)]
    assert pairs == [(0, "a"), (0, "b"), (1, "b"), (1, "c"), (3, "a"), (3, "a"), (5, "d"), (6, "c"), (6, "a")]
    assert [len(part) for part in pairs_of(column[:0], None)] == [0, 0, 0]
