"""Columns as other types. A cell that does not fit is named by its row; none goes missing in silence."""

from __future__ import annotations

from collections.abc import Mapping

from protokit.collect.steps import At
from protokit.collect.warehouse import Rows
from protokit.grammar.expressions import quote

_TRUE, _FALSE = ("true", "yes", "y", "t", "1", "on"), ("false", "no", "n", "f", "0", "off")


def cast(at: At, rows: Rows, kinds: Mapping[str, str], key: str) -> Rows:
    """The rows with some columns as number, category, text, date or boolean.

    Raises:
        DataError: a cell cannot be cast, with its row and value.
    """
    values = {}
    for name, kind in kinds.items():
        inner = at.inner(rows, name, key, name)
        sql = _sql(at, rows, name, inner, kind, key)
        refuse_lost(at, rows, name, sql, f"is no {kind}", key)
        values[name] = sql
    return at.warehouse.changed(rows, values)


def refuse_lost(at: At, rows: Rows, name: str, sql: str, what: str, key: str) -> None:
    """Hold that no cell of a column goes missing by some SQL.

    Raises:
        DataError: with the number of such cells, and the row and value of the first.
    """
    inner, row = rows.columns[name].inner, rows.order[0]
    lost = f"FROM {rows.table} WHERE {inner} IS NOT NULL AND ({sql}) IS NULL"
    with at.running(rows.names(), key, name):
        [count] = at.warehouse.one(f"SELECT count(*) {lost}")
    if count:
        first, value = at.warehouse.one(f"SELECT {row}, {inner} {lost} ORDER BY {', '.join(rows.order)} LIMIT 1")
        more = f", and {count - 1:,} more cells" if count > 1 else ""
        rule = f"{value!r} in row {first + 1:,} of {name!r} {what}{more}"
        raise at.wrong(rule, f"replace: {{{name}: {{{value}: ...}}}} before, with null for a missing cell", key, name)


def _sql(at: At, rows: Rows, name: str, inner: str, kind: str, key: str) -> str:
    family = rows.columns[name].family
    if kind == family:
        return inner
    if kind in ("category", "text"):
        # 3.0 in a column of whole numbers that has missing cells is 3
        whole = f"TRY_CAST({inner} AS BIGINT)"
        if rows.columns[name].type in ("DOUBLE", "FLOAT"):
            return f"CASE WHEN {whole} = {inner} THEN CAST({whole} AS VARCHAR) ELSE CAST({inner} AS VARCHAR) END"
        return f"CAST({inner} AS VARCHAR)"
    if kind == "number" and family == "boolean":
        return f"CAST({inner} AS BIGINT)"
    if kind == "number" and family == "text":
        finite = f"TRY_CAST({inner} AS DOUBLE)"
        double = f"CASE WHEN isfinite({finite}) THEN {finite} END"
        integer = f"CASE WHEN regexp_full_match({inner}, '\\s*[+-]?[0-9]+\\s*') THEN TRY_CAST({inner} AS BIGINT) END"
        where = f"FROM {rows.table} WHERE {inner} IS NOT NULL AND ({integer}) IS NULL"
        [broken] = at.warehouse.one(f"SELECT count(*) {where}")
        return double if broken else integer
    if kind == "date" and family == "text":
        return f"TRY_CAST({inner} AS TIMESTAMP)"
    if kind == "boolean" and family == "number":
        return f"CASE WHEN {inner} = 1 THEN TRUE WHEN {inner} = 0 THEN FALSE END"
    if kind == "boolean" and family == "text":
        true, false = (", ".join(map(quote, words)) for words in (_TRUE, _FALSE))
        word = f"lower(trim({inner}))"
        return f"CASE WHEN {word} IN ({true}) THEN TRUE WHEN {word} IN ({false}) THEN FALSE END"
    raise at.fault(f"{name!r} is a {family}, and cannot be made a {kind}", "derive it by an expression", key, name)
