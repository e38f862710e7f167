"""Joins: a table's columns beside the rows, with its expectation held first, and what did not match counted."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from protokit.collect.database.casting import cast
from protokit.collect.database.context import Context
from protokit.collect.database.warehouse import Rows, Stored
from protokit.collect.joins.columns import added, times_in
from protokit.collect.joins.keys import Keys
from protokit.collect.joins.words import Join
from protokit.collect.steps.cast import Cast
from protokit.core.names import counted
from protokit.core.values.said import Notice, Step


def join(
    context: Context, rows: Rows, spec: Join, right: Rows, said: Collection[str] = ()
) -> tuple[Rows, Step, Cast | None]:
    """The rows with the columns of another table. `right` stays as it is.

    Texts that the join reads as times in an order of day and month which their own column does not tell are times
    after it, by the step that is given, too: read anew, they might be other ones. Of those in `said` the recipe says
    how they are read.

    Raises:
        SpecError: keys differ in type.
        DataError: a key stands more often than the recipe expects.
    """
    before = rows.count
    if spec.cast:
        copy = context.warehouse.create(f"SELECT * FROM {right.table}", right.order, right.columns, drop=None)
        below = replace(context.below("cast"), by_time=times_in(spec, context.by_time))
        right, _ = cast(below, copy, spec.cast)
    keys = Keys(context, rows, right, spec)
    rows, right = keys.rows, keys.table
    keys.expect()
    unmatched, detail = keys.unmatched()
    gone = unmatched if spec.how == "inner" else 0
    once = spec.aggregate is not None or spec.as_of is not None or spec.expect in ("many_to_one", "one_to_one")
    count = before - gone if once else None
    if spec.aggregate is not None:
        found = _aggregated(context, rows, right, spec, keys, count)
    else:
        found = _joined(context, rows, right, spec, keys, count)
    whole = f"{spec.how} join on {', '.join(left for left, _ in spec.on)}: {detail}"
    dropped = {f"without a row in {spec.table}": unmatched} if spec.how == "inner" and unmatched else {}
    matched = before - gone
    if found.count > matched:
        more = f"{counted(found.count - matched, 'row')} more than before, as `expect: {spec.expect}` allows"
        whole += f"; {more}"
        context.notices.append(Notice(f"the join with {spec.table!r} makes {more}", (), None))
    if found.count == 0:
        raise context.wrong(f"no row has one in {spec.table!r}: {detail}", "check the keys, or write how: left", "on")
    new = {own: name for name, own in added(spec, right.columns).items()}
    dates = {name: {"date": {"order": order}} for name, order in keys.orders(new).items() if name not in said}
    done = Step(f"join {spec.table}", before, found.count, whole, dropped)
    return (cast(context, found, dates)[0], done, Cast(dates)) if dates else (found, done, None)


def _joined(context: Context, rows: Rows, right: Rows, spec: Join, keys: Keys, count: int | None) -> Rows:
    new = {name: right.columns[own] for name, own in added(spec, right.columns).items()}
    if spec.as_of is None:
        source, guard = f"{spec.how.upper()} JOIN {right.table} AS b ON {keys.equal}", None
        table = f"{rows.table} AS a {source}"
    else:
        table = f"{rows.table} AS a ASOF {spec.how.upper()} JOIN {keys.latest} AS b ON {keys.equal}"
        table += f" AND {keys.times[0]} >= {keys.times[1]}"
        guard = keys.near
    listed, order, columns = _beside(context, rows, right, new, guard)
    select = f"SELECT {', '.join(listed)} FROM {table}"
    if guard and spec.how == "inner":
        select += f" WHERE {guard}"
    return context.warehouse.create(select, order, columns, drop=rows, count=count)


def _beside(
    context: Context, rows: Rows, right: Rows, new: dict[str, Stored], guard: str | None
) -> tuple[list[str], list[str], dict[str, Stored]]:
    """What to select for the rows' columns and, where the guard holds, the new ones, under fresh inner names."""

    def guarded(inner: str) -> str:
        return f"CASE WHEN {guard} THEN b.{inner} END" if guard else f"b.{inner}"

    row = context.warehouse.fresh("r")
    listed = [*(f"a.{inner}" for inner in (*rows.order, *rows.names().values()))]
    listed.append(f"{guarded(right.order[0])} AS {row}")
    columns = dict(rows.columns)
    for name, column in new.items():
        inner = context.warehouse.fresh() if column.inner else ""
        if inner:
            listed.append(f"{guarded(column.inner)} AS {inner}")
        columns[name] = Stored(inner, "", row if column.cells is not None else "", column.cells, column.zone)
    return listed, [*rows.order, row], columns


def _aggregated(context: Context, rows: Rows, right: Rows, spec: Join, keys: Keys, count: int | None) -> Rows:
    """The rows with aggregates of those of the other table that match; of none, what SQL says of no rows."""
    aggregates = spec.aggregate or {}
    new = {name: context.warehouse.fresh() for name in aggregates}
    listed: list[str] = []
    for name, text in aggregates.items():
        sql = context.sql(right, text, "aggregate", name, aggregate=True)
        with context.running(right, "aggregate", name):
            context.warehouse.run(f"SELECT {sql} FROM {right.table} WHERE FALSE")
        listed.append(f"{sql} AS {new[name]}")
    whole = ", ".join(listed)
    table, same, by = rows.table, "", ""
    if spec.before is None:
        own = ", ".join(keys.right)
        by = f"(SELECT {own}, TRUE AS hit, {whole} FROM {right.table} GROUP BY {own})"
        same = keys.equal
    else:
        one = context.warehouse.fresh("u")
        table = f"(SELECT *, row_number() OVER (ORDER BY {_ordered(rows.order)}) AS {one} FROM {rows.table})"
        condition = f"{keys.equal} AND {keys.times[1]} < {keys.times[0]}"
        pairs = f"{table} AS a JOIN {right.table} AS b ON {condition}"
        by = f"(SELECT a.{one}, TRUE AS hit, {whole} FROM {pairs} GROUP BY a.{one})"
        same = f"a.{one} = b.{one}"
    values = ", ".join(f"CASE WHEN b.hit THEN b.{inner} ELSE e.{inner} END AS {inner}" for inner in new.values())
    kept = ", ".join(f"a.{inner}" for inner in (*rows.order, *rows.names().values()))
    empty = f"(SELECT {whole} FROM {right.table} WHERE FALSE) AS e"
    select = f"SELECT {kept}, {values} FROM {table} AS a {spec.how.upper()} JOIN {by} AS b ON {same} CROSS JOIN {empty}"
    columns = {**rows.columns, **{spec.prefix + name: Stored(inner) for name, inner in new.items()}}
    with context.running(right, "aggregate"):
        return context.warehouse.create(select, rows.order, columns, drop=rows, count=count)


def _ordered(order: Sequence[str]) -> str:
    return ", ".join(f"{row} NULLS FIRST" for row in order)
