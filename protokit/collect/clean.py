"""Cleaning: steps over the rows, each with the rows that went in, that came out, and why others did not."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from protokit.collect.casting import cast, refuse_lost
from protokit.collect.steps import At
from protokit.collect.warehouse import Rows
from protokit.core.values import Notice, Step
from protokit.grammar.expressions import quote
from protokit.recipe.cleaning import Clean

_SPACES = " || ".join(f"chr({n})" for n in (9, 10, 11, 12, 13, 32, 160, 8239, 12288, 65279))


def clean(at: At, rows: Rows, step: Clean) -> tuple[Rows, Step]:
    """Take one step.

    Raises:
        SpecError: the step does not fit the columns.
        DataError: a cell is not what the step says.
    """
    before = rows.count
    found, detail, dropped = STEPS[step.name](at, rows, step)
    if found.count == 0:
        raise at.wrong(f"{step.name} leaves none of {before:,} rows", _why(dropped), step.name)
    return found, Step(step.name, before, found.count, detail, {why: n for why, n in dropped.items() if n})


Done = tuple[Rows, str, dict[str, int]]


def _why(dropped: Mapping[str, int]) -> str:
    return "dropped: " + (", ".join(f"{n:,} {why}" for why, n in dropped.items() if n) or "none")


def _filter(at: At, rows: Rows, step: Clean) -> Done:
    sql = at.sql(rows, step.says, step.name)
    with at.running(rows.names(), step.name):
        kind = at.warehouse.one(f"DESCRIBE SELECT {sql} FROM {rows.table}")[1]
        if kind != "BOOLEAN":
            rule = f"a filter is true or false for a row, and this is a {kind.lower()}"
            raise at.fault(rule, f'compare it: "{step.says} > 0"', step.name)
        said = f"(SELECT {sql} AS x FROM {rows.table})"
        no, unknown = at.warehouse.one(f"SELECT count_if(NOT x), count_if(x IS NULL) FROM {said}")
        found = _where(at, rows, sql)
    return found, step.says, {"false": no, "not known": unknown}


def _where(at: At, rows: Rows, sql: str) -> Rows:
    select = f"SELECT * FROM {rows.table} WHERE {sql}"
    return at.warehouse.create(select, rows.order, rows.columns, drop=rows)


def _derive(at: At, rows: Rows, step: Clean) -> Done:
    for name, text in step.says.items():
        sql = at.sql(rows, text, step.name, name)
        with at.running(rows.names(), step.name, name):
            rows = at.warehouse.changed(rows, {name: sql})
    return rows, "; ".join(f"{name} = {text}" for name, text in step.says.items()), {}


def _columns(at: At, rows: Rows, step: Clean) -> Done:
    keep = step.name == "keep"
    columns = {name: column for name, column in rows.columns.items() if (name in step.says) == keep}
    return replace(rows, columns=columns), ", ".join(step.says), {}


def _rename(at: At, rows: Rows, step: Clean) -> Done:
    columns = {step.says.get(name, name): column for name, column in rows.columns.items()}
    return replace(rows, columns=columns), ", ".join(f"{old} is {new}" for old, new in step.says.items()), {}


def _drop_duplicates(at: At, rows: Rows, step: Clean) -> Done:
    names = list(rows.columns) if step.bare else list(step.says)
    path = () if step.bare else (step.name,)
    key = ", ".join(at.inner(rows, name, *path) for name in names)
    first = f"row_number() OVER (PARTITION BY {key} ORDER BY {', '.join(rows.order)}) = 1"
    select = f"SELECT * FROM {rows.table} QUALIFY {first}"
    found = at.warehouse.create(select, rows.order, rows.columns, drop=rows)
    detail = "alike in all columns" if step.bare else f"alike in {', '.join(names)}"
    return found, detail, {"like an earlier row": rows.count - found.count}


def _cast(at: At, rows: Rows, step: Clean) -> Done:
    detail = ", ".join(f"{name} is a {kind}" for name, kind in step.says.items())
    return cast(at, rows, step.says, step.name), detail, {}


def _needed(at: At, rows: Rows, step: Clean, name: str, family: str) -> str:
    inner = at.inner(rows, name, step.name, name)
    found = rows.columns[name].family
    if found != family:
        raise at.fault(
            f"{name!r} is a {found}, not a {family}", f"- cast: {{{name}: {family}}} before", step.name, name
        )
    return inner


def _clip(at: At, rows: Rows, step: Clean) -> Done:
    values, counts = {}, []
    for name, (low, high) in step.says.items():
        inner = _needed(at, rows, step, name, "number")
        whens = [(f"{inner} {sign} {bound}", bound) for sign, bound in (("<", low), (">", high)) if bound is not None]
        cases = " ".join(f"WHEN {condition} THEN {bound}" for condition, bound in whens)
        changed = " OR ".join(condition for condition, _ in whens)
        [count] = at.warehouse.one(f"SELECT count(*) FROM {rows.table} WHERE {changed}")
        counts.append(f"{name}: {count:,} cells moved to the bounds")
        values[name] = f"CASE {cases} ELSE {inner} END"
    return at.warehouse.changed(rows, values), "; ".join(counts), {}


def _outliers(at: At, rows: Rows, step: Clean) -> Done:
    cases: list[str] = []
    reasons: list[str] = []
    for name, (low, high) in step.says.items():
        inner = _needed(at, rows, step, name, "number")
        for sign, bound, word in (("<", low, "below"), (">", high, "above")):
            if bound is not None:
                cases.append(f"WHEN {inner} {sign} {bound} THEN {len(reasons)}")
                reasons.append(f"{name} {word} {bound}")
    case = f"CASE {' '.join(cases)} END"
    counts = dict(at.warehouse.run(f"SELECT {case} AS why, count(*) FROM {rows.table} GROUP BY why"))
    dropped = {reason: counts.get(i, 0) for i, reason in enumerate(reasons)}
    return _where(at, rows, f"({case}) IS NULL"), "a missing cell is no outlier", dropped


def _fill(at: At, rows: Rows, step: Clean) -> Done:
    values, counts = {}, []
    for name, constant in step.says.items():
        inner = at.inner(rows, name, step.name, name)
        constant_sql = _constant(at, rows, step, name, constant, step.name, name)
        [count] = at.warehouse.one(f"SELECT count(*) FROM {rows.table} WHERE {inner} IS NULL")
        counts.append(f"{name}: {count:,} cells filled with {constant!r}")
        values[name] = f"coalesce({inner}, {constant_sql})"
    return at.warehouse.changed(rows, values), "; ".join(counts), {}


def _constant(at: At, rows: Rows, step: Clean, name: str, value: Any, *path: str | int) -> str:
    """A constant of the recipe as SQL, of the column's own kind."""
    family = rows.columns[name].family
    kind = "boolean" if isinstance(value, bool) else "text" if isinstance(value, str) else "number"
    if kind == "text" and family == "date":
        from datetime import datetime

        try:
            return f"TIMESTAMP {quote(datetime.fromisoformat(value).isoformat(' '))}"
        except ValueError:
            raise at.fault(f"{value!r} is no date", "write 2024-12-31", *path) from None
    if kind != family:
        [missing] = at.warehouse.one(f"SELECT count({at.inner(rows, name, *path)}) = 0 FROM {rows.table}")
        if not missing:
            cure = f"write a {family}, or - cast: {{{name}: {kind}}} before"
            raise at.fault(f"{value!r} is a {kind}, and {name!r} a {family}", cure, *path)
        raise at.fault(f"{name!r} has no value at all", f"- derive: {{{name}: ...}} gives it one", *path)
    return quote(value) if isinstance(value, str) else repr(value).upper()


def _replace(at: At, rows: Rows, step: Clean) -> Done:
    values, counts = {}, []
    for name, pairs in step.says.items():
        inner, cases, total = at.inner(rows, name, step.name, name), [], 0
        for old, new in pairs.items():
            path = (step.name, name, old)
            condition = f"{inner} = {_constant(at, rows, step, name, old, *path)}"
            value = "NULL" if new is None else _constant(at, rows, step, name, new, *path)
            [count] = at.warehouse.one(f"SELECT count(*) FROM {rows.table} WHERE {condition}")
            if not count:
                at.notices.append(Notice(f"replace finds no {old!r} in {name!r}", (name,), "check its spelling"))
            total += count
            cases.append(f"WHEN {condition} THEN {value}")
        counts.append(f"{name}: {total:,} cells replaced")
        values[name] = f"CASE {' '.join(cases)} ELSE {inner} END"
    return at.warehouse.changed(rows, values), "; ".join(counts), {}


def _trim(at: At, rows: Rows, step: Clean) -> Done:
    texts = [name for name, column in rows.columns.items() if column.family == "text"]
    names = texts if step.bare else list(step.says)
    values, total = {}, 0
    for name in names:
        inner = at.inner(rows, name, step.name) if step.bare else _needed(at, rows, step, name, "text")
        values[name] = f"trim({inner}, {_SPACES})"
        [count] = at.warehouse.one(f"SELECT count(*) FROM {rows.table} WHERE {inner} <> {values[name]}")
        total += count
    return at.warehouse.changed(rows, values), f"{total:,} cells of {len(names)} columns trimmed", {}


def _parse_dates(at: At, rows: Rows, step: Clean) -> Done:
    values = {}
    for name, form in step.says.items():
        inner = _needed(at, rows, step, name, "text")
        values[name] = f"try_strptime({inner}, {quote(form)})"
        with at.running(rows.names(), step.name, name):
            refuse_lost(at, rows, name, values[name], f"is not of the form {form}", step.name)
    return at.warehouse.changed(rows, values), ", ".join(f"{n} as {form}" for n, form in step.says.items()), {}


STEPS: dict[str, Callable[[At, Rows, Clean], Done]] = {
    "filter": _filter,
    "derive": _derive,
    "drop": _columns,
    "keep": _columns,
    "drop_duplicates": _drop_duplicates,
    "cast": _cast,
    "clip": _clip,
    "outliers": _outliers,
    "fill": _fill,
    "rename": _rename,
    "replace": _replace,
    "trim": _trim,
    "parse_dates": _parse_dates,
}
