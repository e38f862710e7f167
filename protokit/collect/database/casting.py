"""Columns as other types. A cell that does not fit is named by its row; none goes missing in silence."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import partial

import pandas as pd

from protokit.cells.numbers import BLANKS, EXACT, MINUS, Reading, found_in, is_exact
from protokit.cells.times.epochs import doubt, meaning
from protokit.cells.times.rules import EPOCHS, Rule
from protokit.collect.database.casts import split
from protokit.collect.database.context import Context
from protokit.collect.database.times import TextTimes, lengths_sql, options_of, rule_of
from protokit.collect.database.warehouse import Rows
from protokit.core.values.said import Notice
from protokit.grammar.expressions import quote
from protokit.grammar.readings import NotationOptions

TRUE, FALSE = ("true", "yes", "y", "t", "1", "on"), ("false", "no", "n", "f", "0", "off")


def cast(context: Context, rows: Rows, kinds: Mapping[str, object]) -> tuple[Rows, dict[str, object]]:
    """The rows with some columns of other types, a duration as seconds; and the casts as they were decided.

    Raises:
        DataError: a cell cannot be cast, with its row and value.
    """
    values, decided = {}, dict(kinds)
    for name, written in kinds.items():
        kind, options = split(written)
        inner, family, what = context.inner(rows, name, name), rows.columns[name].family, f"is no {kind}"
        if kind == "date" and (family in ("text", "number") or options):
            edit = "cast: {{{0}: {{date: {{{1}}}}}}}".format
            sql, rule = date_sql(context, rows, name, rule_of(options), partial(edit, name))
            if options_of(rule):
                decided[name] = {"date": options_of(rule)}
        elif kind == "duration" and family == "text":
            sql = lengths_sql(context, rows, name)
        elif kind == "number" and family == "text":
            sql, reading = _of_texts(context, rows, name, inner, options)
            if reading is not None:
                unsaid = {"decimal": reading.decimal, "thousands": reading.thousands or None, "unit": reading.unit}
                decided[name] = {"number": unsaid}
                what = f"is no number as the cast reads them ({reading})"
        else:
            sql = _sql(context, rows, name, inner, kind)
        context.refuse_lost(rows, name, sql, what, name)
        values[name] = sql
    return context.warehouse.changed(rows, values), decided


def texts_of_digits(context: Context, rows: Rows, names: Iterable[str]) -> list[str]:
    """Which of some columns that were cast to numbers come out as texts, which is told: whole numbers that float64
    has not, beside missing cells, which ask for it."""
    found: list[str] = []
    for name in names:
        one = rows.columns[name]
        if one.type != "BIGINT" or not context.count(rows, f"{one.inner} IS NULL"):
            continue
        [least, most] = context.warehouse.one(f"SELECT min({one.inner}), max({one.inner}) FROM {rows.table}")
        if least is not None and max(-least, most) > EXACT:
            found.append(name)
            large = most if most > EXACT else least
            rule = f"{name!r}: whole numbers of so many digits beside missing cells, such as {large}, come out as texts"
            cure = f"cast: {{{name}: category}} says so; a later fill: {{{name}: 0}} makes it a column of numbers"
            context.notices.append(Notice(f"{rule}, which keep each digit, unless a step fills them", (name,), cure))
    return found


def date_sql(context: Context, rows: Rows, name: str, asked: Rule, write: Callable[[str], str]) -> tuple[str, Rule]:
    """A column as dates in SQL, and how they are read; `write` gives the edit that says an option of it.

    Raises:
        SpecError: numbers are no dates.
        DataError: it cannot be told how texts are read.
    """
    inner, family = rows.columns[name].inner, rows.columns[name].family
    if family == "number" and asked.epoch:
        if told := doubt(_numbers(context, rows, name), name, asked.epoch, write):
            context.notices.append(told)
        micro = f"CAST(round({inner} * {EPOCHS[asked.epoch]}) AS BIGINT)"
        return f"CASE WHEN isfinite(CAST({inner} AS DOUBLE)) THEN make_timestamp({micro}) END", asked
    if family == "date with a time zone":  # a moment: it has no clock to be read by
        return f"CAST({inner} AS TIMESTAMP)", asked
    texts = TextTimes(context, rows, name, write, (name,))
    found = texts.evidence()
    if family not in ("text", "number", "date") or (family == "number" and found.unread):
        what, cure = "numbers", None
        if family == "number":
            what, cure = meaning(_numbers(context, rows, name), name, write)
        like = "" if what == "numbers" else f": it looks like {what}"
        raise context.fault(f"{name!r} is a {family}, and cannot be made a date{like}", cure, name)
    rule = texts.decided(found, asked, surely=name in context.by_time).rule
    return texts.sql(rule), rule


def _numbers(context: Context, rows: Rows, name: str) -> pd.Series:
    """Some of the numbers of a column: the least, the largest, and a few between."""
    given = f"SELECT CAST({rows.columns[name].inner} AS DOUBLE) AS k FROM {rows.table}"
    sql = f"SELECT k FROM ({given}) WHERE isfinite(k) ORDER BY k"
    least, most = context.warehouse.run(f"{sql} LIMIT 1"), context.warehouse.run(f"{sql} DESC LIMIT 1")
    some = context.warehouse.run(f"SELECT k FROM ({given}) WHERE isfinite(k) LIMIT 1000")
    return pd.Series([number for (number,) in (*least, *most, *some)], dtype=float)


def _as_people_write(
    context: Context, rows: Rows, name: str, inner: str, said: NotationOptions
) -> tuple[str, Reading] | None:
    """The numbers of texts such as $1,000 or (12,5), where every one agrees how they are written; told in a notice.

    What is `said` of it is followed: a text that is not written so is missing in what is given.

    Raises:
        SpecError: the mark in them may be one between thousands or a decimal one.
    """
    found_texts = context.warehouse.run(f"SELECT DISTINCT {inner} FROM {rows.table} WHERE {inner} IS NOT NULL")
    texts = sorted(str(text) for (text,) in found_texts)
    if not texts:
        return None
    found, asked = found_in(texts, decimal=said.decimal, thousands=said.thousands), said != NotationOptions()
    text = texts[0]
    if said.exact or (asked and (found is None or not found.all)):
        unit = found.reading.unit if found is not None and said.unit is None else said.unit
        reading = Reading(said.decimal or ".", said.thousands or "", unit or "")
    elif found is None or not found.all:
        return None
    else:
        reading = found.reading if said.unit is None else replace(found.reading, unit=said.unit)
    if not said.exact and found is not None and found.other is not None:
        rule = f"{text!r} of {name!r} may be {reading.number(text):.15g} or {found.other.number(text):.15g}"
        edits = [f"{{{name}: {{number: {one.options}}}}}" for one in (reading, found.other)]
        raise context.fault(rule, f"- cast: {edits[0]}, or {edits[1]}", name)
    plain = f"translate({inner}, {quote(MINUS + BLANKS)}, {quote('-' * len(MINUS) + ' ' * len(BLANKS))})"
    plain = f"replace({plain}, {quote(reading.unit)}, '')" if reading.unit else plain
    body = f"regexp_replace({plain}, '[()\\s''\u2019\u02bc\u2032]|^\\s*[+-]|-\\s*$', '', 'g')"
    body = f"replace({body}, {quote(reading.thousands)}, '')" if reading.thousands not in ("", " ", "'") else body
    body = f"replace({body}, ',', '.')" if reading.decimal == "," else body
    negative = f"regexp_matches({plain}, '^\\s*[(-]|-\\s*$')"
    odd = [one for one in texts if reading.number(one) is None]
    if not asked and not odd:
        rule = f"{name!r}: texts such as {text!r} are cast as {reading.number(text):.15g}"
        context.notices.append(Notice(rule, (name,)))
    whole = [(one, re.sub(r"\D", "", one)) for one in texts if reading.decimal not in one and one not in odd]
    if rounded := [one for one, digits in whole if not is_exact(int(digits))]:
        context.notices.append(_rounded(name, rounded[0], int(reading.number(rounded[0]) or 0)))
    sql = f"TRY_CAST({body} AS DOUBLE) * CASE WHEN {negative} THEN -1 ELSE 1 END"
    if odd:
        sql = f"CASE WHEN {inner} NOT IN ({', '.join(map(quote, odd))}) THEN {sql} END"
    return sql, reading


def _rounded(name: str, text: str, number: int) -> Notice:
    """What is told of whole numbers that float64 has not: two that differ may become one."""
    rule = f"{name!r}: whole numbers of so many digits are rounded, such as {text!r}, which becomes {number}"
    return Notice(rule, (name,), f"cast: {{{name}: category}} keeps each as it is")


def _sql(context: Context, rows: Rows, name: str, inner: str, kind: str) -> str:
    family = rows.columns[name].family
    if kind == family or (kind == "duration" and family == "number"):  # numbers are seconds
        return inner
    if kind in ("category", "text"):
        # 3.0 in a column of whole numbers that has missing cells is 3
        whole = f"TRY_CAST({inner} AS BIGINT)"
        if rows.columns[name].type in ("DOUBLE", "FLOAT"):
            return f"CASE WHEN {whole} = {inner} THEN CAST({whole} AS VARCHAR) ELSE CAST({inner} AS VARCHAR) END"
        return f"CAST({inner} AS VARCHAR)"
    if kind == "number" and family == "boolean":
        return f"CAST({inner} AS BIGINT)"
    if kind == "boolean" and family == "number":
        return f"CASE WHEN {inner} = 1 THEN TRUE WHEN {inner} = 0 THEN FALSE END"
    if kind == "boolean" and family == "text":
        true, false = (", ".join(map(quote, words)) for words in (TRUE, FALSE))
        word = f"lower(trim({inner}))"
        return f"CASE WHEN {word} IN ({true}) THEN TRUE WHEN {word} IN ({false}) THEN FALSE END"
    raise context.fault(f"{name!r} is a {family}, and cannot be made a {kind}", "derive it by an expression", name)


def _of_texts(context: Context, rows: Rows, name: str, inner: str, options: object) -> tuple[str, Reading | None]:
    """The numbers of a column of texts, and how they are written where not as computers write them."""
    said = NotationOptions.model_validate(options or {})
    finite = f"TRY_CAST({inner} AS DOUBLE)"
    double = f"CASE WHEN isfinite({finite}) THEN {finite} END"
    if options or context.count(rows, f"{inner} IS NOT NULL AND ({double}) IS NULL"):
        return _as_people_write(context, rows, name, inner, said) or (double, None)
    integer = f"CASE WHEN regexp_full_match({inner}, '\\s*[+-]?[0-9]+\\s*') THEN TRY_CAST({inner} AS BIGINT) END"
    if not context.count(rows, f"{inner} IS NOT NULL AND ({integer}) IS NULL"):
        return integer, None
    huge = f"TRY_CAST({inner} AS HUGEINT)"
    lost = f"{huge} IS NULL OR {huge} <> TRY_CAST({double} AS HUGEINT)"
    is_rounded = f"length({inner}) > 15 AND regexp_full_match({inner}, '\\s*[+-]?[0-9]+\\s*') AND ({lost})"
    select = f"SELECT min({inner}) AS k FROM {rows.table} WHERE {is_rounded}"
    [rounded] = context.warehouse.one(select)
    if rounded is not None:
        context.notices.append(_rounded(name, rounded, int(float(rounded))))
    return double, None
