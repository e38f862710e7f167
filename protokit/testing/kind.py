"""What every kind of column keeps to."""

from __future__ import annotations

import json
from dataclasses import is_dataclass

import numpy as np
import pandas as pd

from protokit.cells.missing import is_missing
from protokit.core.errors import DataError
from protokit.represent.encoders.cells import Cells
from protokit.represent.kind import (
    KINDS,
    CodeColumn,
    FitContext,
    FittedColumn,
    Guess,
    InputColumn,
    Kind,
    NumberColumn,
    Unusual,
    column_from_plain,
)
from protokit.represent.words import Represent
from protokit.testing.contract import contract
from protokit.testing.words import check_about, read

_TIMES = 5  # that each cell of the sample is in the table: a level of few rows is none


@contract
def check_kind(kind: type[Kind]) -> None:
    """Hold a registered kind of column to the contract of `protokit.represent.kind`.

    Raises:
        AssertionError: what it does not keep.
    """
    check_about(kind, KINDS)
    spec = read(Represent, f"columns: {{x: {kind.example}}}")
    assert spec.kind("x") == kind.name, f"its example {kind.example!r} is of the kind {spec.kind('x')!r}"
    schema = json.dumps(Represent.model_json_schema())
    assert f'"{kind.name}"' in schema, "the JSON Schema does not know it"
    cells = list(kind.sample())
    if not cells:
        nothing_to_fit = not issubclass(kind, FittedColumn) and kind.fit.__func__ is Kind.fit.__func__  # type: ignore[attr-defined]
        assert nothing_to_fit, "`sample` gives no cells to try it on"
        return
    column = pd.Series(cells * _TIMES, name="x", dtype=object)
    _check_inference(kind, column)
    before = column.copy(deep=True)
    fitted = kind.fit(column, spec.options("x"), FitContext())
    assert isinstance(fitted, FittedColumn), f"fit gives a {type(fitted).__name__}, no FittedColumn"
    _check_fitted(kind, fitted, column)
    if kind.own_input:
        there = column[[not (is_missing(cell) or (isinstance(cell, list) and not cell)) for cell in column]]
        _check_missing(kind.fit(there, spec.options("x"), FitContext()), there)
    assert all(one is other for one, other in zip(column, before, strict=True)), "it changes the cells it is given"


def _check_inference(kind: type[Kind], column: pd.Series) -> None:
    for cells in (column, pd.Series([1.0, 2.0, 2.5] * 9, name="x"), pd.Series(["a", None, "b"] * 9, name="x")):
        assert kind.is_type_of(Cells(cells)) in (True, False), "is_type_of gives neither true nor false"
        guess = kind.infer(Cells(cells))
        assert guess is None or isinstance(guess, Guess), "infer gives no Guess"
        if guess is not None and guess.kind is not None:
            assert guess.kind == kind.name, f"infer guesses another kind, {guess.kind!r}"
        if guess is not None and guess.kind is None:
            assert guess.why, "infer leaves a column out, and says no reason"


def _check_fitted(kind: type[Kind], fitted: FittedColumn, column: pd.Series) -> None:
    assert fitted.column == "x", f"the fitted column is called {fitted.column!r}, not as the cells are"
    assert fitted.kind == kind.name, f"the fitted column is of the kind {fitted.kind!r}"
    assert not fitted.left_out, f"its own sample is left out: {fitted.left_out}"
    assert is_dataclass(fitted) and fitted.__dataclass_params__.frozen, "decorate it @dataclass(frozen=True)"  # type: ignore[attr-defined]
    assert kind.own_input == isinstance(fitted, InputColumn), "`own_input` does not say what fit gives"
    plain = fitted.as_plain()
    assert plain["kind"] in (kind.name, *kind.saves), f"`saves` lacks {plain['kind']!r}, as it is saved"
    again = column_from_plain(json.loads(json.dumps(plain)))
    assert again.as_plain() == plain, "its state does not survive JSON"
    made = values_of(fitted, column)
    assert _same(made, values_of(again, column)), "read back from JSON, it gives something else"
    assert _same(made[2:5], values_of(fitted, column.iloc[2:5])), "what a row gives depends on the other rows"
    _check_unusual(fitted, column)
    assert not kind.one_number or len(fitted.names) == 1, "`one_number` is for a single number a cell"


def _check_unusual(fitted: FittedColumn, column: pd.Series) -> None:
    own = fitted.unusual(column)
    assert isinstance(own, Unusual), f"unusual gives no Unusual, but {own!r}"
    assert own.cells == int(column.notna().sum()), f"{own.cells} of {column.notna().sum()} cells are there"
    assert own.unseen == 0, f"{own.unseen} of its own training cells are said to be unseen"
    if isinstance(fitted, CodeColumn):
        found = fitted.unusual(pd.Series(["never seen 7f3", None, "never seen 7f3"], name="x", dtype=object))
        assert (found.cells, found.unseen) == (2, 2), "cells that no training row had are not counted as unseen"


def _check_missing(whole: FittedColumn, there: pd.Series) -> None:
    later = pd.concat([there.head(3), pd.Series([None], [-1], object)]).rename("x")
    try:
        values_of(whole, later)
    except DataError:
        return
    assert whole.unusual(later).notes, "a missing cell is taken in silence, where no training row's was"


def values_of(fitted: FittedColumn, cells: pd.Series) -> np.ndarray:
    """What a fitted column makes of cells, held to the shapes and types of its form."""
    if isinstance(fitted, NumberColumn):
        made = fitted.numbers(cells)
        assert made.shape == (len(cells), len(fitted.names)), f"numbers of shape {made.shape}, {fitted.names} named"
        assert made.dtype == np.float64, f"numbers are float64, not {made.dtype}"
        assert np.isnan(made[cells.isna().to_numpy()]).all(), "a missing cell is not NaN"
        assert not np.isinf(made).any(), "a number is not finite"
    elif isinstance(fitted, CodeColumn):
        made = fitted.codes(cells)
        assert made.shape == (len(cells),) and made.dtype == np.int64, f"codes of {made.dtype}, shape {made.shape}"
        assert ((made >= 0) & (made <= len(fitted.levels))).all(), "a code is below 0 or beyond the levels"
    else:
        assert isinstance(fitted, InputColumn), "derive it from NumberColumn, CodeColumn or InputColumn"
        made = fitted.array(cells)
        spec = fitted.spec
        assert spec.name == fitted.column, f"its input is called {spec.name!r}, not as the column"
        assert made.shape == (len(cells), *spec.shape), f"an array of shape {made.shape}; its spec says {spec.shape}"
        assert made.dtype == spec.dtype, f"an array of {made.dtype}; its spec says {spec.dtype}"
        assert len(fitted.plain(cells, made)) == len(cells), "its plain form has not a row for each cell"
        assert len(fitted.names) == made[0].size, "it names fewer numbers than it makes, or more"
    return made


def _same(one: np.ndarray, other: np.ndarray) -> bool:
    return one.dtype == other.dtype and np.array_equal(one, other, equal_nan=one.dtype.kind == "f")
