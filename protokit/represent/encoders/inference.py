"""What a column is, read off its training rows: each kind is asked in turn."""

from __future__ import annotations

import pandas as pd

from protokit.core.plugins import package_of
from protokit.core.values import Notice
from protokit.represent.encoders.cells import Cells
from protokit.represent.kind import KINDS, Guess, Kind


def infer(column: pd.Series) -> Guess:
    """The kind of a column from its (training) values; kinds of installed packages are asked too."""
    cells = Cells(column)
    if cells.present.empty:
        return Guess(None, "every cell of the training rows is missing")
    kinds = sorted(KINDS.all().values(), key=lambda kind: kind.inference_rank)
    if found := next((kind.name for kind in kinds if kind.is_type_of(cells)), None):
        return Guess(found)
    if column.dtype == object and not all(map(_is_hashable, cells.present.head(100))):
        cure = f"columns: {{{column.name}: image}}"
        return Guess(None, "arrays or lists, which say nothing of what they are", cure)
    if cells.different == 1 and len(cells.present) == len(column):
        return Guess(None, f"constant: {str(cells.present.iloc[0])[:40]!r} in every training row")
    guesses = (kind.infer(cells) for kind in kinds)
    return next((guess for guess in guesses if guess is not None), Guess("category"))


def left_out(column: str, guess: Guess) -> Notice:
    """What the person is told of a column that is left out."""
    return Notice(f"{column!r} is left out: {guess.why}", (column,), guess.cure)


def told(column: str, guess: Guess, kind: type[Kind]) -> list[Notice]:
    """What the person is told of a column that is read in a way they may want to know of."""
    noted = [Notice(f"{column!r} {guess.note}", (column,))] if guess.note else []
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
