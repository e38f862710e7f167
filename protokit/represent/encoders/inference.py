"""What a column is, read off its training rows: each kind is asked in turn."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeVar

import numpy as np
import pandas as pd

from protokit.core.errors import ProtokitError
from protokit.core.plugins import guarded, package_of
from protokit.core.values.said import Notice
from protokit.represent.encoders.cells import FALSE, TRUE, Cells, without
from protokit.represent.encoders.distinct import distinct
from protokit.represent.encoders.lists.inference import unknown
from protokit.represent.kind import KINDS, Guess, Kind
from protokit.represent.split.column import filled, flag_named, from_flag, named_so, parts_in

Answer = TypeVar("Answer")
_YES, _NO = TRUE | {"1", "1.0"}, FALSE | {"0", "0.0"}


def infer(column: pd.Series, whole: pd.Series | None = None) -> Guess:
    """The kind of a column from its (training) values; kinds of installed packages are asked too.

    `whole` has the cells of all rows, for what is of reading them and not of fitting.
    """
    own = without(column, ())  # an empty text is a missing cell of all kinds but categories and texts
    cells = Cells(own, None if whole is None or whole is column else without(whole, ()))
    if cells.present.empty:
        return Guess(None, "every cell of the training rows is missing")
    if (guess := of_parts(cells)) is not None:
        return guess
    noted = _maybe_of_parts(cells)
    kinds = sorted(KINDS.all().values(), key=lambda kind: kind.inference_rank)
    failed: list[str] = []
    if found := next((kind.name for kind in kinds if _asked(kind, kind.is_type_of, cells, failed)), None):
        return Guess(found, failed=tuple(failed), note=noted.note, cure=noted.cure)
    if column.dtype == object and any(isinstance(cell, (bytes, bytearray)) for cell in cells.present.head(100)):
        cure = f"columns: {{{column.name}: image}}"
        return Guess(None, "bytes, which say nothing of what they are", cure)
    if cells.lists is not None:
        return _of_lists(kinds, cells, failed)
    if column.dtype == object and not all(map(_is_hashable, cells.present.head(100))):
        cure = f"columns: {{{column.name}: set}}, or columns: {{{column.name}: image}}"
        return Guess(None, "records, or lists beside single values, which say nothing of what they are", cure)
    if len(cells.present) == len(column) and cells.are_same:
        return Guess(None, f"constant: {str(cells.present.iloc[0])[:40]!r} in every training row")
    guesses = (_asked(kind, kind.infer, cells, failed) for kind in kinds)
    guess = next((guess for guess in guesses if guess is not None), Guess("category"))
    if noted.note and guess.kind and not guess.note:
        guess = replace(guess, note=noted.note, cure=noted.cure)
    return replace(guess, failed=tuple(failed)) if failed else guess


def _of_lists(kinds: Sequence[type[Kind]], cells: Cells, failed: list[str]) -> Guess:
    """What a column of lists is taken for, by the kinds that look at lists."""
    lists = cells.lists or []
    if len(lists) == len(cells.column) and all(repr(one) == repr(lists[0]) for one in lists):
        return Guess(None, f"constant: {str(lists[0])[:40]!r} in every training row")
    if any(isinstance(value, dict) for one in lists for value in one):
        return Guess(None, "lists of records, which are rows of another table", cure_of_records(cells.name))
    guesses = (_asked(kind, kind.infer, cells, failed) for kind in kinds if kind.of_lists)
    guess = next((guess for guess in guesses if guess is not None), None) or unknown(cells)
    return replace(guess, failed=tuple(failed)) if failed else guess


def of_parts(cells: Cells) -> Guess | None:
    """A column that says which row is for what is none to learn from: later rows have no part."""
    if (flag := _flag(cells)) is not None and flag[1]:
        part, _, edit = flag
        why = f"it says which rows are for {'training' if part == 'train' else part}, and rows are not split by it"
        return Guess(None, why, f"{edit}, or columns: {{{cells.name}: boolean}}")
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


def _maybe_of_parts(cells: Cells) -> Guess:
    """What is told of a column that is learned from, and may say which row is for what."""
    flag = _flag(cells)
    if flag is None:
        return Guess(None)
    said = "training" if flag[0] == "train" else flag[0]
    cure = f"{flag[2]}, or columns: {{{cells.name}: boolean}}"
    return Guess(None, "", cure, note=f"is learned from; if it says which rows are for {said}, split by it")


def _flag(cells: Cells) -> tuple[str, bool, str] | None:
    """The part that a column of two values is named for, whether it is so for sure, and what splits by it."""
    named = flag_named(cells.name)
    if named is None or cells.whole.dtype.kind in "mM":
        return None
    texts = distinct(cells.whole).texts
    true = [text for text in texts if text.strip().casefold() in _YES]
    if len(texts) != 2 or len(true) != 1 or not all(text.strip().casefold() in _YES | _NO for text in texts):
        return None
    kind = cells.whole.dtype.kind
    is_bool = kind == "b" or all(isinstance(cell, (bool, np.bool_)) for cell in cells.whole.dropna().head(100))
    said = None if is_bool else "1" if kind in "iuf" else f"'{true[0]}'"
    part, sure = named
    return part, sure, from_flag(cells.name, part, said, holes=bool(cells.whole.isna().any()))


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


def cure_of_records(column: str) -> str:
    """How lists of records are read: as a table of their own, of which each row gets what sums its rows up."""
    table = f"write them as a table {column}, a row for each record with the key of its row"
    return f"{table}, and collect: {{join: [{{with: {column}, on: KEY, aggregate: {{NEW: 'count(*)'}}}}]}}"


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
