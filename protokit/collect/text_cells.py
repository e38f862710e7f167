"""Cells that are texts: which are missing, which columns are numbers, and which stay as they are written.

Each different text of a column is looked at once.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import compress
from typing import Protocol

import numpy as np
import pandas as pd

from protokit.cells import numbers
from protokit.cells.missing import LEVELS, USUAL_WORDS, Marks
from protokit.cells.numbers import Reading
from protokit.collect.bulk.levels import Levels
from protokit.collect.files.cells import Cells
from protokit.core.names import counted
from protokit.core.names import number as short
from protokit.core.values.said import Notice

_ASKED = "?"
_FOR_SHEETS = re.compile(r'="([^"]*)"')


@dataclass(frozen=True)
class Rules:
    """How texts are read: the marks of missing cells, and the marks in numbers that the recipe names."""

    marks: Marks
    decimal: str | None = None
    thousands: str | None = None


def frame(
    names: Sequence[str],
    columns: Sequence[Sequence[str]],
    *,
    missing: Sequence[str] | None = None,
    decimal: str | None = None,
    thousands: str | None = None,
    texts: Collection[str] = (),
) -> tuple[pd.DataFrame, list[Notice]]:
    """A frame of columns of texts: numbers where every cell that is not missing is one, else text.

    The columns in `texts` stay texts whatever they are. Its `attrs` have the `notations` of numbers
    that are not written as computers do: decimal mark, that between thousands, and unit.
    """
    rules = Rules(Marks.of(missing), decimal, thousands)
    notices: list[Notice] = []
    series: dict[str, pd.Series] = {}
    asked, written = 0, dict[str, tuple[str, ...]]()
    for name, cells in zip(names, columns, strict=True):
        if isinstance(cells, np.ndarray):  # numbers already
            series[name] = pd.Series(cells)
            continue
        levels = cells if isinstance(cells, Levels) else Levels.of(cells)
        different = list(map(str.strip, levels.texts))
        series[name] = _typed(levels, different, name, rules, notices, text=name in texts)
        if reading := series[name].attrs.pop("reading", ()):
            written[name] = reading
        if missing is None and _ASKED in different:
            asked += int(levels.counts()[[text == _ASKED for text in different]].sum())
    if asked:
        notices.insert(0, asked_for(asked))
    whole = pd.DataFrame(series, copy=False)
    if written:
        whole.attrs["notations"] = written
    return whole, notices


class Written(Protocol):
    """The options of a source whose cells are texts."""

    @property
    def missing(self) -> Sequence[str] | None:
        """The marks of missing cells."""

    @property
    def decimal(self) -> str | None:
        """The decimal mark."""

    @property
    def thousands(self) -> str | None:
        """The mark between thousands."""


def frame_of(source: Written, cells: Cells, texts: Collection[str]) -> tuple[pd.DataFrame, list[Notice]]:
    """Numbers as numbers, the rest as text, missing cells as missing; see `frame`."""
    return frame(
        cells.names,
        cells.columns,
        missing=source.missing,
        decimal=source.decimal,
        thousands=source.thousands,
        texts=texts,
    )


def asked_for(count: int) -> Notice:
    """What is said of question marks that were read as missing."""
    return Notice(f"{counted(count, 'cell')} {_ASKED!r} read as missing", (), "list the marks in `missing:` to choose")


def column(cells: Sequence[str], name: str, rules: Rules, notices: list[Notice], *, text: bool = False) -> pd.Series:
    """One column of texts, with its type."""
    levels = Levels.of(cells)
    return _typed(levels, list(map(str.strip, levels.texts)), name, rules, notices, text=text)


@dataclass(frozen=True)
class Decided:
    """What the different texts of a column are: which are missing, and the numbers of the others, None if they stay
    texts. Shapes: lost (texts,) bool; numbers (texts that are not lost,) int64 or float64.
    `reading` is how these are written where not as computers do."""

    lost: np.ndarray
    numbers: np.ndarray | None
    reading: Reading | None = None


def decided(
    different: Sequence[str], often: np.ndarray, name: str, rules: Rules, notices: list[Notice], *, text: bool = False
) -> Decided:
    """What the texts of a column are, without blanks around them. `often` says how many cells say each: (texts,)."""
    said = {"decimal": rules.decimal, "thousands": rules.thousands}
    lost = rules.marks.meet_in_column(different, often, codes=text, **said)
    usual = np.fromiter(map(USUAL_WORDS.__contains__, different), bool, len(different))
    words = list(compress(different, ~(lost | usual)))
    typed, reading = read(words, rules) if words else (None, None)
    if typed is not None and (rules.marks.usual or not text):
        # NA among numbers is none of them, whatever marks are listed
        if (beside := usual & ~lost).any():
            notices.append(_beside(name, different, often, beside))
        lost = lost | usual
        if typed.dtype.kind == "i" and lost.any() and numbers.loses_digits(words):
            typed = None  # no float64, which a missing cell asks for, has them
    if typed is not None and not text and (point := _may_part_thousands(words, rules)) is not None:
        notices.append(_of_points(name, point))
    if typed is None or text:
        if rules.marks.usual and words:
            lost = _words(name, text and typed is None, different, often, lost, usual, notices)
        return Decided(lost, None)
    return Decided(lost, typed, reading)


def _may_part_thousands(words: Sequence[str], rules: Rules) -> str | None:
    """A text such as 1.234 of a column that is read with a decimal point in a table whose decimals have commas, where
    the points of the whole column may part thousands; None where there is none."""
    if rules.decimal != "," or rules.thousands is not None or plain(words) is None:
        return None
    other = numbers.Reading(",", ".")
    points = [word for word in words if "." in word]
    return points[0] if points and all(other.number(word) is not None for word in words) else None


def _of_points(name: str, text: str) -> Notice:
    thousands = numbers.Reading(",", ".").number(text)
    rule = f"{name!r}: texts such as {text!r} are read with a decimal point, that one as {float(text):.15g}; "
    rule += f"were the point between thousands, as where decimals have commas, it would be {thousands:.15g}"
    return Notice(rule, (name,), f'columns: {{{name}: {{number: {{decimal: ",", thousands: "."}}}}}} says that it is')


def _within(different: Sequence[str]) -> list[str] | None:
    """The texts within cells such as `="0012"`; None where a cell is not so."""
    first = next((text for text in different if text), "")
    if not first.startswith('="'):
        return None
    found = [_FOR_SHEETS.fullmatch(text) for text in different]
    if not all(match or not text for match, text in zip(found, different, strict=True)):
        return None
    return [match[1].strip() if match else "" for match in found]


def _typed(
    levels: Levels, different: list[str], name: str, rules: Rules, notices: list[Notice], *, text: bool
) -> pd.Series:
    if (inner := _within(different)) is not None:
        shown, read = next(pair for pair in zip(different, inner, strict=True) if pair[0])
        rule = f"{name!r}: cells such as {shown!r}, which spreadsheets keep as texts, are read as {read!r}"
        notices.append(Notice(rule, (name,)))
        different, text = inner, True
    found = decided(different, levels.counts(), name, rules, notices, text=text)
    if found.numbers is None:
        if found.lost.all():
            return pd.Series(np.full(len(levels), np.nan))
        values = np.empty(len(different), object)
        values[:] = different
        values[found.lost] = None
        return pd.Series(values[levels.codes], dtype=object)
    if not found.lost.any() and found.numbers.dtype.kind == "i":
        typed = pd.Series(found.numbers[levels.codes])
    else:
        numeric = np.full(len(different), np.nan, np.float64)
        numeric[~found.lost] = found.numbers
        typed = pd.Series(numeric[levels.codes])
    if found.reading is not None:
        typed.attrs["reading"] = found.reading.as_plain()
    return typed


def plain(texts: Sequence[str]) -> np.ndarray | None:
    """The numbers of different texts as computers write them, int64 or float64; None where one is no such number.

    Nor is a code, whose zeros or last digits would be lost.
    """
    if any(len(text) > 1 and text[0] == "0" and text.isdigit() for text in texts):
        return None
    read: list[float] = []
    for text in texts:
        number = numbers.plain_number(text)
        if number is None or np.isinf(number):
            return None
        read.append(number)
    if all((text[1:] if text[0] in "+-" else text).isdecimal() for text in texts):
        whole = list(map(int, texts))
        if all(-(1 << 63) <= one < 1 << 63 for one in whole):
            return np.array(whole, np.int64)
    return None if numbers.loses_digits(texts) else np.array(read, np.float64)


def numbers_of(texts: Sequence[str], rules: Rules) -> np.ndarray | None:
    """The numbers of different texts; None where one is none.

    Without marks that the recipe names, only numbers as computers write them: how others are read is decided where
    the column's kind is.
    """
    return read(texts, rules)[0]


def read(texts: Sequence[str], rules: Rules) -> tuple[np.ndarray | None, Reading | None]:
    """The numbers, and how they are written where not as computers do."""
    if rules.decimal in (None, ".") and rules.thousands is None:
        return plain(texts), None
    found = numbers.found_in(texts, decimal=rules.decimal, thousands=rules.thousands)
    if found is None or not found.all or found.other is not None:
        return None, None
    if found.plain:
        return plain(texts), None
    if found.reading.decimal != (rules.decimal or ".") or rules.thousands not in (None, found.reading.thousands):
        return None, None
    values = found.reading.numbers(texts)
    if np.abs(values).max() >= numbers.EXACT:
        return None, None
    whole = bool((values == np.round(values)).all()) and not any(found.reading.decimal in text for text in texts)
    as_read = values.tolist()
    unlike = any(numbers.plain_number(text) != value for text, value in zip(texts, as_read, strict=True))
    return (values.astype(np.int64) if whole else values), found.reading if unlike else None


def _words(
    name: str,
    code: bool,
    different: Sequence[str],
    often: np.ndarray,
    lost: np.ndarray,
    usual: np.ndarray,
    notices: list[Notice],
) -> np.ndarray:
    """Which texts of a column of texts are missing, where the recipe lists no marks; what that means is told.

    A column that is named a code keeps the words that may be one of its levels.
    """
    rows = int(often.sum())
    for i in np.flatnonzero(lost & usual).tolist():
        mark, count = different[i], int(often[i])
        if mark == _ASKED:
            continue
        share = _share(mark, count, rows)
        others = [one for one in np.array(different, object)[lost & usual] if one != mark]
        if code and mark in LEVELS:
            lost = lost.copy()
            lost[i] = False
            cure = f"where they are missing cells, write in the table missing: {json.dumps([*others, mark])}"
            notices.append(Notice(f"{name!r}: {share} {_are(count)} a level of it", (name,), cure))
        else:
            notices.append(told_lost(name, mark, count, rows, [*others, mark]))
    return lost


def told_lost(name: str, mark: str, count: int, rows: int, marks: Sequence[str]) -> Notice:
    """What is told of a word in a column of texts that is read as missing; `marks` are all that the column has."""
    others = [one for one in marks if one != mark]
    rule = f"{name!r}: {_share(mark, count, rows)} {_are(count)} read as missing"
    return Notice(rule, (name,), f"to keep them as texts, write in the table missing: {json.dumps(others or [''])}")


def _are(count: int) -> str:
    return "is" if count == 1 else "are"


def _share(mark: str, count: int, rows: int) -> str:
    return f"{counted(count, 'cell')} {mark!r} ({short(100 * count / rows)}%)"


def _beside(name: str, different: Sequence[str], often: np.ndarray, beside: np.ndarray) -> Notice:
    listed = ", ".join(f"{counted(often[i], 'cell')} {different[i]!r}" for i in np.flatnonzero(beside).tolist())
    cure = f"columns: {{{name}: category}} keeps them"
    return Notice(f"{name!r}: {listed} among numbers, read as missing", (name,), cure)
