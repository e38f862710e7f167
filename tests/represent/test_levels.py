"""Cells of a later table as levels of training rows."""

from __future__ import annotations

import json
from functools import reduce

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from protokit.represent.column.merging import merged
from protokit.represent.column.outside import Outside
from protokit.represent.encoders.levels import Levels
from protokit.represent.encoders.scaling.scaler import outside
from protokit.represent.kinds.category import Category

ZIPS = Levels(["02134", "94110", None], ["00501"])


def places(levels: Levels, cells: list[object]) -> list[int]:
    return [int(place) for place in levels.places(pd.Series(cells, dtype=object))]


def test_a_number_is_the_one_level_that_it_counts() -> None:
    for read in (int, float, np.int64, np.float32):
        assert ZIPS.places(pd.Series([2134, 94110, 7]).map(read)).tolist() == [0, 1, -1]
    assert places(ZIPS, ["02134", " 94110 ", "2134", 2134, 501, 501.0, "00501", None]) == [0, 1, -1, 0, -2, -2, -2, 2]
    found = ZIPS.unusual(pd.Series([2134, 94110, 7]))
    assert (found.cells, found.unseen, found.examples) == (3, 1, ("7",)) and "2134 for '02134'" in found.notes[0]


def test_a_number_that_may_be_two_levels_is_neither() -> None:
    versions = Levels(["1.1", "1.10", "1.2"], ())
    assert places(versions, ["1.1", "1.10", 1.1, 1.2]) == [0, 1, -3, 2]
    found = versions.unusual(pd.Series([1.1, 1.2, 1.1]))
    assert found.unseen == 2 and "several levels" in found.notes[0]


def test_truth_values_are_told_from_numbers_and_spelled_as_training_had_them() -> None:
    assert places(Levels(["TRUE", "maybe", "1"], ()), [True, 1, 1.0, "maybe", False]) == [0, 2, 2, 1, -1]


@given(st.lists(st.sampled_from(["a", "b ", 1, 1.0, True, None, "01", 2.5, "x"]), min_size=1, max_size=200))
def test_few_cells_and_many_are_read_alike(cells: list[object]) -> None:
    levels = Levels(["1", "2.5", "a", "b", "True"], ["x"])
    each = [places(levels, [cell])[0] for cell in cells]
    assert places(levels, cells) == each
    texts = [cell for cell in cells if isinstance(cell, str)] * 40
    assert places(levels, texts) == [places(levels, [cell])[0] for cell in texts]


def test_rare_levels_are_not_new() -> None:
    cells = pd.Series(["a"] * 5 + ["b"] * 4 + ["c"], name="x", dtype=object)
    fitted = Category.fit(cells)
    assert fitted.levels == ("a", "b") and fitted.rare == ("c",)
    assert fitted.unusual(cells).unseen == 0 and fitted.unusual(pd.Series(["c", "d"])).unseen == 1
    of_old = Category("x", ("a", "b"))  # nothing is known of its rare levels
    assert [of_old.unusual(pd.Series(some)).unseen for some in (["d"], ["a", "d"], ["d", "e"])] == [0, 0, 2]
    again = Category.from_plain(json.loads(json.dumps(fitted.as_plain())))
    assert again == fitted and Category.from_plain({"kind": "category", "column": "x", "levels": ["a"]}).rare is None


@pytest.mark.parametrize(("numbers", "told"), [([5.0], False), ([11.0], False), ([21.0], True), ([-50.0, 3], True)])
def test_numbers_far_beyond_are_told_and_chance_is_not(numbers: list[float], told: bool) -> None:
    found = outside(np.array(numbers), np.linspace(0, 10, 1000), measured=True, gone=0, columns=1)
    assert bool(found.beyond()) == told and bool(found.notes) == told


def test_many_numbers_a_little_beyond_are_told() -> None:
    def told(numbers: np.ndarray) -> Outside:
        return outside(numbers, np.linspace(0, 10, 1000), measured=True, gone=0, columns=5)

    many, few = told(np.full(40, 10.5)), told(np.array([10.5] + [5.0] * 500))
    assert many.beyond() == "40 of 40 cells are beyond the training rows, which go from 0 to 10"
    assert not few.beyond()
    assert not told(np.full(1, 10.5)).beyond() and reduce(Outside.with_, [told(np.full(1, 10.5))] * 40) == many


def test_what_is_said_of_batches_is_said_of_all() -> None:
    versions = Levels(["1.1", "1.10", "02134", "7"], (), texts=True)
    cells = [2134, 1.1, "1.1", None, "x", 7, "y", None, 1.1, "z", "x", 2134] * 2
    whole = pd.Series(cells, dtype=object)
    for size in (1, 3, 5, 24):
        parts = [whole.iloc[i : i + size].reset_index(drop=True) for i in range(0, len(whole), size)]
        assert merged([versions.unusual(part) for part in parts]) == versions.unusual(whole)
