"""Texts that are dates or lengths of time, within an expression: the database knows them as texts only."""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np
import pandas as pd

from protokit.cells.times.columns import may_be_dates
from protokit.cells.times.durations import of_texts
from protokit.collect.database.place import Place, Rows, Stored
from protokit.grammar.expressions import Expression, quote

_BATCH = 200_000  # different texts in memory
_SOME = 200  # those that are looked at before all of them

# texts of a date that a cast in the database reads as they are
_PLAIN = r"\s*\d{4}-\d{1,2}-\d{1,2}([ T]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?)?\s*"
# a time with an offset or a zone at its end, which a part of the text would lose
_PLACED = r".*\d:\d\d.*([+-]\d\d(:?\d\d)?|[A-Za-z_]+/[A-Za-z_/-]+\]?)\s*"
# shapes of dates, 0 for a digit, whose texts are in the order of their times
_SORTED = re.compile(r"0000(?P<s>[-/.])00(?P=s)00([ T]00:00(:00(\.0+)?)?Z?)?|0000-00")
_Fault = tuple[str, str]  # what is wrong with a column, and the cure


def misread(place: Place, rows: Rows, cast: Expression) -> _Fault | None:
    """Why a part that an expression casts to a date or time would become another moment than it is, if it would."""
    names = [column.name for column in cast.columns]
    if _is_text(place, rows, cast):
        text = _sql(rows, cast)
        plain = f"regexp_full_match({text}, {quote(_PLAIN)})"
        if fault := _first(place, rows, names[0], text, f"TRY_CAST({text} AS TIMESTAMP) IS NOT NULL AND NOT {plain}"):
            return fault
        for name in names:
            inner = rows.columns[name].inner
            placed = f"regexp_full_match({inner}, {quote(_PLACED)})"
            if rows.columns[name].family == "text" and (fault := _first(place, rows, name, inner, placed)):
                return fault
    return None


def _first(place: Place, rows: Rows, name: str, text: str, other: str) -> _Fault | None:
    found = place.run(f"SELECT {text} FROM {rows.table} WHERE {other} ORDER BY {rows.order[0]} LIMIT 1")
    if not found:
        return None
    rule = f"{found[0][0]!r} of {name!r}: a cast in an expression drops offsets, and mistakes the order of days"
    return rule, f"- cast: {{{name}: date}} before"


def compared(
    place: Place, rows: Rows, how: str, texts: tuple[str, ...], parts: tuple[Expression, ...]
) -> _Fault | None:
    """Why texts that are times are not compared as times, if they are not."""
    for kind, is_one, are in (("date", _is_date, may_be_dates), ("duration", _is_duration, _are_durations)):
        if texts and not any(map(is_one, texts)):
            continue
        if not texts and len(parts) < 2:
            continue
        for part in parts:
            if _is_text(place, rows, part) and (fault := _of(place, rows, how, texts, parts, part, kind, are)):
                return fault
    return None


def _of(
    place: Place,
    rows: Rows,
    how: str,
    texts: tuple[str, ...],
    parts: tuple[Expression, ...],
    part: Expression,
    kind: str,
    are: Callable[[pd.Series], bool],
) -> _Fault | None:
    sql, name = _sql(rows, part), part.columns[0].name
    given = f"SELECT DISTINCT {sql} AS k FROM {rows.table} WHERE {sql} IS NOT NULL"
    some = pd.Series([text for (text,) in place.run(f"{given} LIMIT {_SOME}")], dtype=object)
    if not len(some) or not are(some.map(str.strip)):
        return None
    shapes = {_shape(text) for text in some}
    others = [one for one in parts if one is not part and _is_text(place, rows, one)]
    for other in (part, *others):
        if len(shapes) == 1:
            text = _sql(rows, other)
            for frame in place.batches(
                f"SELECT DISTINCT {text} AS k FROM {rows.table} WHERE {text} IS NOT NULL", _BATCH
            ):
                shapes |= {_shape(one) for one in frame["k"]}
    if len(shapes) == 1 and _as_texts(next(iter(shapes)), how, kind, [_shape(text) for text in texts]):
        return None
    example = f"{some.iloc[0]!r} with {texts[0]!r}" if texts else f"{some.iloc[0]!r}"
    return f"{name!r} holds texts, and the order of such texts is not that of their times: {example}", (
        f"- cast: {{{name}: {kind}}} before"
    )


def _as_texts(shape: str, how: str, kind: str, texts: list[str]) -> bool:
    """Whether texts of one shape are compared with others as their times would be."""
    if how == "equal":
        return all(text == shape for text in texts)
    ordered = bool(_SORTED.fullmatch(shape)) if kind == "date" else not shape.startswith("-")
    if kind == "date" and how == "from":
        return ordered and all(shape.startswith(text) for text in texts)
    return ordered and all(text == shape for text in texts)


def _shape(text: str) -> str:
    return re.sub(r"\d", "0", text)


def _is_date(text: str) -> bool:
    return may_be_dates(pd.Series([text.strip()], dtype=object))


def _is_duration(text: str) -> bool:
    return not np.isnan(of_texts(np.array([text.strip()], dtype=object))[0])


def _are_durations(texts: pd.Series) -> bool:
    return bool((~np.isnan(of_texts(texts.to_numpy(object)))).mean() > 0.5)


def _sql(rows: Rows, part: Expression) -> str:
    if part.text:
        return rows.columns[part.text].inner
    return part.sql({column.name: rows.columns[column.name].inner for column in part.columns})


def _is_text(place: Place, rows: Rows, part: Expression) -> bool:
    """Whether a part is a text in each row."""
    columns = [rows.columns[column.name] for column in part.columns]
    if any(not column.inner for column in columns) or not any(column.family == "text" for column in columns):
        return False
    return family_of(place, rows, part) == "text"


def family_of(place: Place, rows: Rows, part: Expression) -> str:
    """What kind of values a part of an expression has, as `Stored.family` says it."""
    if part.text:
        return rows.columns[part.text].family
    return Stored("", str(place.one(f"DESCRIBE SELECT {_sql(rows, part)} FROM {rows.table}")[1])).family
