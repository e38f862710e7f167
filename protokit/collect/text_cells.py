"""Cells that are texts: which are missing, and which columns are numbers."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

import numpy as np
import pandas as pd

from protokit.core.values import Notice

MISSING = ("", "NA", "N/A", "n/a", "NaN", "nan", "NULL", "null", "None", "<NA>", "#N/A", "?")
_LIKE_A_DECIMAL_COMMA = re.compile(r"[-+]?\d+,\d+")


def marks_of(missing: Sequence[str] | None) -> frozenset[str]:
    """The texts of missing cells: those that a recipe lists, else the usual ones."""
    return frozenset(MISSING if missing is None else ("", *missing))


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

    The columns in `texts` stay texts whatever they are.
    """
    marks = marks_of(missing)
    numbers = Numbers.of(decimal, thousands)
    series: dict[str, pd.Series] = {}
    unusual: dict[str, int] = {}
    commas: list[str] = []
    for name, cells in zip(names, columns, strict=True):
        series[name] = _column(cells, marks, unusual, numbers, text=name in texts)
        if numbers is None and series[name].dtype == object and _has_decimal_commas(series[name]):
            commas.append(name)
    notices = [
        Notice(f"{count:,} cells {mark!r} read as missing", (), "list the marks in `missing:` to choose")
        for mark, count in unusual.items()
    ]
    if commas:
        rule = f"{', '.join(map(repr, commas))}: numbers with a decimal comma, read as text"
        notices.append(Notice(rule, tuple(commas), 'write decimal: "," in the table'))
    return pd.DataFrame(series), notices


class Numbers:
    """Numbers that are not written as computers do: 1.234,5 with the marks that the recipe names."""

    def __init__(self, decimal: str, thousands: str | None) -> None:
        self.decimal, self.thousands = decimal, thousands
        group = {None: "", " ": "[ \u00a0\u202f]"}.get(thousands, re.escape(thousands or ""))
        whole = rf"(?:\d{{1,3}}(?:{group}\d{{3}})+|\d+)" if group else r"\d+"
        point = re.escape(decimal)
        self._pattern = re.compile(rf"[-+]?(?:{whole}(?:{point}\d*)?|{point}\d+)(?:[eE][-+]?\d+)?", re.A)
        self._group = re.compile(group) if group else None

    @classmethod
    def of(cls, decimal: str | None, thousands: str | None) -> Numbers | None:
        """The marks of a recipe; None where it names none."""
        if thousands is None and decimal in (None, "."):
            return None
        return cls(decimal or ".", thousands)

    def plain(self, text: str) -> str:
        """A number with a point and no other mark.

        Raises:
            ValueError: the text is no number so written.
        """
        if self._pattern.fullmatch(text) is None:
            raise ValueError(text)
        if self._group is not None:
            text = self._group.sub("", text)
        return text.replace(self.decimal, ".")


def _column(
    cells: Sequence[str], marks: frozenset[str], unusual: dict[str, int], written: Numbers | None, *, text: bool
) -> pd.Series:
    values: list[str | None] = []
    for cell in cells:
        plain = cell.strip()
        if plain in marks:
            values.append(None)
            if plain == "?":
                unusual[plain] = unusual.get(plain, 0) + 1
        else:
            values.append(plain)
    present = [value for value in values if value is not None]
    if not present:
        return pd.Series([float("nan")] * len(values), dtype="float64")
    # a code such as 00123 is no number: its zeros would be lost
    padded = any(len(v) > 1 and v[0] == "0" and v.isdigit() for v in present)
    if not padded and not text and (present[0][0] in "+-.," or present[0][0].isdigit()):
        try:
            return _numbers(values, present, written)
        except (ValueError, OverflowError):
            pass
    return pd.Series(values, dtype="object")


def _numbers(values: list[str | None], present: list[str], written: Numbers | None) -> pd.Series:
    if written is not None:
        values = [None if value is None else written.plain(value) for value in values]
        present = [value for value in values if value is not None]
    if len(present) == len(values) and all(_is_integer(value) for value in present):
        return pd.Series([int(value) for value in present], dtype="int64")
    numbers = np.array([float("nan") if v is None else _number(v) for v in values], dtype="float64")
    if np.isinf(numbers).any():
        raise OverflowError
    if max(map(len, present)) > 15 and any(_is_integer(v) and int(float(v)) != int(v) for v in present):
        raise OverflowError  # long whole numbers are codes: two of them must not become one
    return pd.Series(numbers)


def _is_integer(text: str) -> bool:
    return (text[1:] if text[0] in "+-" else text).isdecimal() and text.isascii()


def _number(text: str) -> float:
    if "_" in text or text.lower().lstrip("+-") in {"inf", "infinity", "nan"}:
        raise ValueError(text)
    return float(text)


def _has_decimal_commas(column: pd.Series) -> bool:
    """Whether every cell is a number with a decimal comma or a whole one, and some have the comma."""
    commas = 0
    for text in column.dropna():
        if _LIKE_A_DECIMAL_COMMA.fullmatch(text):
            commas += 1
        elif not text.lstrip("+-").isdecimal():
            return False
    return commas > 0
