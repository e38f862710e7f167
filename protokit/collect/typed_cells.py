"""Values that come with a type (of a database, a workbook, JSON) as a column."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd

from protokit.core.values.said import Notice

_INT64 = 1 << 63
_EXACT = 1 << 53  # up to it float64 has every whole number
_MOST = 1 << 1023
_NOTHING = type(None)


def frame(names: Sequence[str], columns: Iterable[Sequence[Any]]) -> tuple[pd.DataFrame, list[Notice]]:
    """A frame of columns of Python values, and what was changed to get a type for each column."""
    notices: list[Notice] = []
    series = {name: column(values, name, notices) for name, values in zip(names, columns, strict=True)}
    return pd.DataFrame(series), notices


def column(values: Sequence[Any], name: str, notices: list[Notice]) -> pd.Series:
    """A column of whole numbers, numbers, true and false, dates (without zone), or objects with None where missing.

    Whole numbers that float64 has not become texts; a time with a zone becomes that of UTC; lists and
    mappings become JSON.
    """
    kinds = set(map(type, values))
    if Decimal in kinds:  # one that is not finite is a float's
        values = [float(v) if type(v) is Decimal and not v.is_finite() else v for v in values]
    if kinds & {float, Decimal}:
        values = [None if type(v) is float and v != v else v for v in values]
        kinds = set(map(type, values))
    missing = _NOTHING in kinds
    kinds -= {_NOTHING}
    if not kinds:
        return pd.Series([float("nan")] * len(values), dtype="float64")
    if kinds == {bool}:
        return pd.Series(list(values), dtype=object if missing else bool)
    if kinds == {str}:
        return pd.Series(list(values), dtype=object)
    if kinds <= {int, float, Decimal}:
        if kinds == {int} and not missing and all(-_INT64 <= v < _INT64 for v in values):
            return pd.Series(list(values), dtype="int64")
        if all(_is_kept(v) for v in values):
            numbers = [float("nan") if v is None else float(v) for v in values]
            return pd.Series(numbers, dtype="float64")
        return pd.Series([None if v is None else str(v) for v in values], dtype=object)
    if kinds <= {date, datetime}:
        if any(isinstance(v, datetime) and v.tzinfo for v in values):
            values = [
                v.astimezone(UTC).replace(tzinfo=None) if isinstance(v, datetime) and v.tzinfo else v for v in values
            ]
            notices.append(Notice(f"{name!r}: times with a zone, read as those of UTC", (name,)))
        return pd.Series(np.array(values, dtype="datetime64[us]"))
    if kinds == {timedelta}:
        return pd.Series([float("nan") if v is None else v.total_seconds() for v in values], dtype="float64")
    if kinds & {list, dict}:
        notices.append(Notice(f"{name!r}: lists or mappings, kept as JSON text", (name,), _inner(name, values)))
    return pd.Series([_plain(v) for v in values], dtype=object)


def _inner(name: str, values: Sequence[Any]) -> str:
    """The edit that takes a part of the JSON texts into a column of its own."""
    key = next((str(key) for value in values if isinstance(value, dict) for key in value), None)
    place = "$[0]" if key is None else f"$.{key}" if re.fullmatch(r"\w+", key) else None
    if place is None or not re.fullmatch(r"[A-Za-z_]\w*", name):
        return "take what is to be learned from into columns of its own"
    return f"derive: {{{name}_{key or 0}: \"json_extract_string({name}, '{place}')\"}} makes a column of a part"


def _is_kept(value: Any) -> bool:
    """Whether a number is as much of one as a float64 can be: a whole one must be that very number."""
    if value is None or isinstance(value, float) or -_EXACT <= value <= _EXACT:
        return True
    return bool(abs(value) < _MOST and (value != value // 1 or int(float(value)) == value))


def is_exact(whole: pd.Series) -> bool:
    """Whether float64 has every number of a column of whole ones, which may be NumPy's or pandas' own."""
    present = whole.dropna()
    return present.empty or bool(int(present.min()) >= -_EXACT and int(present.max()) <= _EXACT)


def with_gaps(whole: pd.Series) -> pd.Series:
    """A column of whole numbers of which some are missing: float64, or texts where that would lose digits."""
    if is_exact(whole):
        return whole.astype("float64")
    missing = whole.isna().to_numpy()
    return pd.Series(
        [None if gone else str(int(one)) for one, gone in zip(whole, missing, strict=True)],
        index=whole.index,
        name=whole.name,
        dtype=object,
    )


def _plain(value: object) -> object:
    if value is None or isinstance(value, (str, bool, int, float, bytes)):
        return value
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, (date, time)):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, (bytearray, memoryview)):
        return bytes(value)
    if isinstance(value, (list, tuple, dict)):
        return json.dumps(value, ensure_ascii=False, default=str)
    return str(value)
