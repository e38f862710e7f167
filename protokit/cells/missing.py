"""Marks of missing cells: texts such as NA, and numbers such as -999 in whatever notation."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from types import MappingProxyType

import numpy as np
import pandas as pd

from protokit.cells.numbers import EXACT, exact_number, found_in, in_all_notations, is_code
from protokit.core.values.said import Notice

Notations = Mapping[str, tuple[str | None, str | None]]  # decimal and thousands marks that are said of columns
UNSAID: Notations = MappingProxyType({})
USUAL = ("", "NA", "N/A", "n/a", "NaN", "nan", "NULL", "null", "None", "<NA>", "#N/A", "?")
USUAL_WORDS = frozenset(USUAL) - {""}  # all but the empty cell
_INFINITE = re.compile(r"[-+]?inf(?:inity)?", re.I)
_MOST = float(np.finfo(float).max)
_MOST_ARE = 0.95  # of the cells of a column that is one of numbers
LEVELS = frozenset({"None"})  # a word for "none of these", too: a column that is named a code keeps it


@dataclass(frozen=True)
class Marks:
    """The texts of missing cells. One that is a number stands for it in every notation: -999 for -999.00, -9.99e2.

    Whole numbers are held against whole ones to the last digit, all others as float64 has them.
    `usual` where nothing was said: then a column of codes keeps the words that may be one of its levels.
    """

    texts: frozenset[str]
    usual: bool = False
    whole: frozenset[int] = field(init=False)
    floats: frozenset[float] = field(init=False)
    infinite: frozenset[float] = field(init=False)  # of columns that have their type: a text is met by itself

    def __post_init__(self) -> None:
        found = [number for text in self.texts if (number := _number_of(text)) is not None]
        object.__setattr__(self, "whole", frozenset(int(number) for number in found if number == int(number)))
        object.__setattr__(self, "floats", frozenset(map(float, found)))
        object.__setattr__(self, "infinite", frozenset(float(text) for text in self.texts if _INFINITE.fullmatch(text)))

    @classmethod
    def of(cls, missing: Sequence[str] | None) -> Marks:
        """The marks that a recipe lists, else the usual ones. An empty cell is always missing."""
        return cls(frozenset(USUAL), usual=True) if missing is None else cls(frozenset(("", *missing)))

    def has(self, number: object) -> bool:
        """Whether a number is a mark: a whole one to the last digit."""
        if isinstance(number, Decimal) and number.is_finite():
            number = int(number) if number == int(number) else float(number)
        if isinstance(number, (int, np.integer)):
            return not isinstance(number, bool) and int(number) in self.whole
        return isinstance(number, (float, np.floating)) and float(number) in self.floats | self.infinite

    def meet(self, texts: Iterable[str], *, codes: bool = False) -> np.ndarray:
        """Which texts are a mark; of `codes`, whose numbers say nothing, by the text alone. Shapes: (texts,) bool."""
        listed = list(texts)
        found = np.fromiter(map(self.texts.__contains__, listed), bool, len(listed))
        if self.floats and not codes:
            for i, text in enumerate(listed):
                found[i] = found[i] or self.has(exact_number(text))
        return found

    def meet_in_column(
        self,
        texts: Sequence[str],
        often: np.ndarray | None = None,
        *,
        codes: bool = False,
        decimal: str | None = None,
        thousands: str | None = None,
    ) -> np.ndarray:
        """Which of the different texts of a column are a mark, in the column's own notation: -999 is `-999,0`, `(999)`.

        `often` says how many cells say each. Of `codes` the text alone counts, and so it does where zeros would go:
        000 is no 0. Shapes: (texts,) bool.
        """
        lost = self.meet(texts, codes=True)
        if codes or not self.floats or lost.all():
            return lost
        rest = np.flatnonzero(~lost)
        words, weights = [texts[i] for i in rest.tolist()], None if often is None else often[rest]
        found = found_in(words, weights, decimal=decimal, thousands=thousands)
        if found is not None:
            usual = np.fromiter(map(USUAL_WORDS.__contains__, words), bool, len(words))
            cells = np.ones(len(words)) if weights is None else weights
            if cells[found.fits].sum() >= _MOST_ARE * cells[~usual].sum():
                lost[rest] = [self.has(found.reading.exact(word)) for word in words]
                rest = rest[~found.fits]
        for i in rest.tolist():
            lost[i] = not is_code(texts[i]) and self.has(exact_number(texts[i]))
        return lost

    def without(
        self,
        column: pd.Series,
        *,
        codes: bool = False,
        decimal: str | None = None,
        thousands: str | None = None,
    ) -> pd.Series:
        """A column that has its type, with the cells that are marks missing; the same one where there are none.

        The texts of one of `codes` are marks by their text alone; the others see `meet_in_column`.
        """
        kind = column.dtype.kind
        if kind in "iuf":
            is_mark = column.isin(self._of_type(kind))
            if not is_mark.any():
                return column
            # the missing cells ask for floats, which would lose the digits of large whole numbers
            rest = column[~is_mark]
            if kind != "f" and len(rest) and max(-int(rest.min()), int(rest.max())) > EXACT:
                return column.astype(str).astype(object).where(~is_mark, None)
            return column.mask(is_mark)
        if kind != "O" and not isinstance(column.dtype, pd.StringDtype):
            return column
        met: np.ndarray = np.zeros(len(column), bool)
        told = {cell: cell.strip() for cell in column if isinstance(cell, str)}
        words = list(told.values())
        lost = self.meet_in_column(words, codes=codes, decimal=decimal, thousands=thousands)
        marked = dict(zip(told, lost, strict=True))
        for i, cell in enumerate(column):
            if isinstance(cell, str):
                met[i] = marked[cell]
            else:
                met[i] = self.has(cell)
        return column if not met.any() else column.astype(object).where(~met, None)

    def _of_type(self, kind: str) -> np.ndarray:
        """The numbers as cells of a column have them, of which the types are one: else all would be made float64."""
        if kind == "f":
            return np.array(sorted(self.floats | self.infinite), np.float64)
        own = np.dtype(f"{kind}8")
        low, high = np.iinfo(own).min, np.iinfo(own).max
        return np.array(sorted(number for number in self.whole if low <= number <= high), own)


def blanked(frame: pd.DataFrame, missing: Sequence[str] | None, texts: Collection[str] = ()) -> pd.DataFrame:
    """A frame whose columns have their types, with the cells missing that a recipe lists as marks; all, without any.

    The columns in `texts` are codes, and meet a mark by its text.
    """
    if missing is None:
        return frame
    marks = Marks.of(missing)
    columns = [marks.without(frame.iloc[:, i], codes=str(frame.columns[i]) in texts) for i in range(frame.shape[1])]
    found = pd.concat(columns, axis=1)
    found.columns = frame.columns
    return found


def met(frame: pd.DataFrame, missing: Sequence[str] | None, notations: Notations) -> pd.DataFrame:
    """A frame with the marks missing that columns of texts hold in a notation which the recipe says of them."""
    if missing is None or not (named := [name for name in notations if name in frame.columns]):
        return frame
    marks, found = Marks.of(missing), frame.copy(deep=False)
    for name in named:
        decimal, thousands = notations[name]
        found[name] = marks.without(frame[name], decimal=decimal, thousands=thousands)
    return found


def _number_of(mark: str) -> int | float | None:
    """The finite number of a mark in whatever notation, without a unit; None where it may be two, as 1,234 is."""
    if (plain := exact_number(mark)) is not None:
        return plain if -_MOST <= plain <= _MOST else None
    found = in_all_notations(mark)
    return found[0] if len(found) == 1 else None


def doubtful(missing: Sequence[str] | None, notations: Collection[tuple[str | None, str | None]]) -> list[Notice]:
    """What is told of the marks in a table that may be two numbers; of those with a point, which computers read as a
    decimal one, where a notation that is said of it or of a column has a point between thousands."""
    told = list[Notice]()
    points = any(decimal == "," or thousands == "." for decimal, thousands in notations)
    for mark in dict.fromkeys(missing or ()):
        numbers, number = in_all_notations(mark), _number_of(mark)
        if len(numbers) < 2 or (number is not None and not points):
            continue
        one, other = (f"{some:.15g}" for some in numbers[:2])
        means = "only the cells that are written so are missing"
        if number is not None:
            means = f"cells of {one} are missing in every notation, those of {other} only where they are written so"
        cure = f"write {one} or {other} in its place, as computers do: that number is missing however it is written"
        told.append(Notice(f"the mark {mark!r} in `missing:` may be {one} or {other}: {means}", (), cure))
    return told


def is_missing(cell: object) -> bool:
    """Whether one cell is missing by its type; a list of cells is none.

    >>> is_missing(None), is_missing(float("nan")), is_missing(pd.NA), is_missing([None]), is_missing("")
    (True, True, True, False, False)
    """
    return cell is None or cell is pd.NA or cell is pd.NaT or (isinstance(cell, (float, np.floating)) and cell != cell)
