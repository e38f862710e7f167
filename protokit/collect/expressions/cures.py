"""The edit that ends what the database finds wrong in an expression, by what its columns hold."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pandas as pd

from protokit.cells.numbers import found_in
from protokit.cells.times.columns import may_be_dates
from protokit.cells.times.durations import are_durations
from protokit.collect.database.place import Place, Rows

_SOME = 200  # different texts that are looked at


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


_OF_TEXTS = _names(
    """
    lower upper lcase ucase trim ltrim rtrim length len strlen substr substring left right replace contains starts_with
    ends_with prefix suffix strpos instr split_part string_split reverse lpad rpad translate ascii unicode strip_accents
    levenshtein damerau_levenshtein jaccard jaro_similarity jaro_winkler_similarity hamming md5 sha256 regexp_matches
    regexp_full_match regexp_replace regexp_extract json_extract_string ~~ !~~ ~~* !~~*
    """
)
_OF_DATES = _names(
    """
    year month day hour minute second quarter week weekday dayofweek dayofmonth dayofyear isodow isoyear weekofyear
    yearweek dayname monthname decade century julian last_day date_trunc datetrunc date_part datepart date_diff datediff
    date_sub datesub date_add strftime epoch epoch_ms
    """
)
_DATE = "write a date as date '2024-12-31', and a length of time as interval 3 day"


def cure_of(place: Place, rows: Rows, error: str) -> str | None:
    """The step before the expression that ends an error of the database, or how to write it; no cell goes missing."""
    said = error.split("\n")[0]
    outer = {inner: name for name, inner in rows.names().items()}
    found = list(dict.fromkeys(outer[word] for word in re.findall(r"\b\w+\b", error) if word in outer))
    if "convert string" in said or "source column" in said:
        return _of_a_cell(place, rows, said, found, outer)
    of = {family: [name for name in found if rows.columns[name].family == family] for family in ("text", "number")}
    call = re.search(r"""['"]([\w~!*]+)\(""", said)
    function = call[1].lower() if call else ""
    if "VARCHAR" in said and function not in _OF_TEXTS:
        for name in of["text"]:
            if kind := held(place, rows, name):
                if kind == "duration" and function in _OF_DATES:
                    return f"{_cast(name, kind)}, as seconds: its hours are {name} / 3600"
                return _cast(name, kind)
        dated = function in _OF_DATES or "TIMESTAMP" in said or "DATE" in said
        if of["text"] and (dated or not re.match(r".*cannot (compare|mix|combine)", said, re.I)):
            return _cast(of["text"][0], "date" if dated else "number")
        others = [name for name in found if rows.columns[name].family in ("number", "boolean")]
        if "BOOLEAN" in said:
            others.sort(key=lambda name: rows.columns[name].family)
        if others or not of["text"]:
            return _cast(others[0], "text") if others else None
        return f"put what {of['text'][0]!r} is held against in quotes, or {_cast(of['text'][0], 'number')}"
    if function in _OF_TEXTS:
        others = [name for name in found if rows.columns[name].family != "text"]
        return _cast(others[0], "text") if others else None
    if function in _OF_DATES and of["number"]:
        return _cast(of["number"][0], "date")
    if "TIMESTAMP" in said or "DATE" in said:
        return _DATE
    truths = [name for name in found if rows.columns[name].family == "boolean"]
    return _cast(truths[0], "number") if truths and "BOOL" in said else None


def _of_a_cell(place: Place, rows: Rows, said: str, found: Sequence[str], outer: dict[str, str]) -> str | None:
    """The step where a text, of a cell or of the expression itself, becomes no number or truth value."""
    source = re.search(r"source column (\w+)", said)
    name = outer.get(source[1]) if source else None
    numbers = [one for one in found if rows.columns[one].family == "number"]
    if name is None and (texts := [one for one in found if rows.columns[one].family == "text"]) and not numbers:
        name = texts[0]
    if name is None:
        return _cast(numbers[0], "text") if numbers else None
    text = re.search(r"""'([^']*)'|"([^"]*)\"""", said)
    kind = _kind([(text[1] or text[2] or "").strip()] if text else []) or held(place, rows, name)
    kind = kind or ("date" if re.search(r"\b(date|timestamp)\b", said, re.I) else "")
    if kind or not numbers:
        return _cast(name, "boolean" if re.search(r" to BOOL", said) else kind or "number")
    return _cast(numbers[0], "text")


def held(place: Place, rows: Rows, name: str) -> str:
    """What the texts of a column are: dates, durations, numbers, or nothing of it."""
    inner = rows.columns[name].inner
    given = f"SELECT DISTINCT {inner} AS k FROM {rows.table} WHERE {inner} IS NOT NULL LIMIT {_SOME}"
    return _kind([str(text).strip() for (text,) in place.run(given)])


def _kind(texts: Sequence[str]) -> str:
    some = pd.Series(list(texts), dtype=object)
    if not len(some):
        return ""
    if may_be_dates(some):
        return "date"
    if are_durations(some):
        return "duration"
    numbers = found_in(list(some))
    return "number" if numbers is not None and numbers.fits.mean() > 0.5 else ""


def _cast(name: str, kind: str) -> str:
    return f"- cast: {{{name}: {kind}}} before"
