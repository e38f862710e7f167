"""Vectors and matrices: found, scaled, held to one size, audited, and read back; a cell that is none has a place."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from protokit.core.errors import DataError, ProtokitError
from protokit.core.values.tables import Table
from protokit.recipe.recipe import Recipe
from protokit.represent.encoder import Encoder
from protokit.represent.encoders.inference import infer
from protokit.represent.encoders.lists.cells import values_of
from protokit.represent.encoders.lists.vectors import VectorColumn
from protokit.represent.kind import column_from_plain
from protokit.represent.kinds.lists.vector import Vector, VectorOptions
from protokit.represent.represented import Represented
from protokit.represent.transformers import KindEncoder
from protokit.workflow.run.auditing import audit
from protokit.workflow.run.representing import represent


def embedded(rows: int = 200) -> pd.DataFrame:
    """What is to be told is in one direction of the vectors."""
    rng = np.random.default_rng(0)
    vectors = rng.normal(size=(rows, 6)) * [3, 2, 1, 1, 0.5, 0.5] + 4
    y = np.where(vectors[:, 0] - vectors[:, 1] > 0, "a", "b")
    return pd.DataFrame({"x": rng.normal(size=rows), "e": [*vectors], "y": y})


def represented(frame: pd.DataFrame, said: object = None, **more: object) -> Represented:
    columns = {} if said is None else {"e": said}
    recipe = Recipe.parse({"represent": {"target": "y", "columns": columns}, **more})
    [found] = represent(recipe, Table(frame))
    audit(recipe, Table(frame), [found])
    return found


def test_vectors_are_found_and_said_with_the_edit_that_decides_otherwise() -> None:
    found = represented(embedded())
    assert found.encoder.kinds == {"x": "number", "e": "vector"}
    [told] = [notice for notice in found.notices if notice.columns == ("e",)]
    assert told.rule == "'e' holds lists of 6 numbers: they are read as vectors"
    assert told.cure == "if they are codes: columns: {e: set}, {e: bag} or {e: ignore}"
    assert [(spec.name, spec.shape) for spec in found.encoder.signature.inputs] == [("numbers", (1,)), ("e", (6,))]
    assert found.train.features.wide["e"].shape == (len(found.split.train), 6)
    assert "e" not in represented(embedded(), "ignore").encoder.kinds


@pytest.mark.parametrize(
    "cells",
    [
        [[1, 2.5], [2, 3.5]],
        [(1, 2.5), (2, 3.5)],
        [np.array([1, 2.5]), np.array([2, 3.5])],
        ["[1, 2.5]", "[2, 3.5]"],
        ["[1.  2.5]", "[2.  3.5]"],
        [np.ma.MaskedArray([1, 2.5]), pd.Series([2, 3.5])],
    ],
)
def test_every_form_of_a_list_is_the_same_vector(cells: list[Any]) -> None:
    column = pd.Series([*cells, None] * 5, name="e", dtype=object)
    assert infer(column).kind == "vector"
    found = Vector.fit(column, VectorOptions(scale="none"))
    assert isinstance(found, VectorColumn) and found.centers == (1.5, 3.0)
    assert found.array(column)[:3].tolist() == [[-0.5, -0.5, 0], [0.5, 0.5, 0], [0, 0, 1]]
    assert found.names == ("e 1", "e 2", "e missing")


def test_numbers_of_one_unit_are_scaled_together_and_others_each() -> None:
    rng = np.random.default_rng(0)
    alike = pd.Series([*rng.normal(size=(300, 3)) * [4, 1, 0.2]], name="e", dtype=object)
    spreads = VectorColumn.fit(alike).array(alike).std(axis=0)
    assert spreads[0] > 5 * spreads[2] > 0.1
    unlike = pd.Series([*rng.normal(size=(300, 3)) * [1e6, 1, 0]], name="e", dtype=object)
    assert VectorColumn.fit(unlike).array(unlike).std(axis=0) == pytest.approx([1, 1, 0], abs=1e-3)
    assert VectorColumn.fit(alike, "each").array(alike).std(axis=0) == pytest.approx([1, 1, 1], abs=1e-3)


def test_lists_of_several_lengths_or_of_texts_are_no_vectors() -> None:
    for cells in ([[1.5, 2], [1.5]], [["a", "b"], ["c", "d"]], [[1.5], [2.5]]):
        assert infer(pd.Series(cells * 9, name="e", dtype=object)).kind != "vector"
    assert infer(pd.Series([[1, 2.5]] * 9, name="e", dtype=object)).why == "constant: '[1, 2.5]' in every training row"


@pytest.mark.parametrize(
    ("cell", "rule"),
    [
        ([1.0, 2.0], "column 'e', row 8: a vector of 2 numbers, where the others hold a vector of 6 numbers"),
        ([[1.0] * 6], "column 'e', row 8: a matrix of 1 x 6, where the others hold a vector of 6 numbers"),
        ("[1, 2", "column 'e', row 8: '[1, 2' is not a vector, which is a list of numbers"),
        ([1.0, 2.0, 3.0, 4.0, 5.0, np.inf], "is not a list of finite numbers"),
        ({"a": 1}, "column 'e', row 8: \"{'a': 1}\" is not a vector, which is a list of numbers"),
        (5.0, "column 'e', row 8: '5.0' is not a vector"),
    ],
)
def test_a_cell_that_is_no_such_vector_has_its_place_and_a_cure(cell: object, rule: str) -> None:
    frame = embedded()
    frame.at[7, "e"] = cell
    with pytest.raises(DataError) as caught:
        represented(frame, "vector")
    assert rule in caught.value.rule and caught.value.cure and caught.value.cure.startswith("mend the cell")


def test_missing_vectors_are_the_mean_one_and_marked_and_far_ones_are_cut() -> None:
    frame = embedded()
    frame.loc[[3, 5], "e"] = None
    frame.at[9, "e"] = []
    found = represented(frame)
    again = Encoder.from_plain(json.loads(json.dumps(found.encoder.as_plain())))
    later = pd.DataFrame({"x": [0.0, 0.0, 0.0], "e": [None, [np.nan] * 6, [1e300] + [4.0] * 5]})
    inputs, features = again.encode(later)
    assert inputs["e"][:2].tolist() == [[0] * 6 + [1], [0] * 7]
    assert inputs["e"][2, 0] == 10
    unusual = again.unusual(later, features)["e"]
    assert unusual.notes == (
        "1 vector has numbers more than 10 spreads from the training rows' mean: they are cut there",
        "1 vector lacks a number, and none of a training row does: the mean stands for it",
    )
    assert all(
        np.array_equal(one, found.encoder.encode(frame)[0][name]) for name, one in again.encode(frame)[0].items()
    )


def test_a_number_that_is_missing_is_told_where_no_training_row_lacks_one() -> None:
    whole, later = pd.Series([[1, 2.5], [3, 4], [0, 1]], name="e"), pd.Series([[1, None], [3, 4]], name="e")
    told = VectorColumn.fit(whole).unusual(later).notes
    assert told == ("1 vector lacks a number, and none of a training row does: the mean stands for it",)
    assert not VectorColumn.fit(pd.concat([whole, later])).unusual(later).notes


def test_matrices_are_sequences_of_their_rows() -> None:
    rng = np.random.default_rng(0)
    frame = embedded().assign(e=[*rng.normal(size=(200, 4, 3))])
    found = represented(frame)
    [_, spec] = found.encoder.signature.inputs
    assert (spec.shape, spec.kind) == ((4, 3), "sequence")
    assert found.train.inputs["e"].mean() == pytest.approx(0, abs=0.02)
    pixels = frame.assign(e=[*rng.integers(0, 256, (200, 4, 3), dtype=np.uint8)])
    assert represented(pixels).encoder.kinds["e"] == "image"
    assert represented(pixels, "vector").encoder.kinds["e"] == "vector"


def test_a_menu_that_starts_from_the_columns_takes_vectors_unasked() -> None:
    frame = embedded()
    assert "e" in represented(frame, learn={"menu": [{"Dense": 8}]}).encoder.kinds
    matrices = frame.assign(e=[one.reshape(2, 3) * -100 for one in frame["e"]])
    left = represented(matrices, learn={"menu": [{"Dense": 8}]})
    assert "e" not in left.encoder.kinds
    assert any(notice.cure == "columns: {e: vector}, and from: e in the menu" for notice in left.notices)


def test_the_audit_tells_vectors_apart() -> None:
    frame = embedded(40)
    column = VectorColumn.fit(frame["e"])
    assert column.audited(frame["e"]).nunique() == 40
    doubled = pd.concat([frame["e"], frame["e"].head(10), pd.Series([None])], ignore_index=True).rename("e")
    assert column.audited(doubled).nunique() == 40 and column.audited(doubled).isna().sum() == 1


def test_the_transformer_gives_the_same_numbers() -> None:
    frame = embedded()
    made = KindEncoder("vector").fit(frame[["e"]])
    assert np.array_equal(made.transform(frame[["e"]]), VectorColumn.fit(frame["e"]).array(frame["e"]))
    assert made.get_feature_names_out().tolist() == [f"e {i}" for i in range(1, 7)]


HOSTILE = st.one_of(
    st.none(),
    st.floats(),
    st.text(max_size=12),
    st.binary(max_size=5),
    st.lists(st.one_of(st.none(), st.floats(), st.integers(), st.booleans(), st.text(max_size=3)), max_size=4),
    st.lists(st.lists(st.floats(), max_size=2), max_size=3),
    st.dictionaries(st.text(max_size=2), st.integers(), max_size=2),
    st.sampled_from(["[1, 2, 3]", "[1 2 3]", "(1,)", "{}", "[[", "[" * 9, "nan", "1,2,3", pd.NaT, pd.NA, 10**400]),
    st.sets(st.integers(), max_size=3),
)


@given(st.lists(HOSTILE, min_size=1, max_size=8), st.lists(HOSTILE, min_size=1, max_size=3))
def test_any_cell_is_read_or_refused_in_words(cells: list[object], later: list[object]) -> None:
    column = pd.Series(cells * 2, name="e", dtype=object)
    infer(column)
    try:
        found = Vector.fit(column)
        made = found.array(column)
        assert np.isfinite(made).all() and np.abs(made).max() <= 10
        assert column_from_plain(json.loads(json.dumps(found.as_plain()))) == found
        found.unusual(column)
        found.array(pd.Series(later, name="e", dtype=object))
    except ProtokitError as error:
        assert str(error)


def column(cells: list[Any]) -> pd.Series:
    found = pd.Series([None] * len(cells), name="x", dtype=object)
    for row, cell in enumerate(cells):
        found.iat[row] = cell
    return found


def test_lists_that_are_no_vectors_are_told_why_with_an_edit_that_works() -> None:
    several = infer(column([[0.5, 1.0], [0.5, 1.5, 2.0], [0.25, 1.0]]))
    assert several.kind is None and several.why == "lists of numbers of several lengths, from 2 to 3"
    assert "of one length" in several.cure
    one = infer(column([[0.5], [0.25]]))
    assert (one.kind, one.cure) == (None, "columns: {x: vector}")
    ragged = infer(column([np.full((2, 3), -0.5), np.ones((3, 3))]))
    assert ragged.kind is None and ragged.why == "lists of lists of several sizes"


def test_lists_of_truth_values_and_of_decimals_are_vectors() -> None:
    assert infer(column([[True, False], [False, False]])).kind == "vector"
    cells = column([[Decimal("0.5"), Decimal(2)], [Decimal("NaN"), Decimal("1.25")]])
    assert infer(cells).kind == "vector" and Vector.fit(cells).array(cells).shape == (2, 2)


@pytest.mark.parametrize("cells", [[0.5, 1.5], ["red", "old"], [{"a": 1}, {"a": 2}]])
def test_cells_that_are_all_no_vectors_are_refused_with_the_first(cells: list[object]) -> None:
    with pytest.raises(DataError, match=r"row 1: .* is not a vector, which is a list of numbers"):
        Vector.fit(column(cells))


def test_numbers_of_training_that_are_too_large_are_refused_with_their_row() -> None:
    with pytest.raises(DataError, match=r"row 2: .* is not of numbers between -1e\+50 and 1e\+50"):
        Vector.fit(column([[1.0, 2.0], [3.0, 1e60]]))
    with pytest.raises(DataError, match="row 2: "):
        Vector.fit(column([np.ones((3, 2)), np.full((3, 2), 1e60)]))


@pytest.mark.parametrize(
    "text",
    ["[np.float64(0.5), np.float32(2.0)]", "(0.5, 2)", "[array(0.5), 2.0]"],
)
def test_texts_of_numbers_of_numpy_are_their_numbers(text: str) -> None:
    assert values_of(text) == [0.5, 2.0]


def test_a_number_that_is_none_in_a_text_is_missing() -> None:
    [gone, one] = values_of("[nan, np.float64(1.0)]") or ()
    assert one == 1.0 and (gone is None or gone != gone)
    assert values_of("[nan, 'a']") == [None, "a"]
