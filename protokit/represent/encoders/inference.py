"""What a column is, read off its training rows: each kind is asked in turn."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

import pandas as pd

from protokit.core.errors import ProtokitError
from protokit.core.plugins import guarded, package_of
from protokit.core.values.said import Notice
from protokit.represent.encoders.cells import Cells
from protokit.represent.encoders.distinct import distinct
from protokit.represent.kind import KINDS, Guess, Kind
from protokit.represent.split.column import filled, named_so, parts_in

Answer = TypeVar("Answer")


def infer(column: pd.Series, whole: pd.Series | None = None) -> Guess:
    """The kind of a column from its (training) values; kinds of installed packages are asked too.

    `whole` has the cells of all rows, for what is of reading them and not of fitting.
    """
    cells = Cells(column, whole)
    if cells.present.empty:
        return Guess(None, "every cell of the training rows is missing")
    if (guess := _of_parts(cells)) is not None:
        return guess
    kinds = sorted(KINDS.all().values(), key=lambda kind: kind.inference_rank)
    failed: list[str] = []
    if found := next((kind.name for kind in kinds if _asked(kind, kind.is_type_of, cells, failed)), None):
        return Guess(found, failed=tuple(failed))
    if column.dtype == object and any(isinstance(cell, (bytes, bytearray)) for cell in cells.present.head(100)):
        cure = f"columns: {{{column.name}: image}}"
        return Guess(None, "bytes, which say nothing of what they are", cure)
    if column.dtype == object and not all(map(_is_hashable, cells.present.head(100))):
        cure = f"columns: {{{column.name}: image}}"
        return Guess(None, "arrays or lists, which say nothing of what they are", cure)
    if len(cells.present) == len(column) and cells.are_same:
        return Guess(None, f"constant: {str(cells.present.iloc[0])[:40]!r} in every training row")
    guesses = (_asked(kind, kind.infer, cells, failed) for kind in kinds)
    guess = next((guess for guess in guesses if guess is not None), Guess("category"))
    return replace(guess, failed=tuple(failed)) if failed else guess


def _of_parts(cells: Cells) -> Guess | None:
    """A column that says which row is for what is none to learn from: later rows have no part."""
    if not named_so(cells.name) or cells.whole.dtype.kind in "iufbMm":
        return None
    parts = parts_in(cells.name, distinct(cells.whole).texts)
    if not parts:
        return None
    cure = f"split: {{by: {{column: {cells.name}}}}}" if {"train", "test"} <= parts else ""
    if cure and cells.whole.isna().any():
        cure = f"{filled(cells.name)} and {cure}"
    said = " and ".join(sorted(parts))
    why = f"it says which rows are for {said}, and rows are not split by it"
    return Guess(None, why, cure + ", or " * bool(cure) + f"columns: {{{cells.name}: category}}")


def _asked(kind: type[Kind], ask: Callable[[Cells], Answer], cells: Cells, failed: list[str]) -> Answer | None:
    """What a kind says of cells; None where it is another package's and fails, which is put among the failed."""
    try:
        with guarded("the column kind", kind):
            answer = ask(cells)
            if answer is not None and not isinstance(answer, (bool, Guess)):
                raise TypeError(f"`infer` gives a Guess or None, not {answer!r}")
            return answer
    except ProtokitError as error:
        failed.append(error.rule)
        return None


def cure_of_derived(column: str, odd: str) -> str:
    """What makes a text a missing cell in a column that no table has: its marks are met before it is computed."""
    step = f"{{replace: {{{column}: {{{json.dumps(odd, ensure_ascii=False)}: null}}}}}}"
    return f"after it is derived, collect: {{clean: [{step}]}}"


def failures(guess: Guess) -> list[Notice]:
    """What the person is told of kinds that could not be asked."""
    return [Notice(f"{rule}; no column was taken for one", ()) for rule in guess.failed]


def left_out(column: str, guess: Guess) -> Notice:
    """What the person is told of a column that is left out."""
    return Notice(f"{column!r} is left out: {guess.why}", (column,), guess.cure)


def told(column: str, guess: Guess, kind: type[Kind]) -> list[Notice]:
    """What the person is told of a column that is read in a way they may want to know of."""
    noted = [Notice(f"{column!r} {guess.note}", (column,), guess.cure)] if guess.note else []
    return [*noted, *told_of_package(column, kind)]


def told_of_package(column: str, kind: type[Kind]) -> list[Notice]:
    """That a kind of an installed package was found, which the recipe does not name."""
    package = package_of(kind)
    if package is None:
        return []
    rule = f"{column!r} is read as {kind.name}, a kind of the package {package[0]}"
    return [Notice(rule, (column,), f"or say what it is: columns: {{{column}: number}}")]


def _is_hashable(value: object) -> bool:
    try:
        hash(value)
    except TypeError:
        return False
    return True
