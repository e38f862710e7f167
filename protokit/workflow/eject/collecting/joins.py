"""Joins as DuckDB's SQL."""

from __future__ import annotations

from collections.abc import Mapping

from protokit.collect.joins.columns import added
from protokit.collect.joins.words import Join
from protokit.grammar.expressions import quote
from protokit.workflow.eject.collecting.steps import casts
from protokit.workflow.eject.collecting.workbench import Workbench, column, columns

_ORDERED = 'row_number() OVER (ORDER BY rows."row number", {own}."row number") - 1 AS "row number"'


def add_join(bench: Workbench, join: Join, table: str) -> None:
    """Put the query of a join with a table on the bench.

    Raises:
        SpecError: a cast of its columns has no script.
        duckdb.Error: it cannot run.
    """
    own, source = column(table), column(table)
    if made := casts(join.cast, bench, source):
        listed = ", ".join(f"{sql} AS {column(name)}" for name, sql in made.items())
        source = f"(SELECT * REPLACE ({listed}) FROM {source})"
    rows, types = bench.types(), bench.types(source)
    same = " AND ".join(_key(left, right, rows, types, own) for left, right in join.on)
    if join.aggregate is not None:
        bench.add(_aggregated(join, source, own, same, rows, types))
    elif join.as_of is not None:
        bench.add(_latest(join, source, own, same, rows, types))
    else:
        whole = "rows.*"
        if join.expect in ("one_to_many", "many_to_many"):
            # rows stand before each other as they did, and those of one row as in the joined table
            whole = f"rows.* REPLACE ({_ORDERED.format(own=own)})"
        taken = [_new(name, f"{own}.{column(right)}", name == right) for name, right in added(join, types).items()]
        bench.add(_joined(join, [whole, *taken], "", source, own, same))


def _aggregated(join: Join, source: str, own: str, same: str, rows: Mapping[str, str], types: Mapping[str, str]) -> str:
    if join.before is not None:
        left, right = join.before
        same += f" AND {_time(own, right, types)} < {_time('rows', left, rows)}"
    made = ", ".join(f"{text} AS {column(join.prefix + name)}" for name, text in (join.aggregate or {}).items())
    lines = ["SELECT rows.*, found.*", "FROM rows, LATERAL ("]
    lines += [f"    SELECT {made}", f"    FROM {_named(source, own)}", f"    WHERE {same}", ") AS found"]
    if join.how == "inner":
        lines.append(f"WHERE EXISTS (SELECT 1 FROM {_named(source, own)} WHERE {same})")
    return "\n".join(lines)


def _latest(join: Join, source: str, own: str, same: str, rows: Mapping[str, str], types: Mapping[str, str]) -> str:
    """The latest row at or before the row's own time; of several of one time the last."""
    assert join.as_of is not None, "the caller has checked it"
    left, right = join.as_of
    keys = columns([*(key for _, key in join.on), right])
    last = f'QUALIFY row_number() OVER (PARTITION BY {keys} ORDER BY "row number" DESC) = 1'
    source = f"(\n    SELECT * FROM {_named(source, own)} WHERE {column(right)} IS NOT NULL\n    {last}\n)"
    at, then = _time("rows", left, rows), _time(own, right, types)
    near = ""
    if join.interval is not None:
        allowed = f"INTERVAL {quote(join.interval)}" if " " in join.interval else join.interval
        near = f"{at} <= {then} + {allowed}"
    taken = []
    for name, theirs in added(join, types).items():
        cell = f"{own}.{column(theirs)}"
        taken.append(_new(name, f"CASE WHEN {near} THEN {cell} END" if near else cell, not near and name == theirs))
    query = _joined(join, ["rows.*", *taken], "ASOF ", source, own, f"{same} AND {at} >= {then}")
    return query + (f"\nWHERE {near}" if near and join.how == "inner" else "")


def _joined(join: Join, selected: list[str], kind: str, source: str, own: str, same: str) -> str:
    some = ", ".join(selected)
    if len(some) > 100:
        some = "\n    " + ",\n    ".join(selected)
    return f"SELECT {some}\nFROM rows {kind}{join.how.upper()} JOIN {_named(source, own)}\nON {same}"


def _named(source: str, own: str) -> str:
    return own if source == own else f"{source} AS {own}"


def _new(name: str, cell: str, is_named_so: bool) -> str:
    return cell if is_named_so else f"{cell} AS {column(name)}"


def _time(side: str, name: str, types: Mapping[str, str]) -> str:
    whole = f"{side}.{column(name)}"
    return f"CAST({whole} AS TIMESTAMP)" if types[name] == "VARCHAR" else whole


def _key(left: str, right: str, rows: Mapping[str, str], types: Mapping[str, str], own: str) -> str:
    """The condition that two keys are the same; where types differ that of the rows is cast."""
    text = f"rows.{column(left)}"
    if rows[left] == "VARCHAR" and types[right] != "VARCHAR":
        text = f"TRY_CAST({text} AS {types[right]})"
    return f"{text} = {own}.{column(right)}"
