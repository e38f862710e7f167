"""How rows that stay in the database are dealt to the parts: for training, validation and test."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from protokit.cells.times.rules import UNASKED, Rule
from protokit.collect.database.context import Context
from protokit.collect.database.times import TextTimes
from protokit.collect.database.warehouse import Rows, Stored, Warehouse
from protokit.core.errors import DataError, SpecError
from protokit.core.names import counted
from protokit.core.suggest import did_you_mean
from protokit.core.values.said import Notice
from protokit.grammar.expressions import quote

PARTS = ("train", "validation", "test")
_BY = ("represent", "split", "by")
_SPELLED = {"train": "train", "training": "train", "validation": "validation", "valid": "validation",
            "val": "validation", "dev": "validation", "test": "test"}  # fmt: skip


@dataclass(frozen=True)
class Deal:
    """How rows are dealt to the parts: `test` is a share of all rows, `validation` one of what is left.

    `by` says how: `random`; `group` (rows with the same value of `column` stay together); `time` (those with the latest
    values of `column` are for the test); or `column` (it says train, validation or test, and the shares say nothing).
    What is drawn depends on `seed`; `dates` is how the recipe says that texts are read as times.
    """

    test: float
    validation: float
    by: Literal["random", "group", "time", "column"]
    column: str = ""
    seed: int = 0
    dates: Rule = UNASKED


def dealt(deal: Deal, warehouse: Warehouse, rows: Rows, number: str, notices: list[Notice]) -> tuple[Rows, str]:
    """The rows with what they are dealt by, and the part of a row as SQL. `number` is the row's in the first table.

    Raises:
        SpecError: the deal does not fit the columns.
        DataError: the cells that rows are dealt by are not what they should be.
    """
    if deal.by == "time":
        return _by_time(deal, warehouse, rows, notices)
    return rows, _part(deal, rows, number)


def _part(deal: Deal, rows: Rows, number: str) -> str:
    """The part of a row as SQL. `number` is the row's in the first table.

    A row, or its group, is drawn by the first 64 bits of the MD5 of the seed and its number: the same ones on every
    machine and in every version, however the rows are read.
    """
    group = "" if deal.by == "random" else f"CAST({_column(deal, rows).inner} AS VARCHAR)"
    if deal.by == "column":
        cases = " ".join(f"WHEN {quote(word)} THEN {quote(part)}" for word, part in _SPELLED.items())
        return f"CASE lower(trim({group})) {cases} END"
    key = f"'row ' || {number}"
    if group:
        key = f"coalesce('group ' || {group}, {key})"
    drawn = f"md5_number_lower({quote(f'{deal.seed} ')} || {key}) / 18446744073709551616.0::DOUBLE"
    border = deal.test + (1 - deal.test) * deal.validation
    return f"CASE WHEN {drawn} < {deal.test} THEN 'test' WHEN {drawn} < {border} THEN 'validation' ELSE 'train' END"


def _by_time(deal: Deal, warehouse: Warehouse, rows: Rows, notices: list[Notice]) -> tuple[Rows, str]:
    """The latest rows are for the test, the latest of the others for validation; rows of one time are not parted."""
    column, name = _column(deal, rows), deal.column
    time, kind = column.inner, column.type
    if column.family == "text":
        time, kind = warehouse.fresh(), "TIMESTAMP"
        rows = warehouse.create(
            f"SELECT *, {_text_times(deal, warehouse, rows, notices)} AS {time} FROM {rows.table}",
            rows.order,
            rows.columns,
            drop=rows,
        )
    elif column.family not in {"date", "date with a time zone", "number"}:
        rule = f"{name!r} holds {column.family}s, and rows are split by times or numbers"
        raise SpecError.one(rule, "name another column", (*_BY, "time"))
    [missing] = warehouse.one(f"SELECT count(*) FROM {rows.table} WHERE {time} IS NULL")
    if missing:
        cure = f"drop them: collect: {{clean: [{{filter: {name} is not null}}]}}"
        raise SpecError.one(f"{counted(missing, 'row', 'have')} no {name!r} to split by", cure, (*_BY, "time"))
    borders: list[str] = []
    for share in (deal.test, deal.validation):
        earlier = f"WHERE {time} < {borders[-1]}" if borders else ""
        [count] = warehouse.one(f"SELECT count(*) FROM {rows.table} {earlier}")
        sql = f"SELECT CAST({time} AS VARCHAR) FROM {rows.table} {earlier} ORDER BY {time} LIMIT 1 OFFSET"
        found = warehouse.run(f"{sql} {int(count * (1 - share))}")
        if not found:
            raise DataError(f"too few different times in {name!r} to split by", cure="split by another column")
        borders.append(f"CAST({quote(found[0][0])} AS {kind})")
    late, later = borders[1], borders[0]
    return rows, f"CASE WHEN {time} >= {later} THEN 'test' WHEN {time} >= {late} THEN 'validation' ELSE 'train' END"


def _text_times(deal: Deal, warehouse: Warehouse, rows: Rows, notices: list[Notice]) -> str:
    """The times of texts as SQL.

    Raises:
        DataError: a text is no time, or it cannot be told how they are read.
    """
    name = deal.column
    context = Context((*_BY, "time"), warehouse, notices)
    texts = TextTimes(context, rows, name, lambda option: f"columns: {{{name}: {{date: {{{option}}}}}}}", ())
    found = texts.evidence()
    if found.unread:
        raise context.wrong(f"{found.unread!r} of {name!r} is no time", "write times as 2024-12-31 23:59:00")
    return texts.sql(texts.decided(found, deal.dates, surely=True).rule)


def _column(deal: Deal, rows: Rows) -> Stored:
    """The column that the rows are dealt by."""
    if deal.column not in rows.columns:
        cure = did_you_mean(deal.column, list(rows.columns))
        raise SpecError.one(f"no column {deal.column!r} in the data", cure, (*_BY, deal.by))
    return rows.columns[deal.column]
