"""Tables joined and cleaned, in the order of the recipe."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import NamedTuple

import pandas as pd

from protokit.collect.column_flow import check_names, later, mentioned
from protokit.collect.database.context import Context
from protokit.collect.database.place import Place, Rows
from protokit.collect.database.warehouse import Warehouse
from protokit.collect.joins.columns import mentioned_in
from protokit.collect.joins.join import join
from protokit.collect.step import Step
from protokit.collect.words import Collect
from protokit.core.names import counted
from protokit.core.plugins import guarded
from protokit.core.rows import SourceRows
from protokit.core.values import said
from protokit.core.values.said import Notice

_NONE: Mapping[str, Collection[str]] = {}


class Gathered(NamedTuple):
    """The rows, the steps that they went, what there is to say, and the steps of cleaning as the rows decided them."""

    rows: Rows
    steps: list[said.Step]
    notices: list[Notice]
    clean: tuple[Step[object], ...]


def gathered(
    spec: Collect,
    tables: Mapping[str, pd.DataFrame],
    rows_of_first: SourceRows,
    texts: Mapping[str, Collection[str]] = _NONE,
) -> tuple[pd.DataFrame, Gathered]:
    """The first table joined with the others and cleaned; its row numbers, from 0, are the frame's index.

    The columns of a table in `texts` are texts as they are written: joins and expressions see them as numbers where
    all of them are, and no two the same one. `rows_of_first` says where the rows of the first table stand in its
    source.

    Every name and expression is checked before the first row is read into the database.

    Raises:
        SpecError: a name that is not there, or an expression or key that does not fit the columns' types.
        DataError: the data is not what a step says.
    """
    check_names(spec, {name: list(map(str, frame.columns)) for name, frame in tables.items()})
    # sums over groups are taken in one thread: in several, the last bits depend on which comes first
    threads = 1 if any(one.aggregate for one in spec.join) else None
    with Warehouse(threads=threads) as warehouse:
        warehouse.row_name = rows_of_first.shown
        first = next(iter(tables))
        later = mentioned(spec)
        rows = warehouse.load_frame(tables[first], later, texts.get(first, ()))
        loaded: dict[str, Rows] = {}
        for name in {one.table: None for one in spec.join}:
            frame = tables[name]
            joins = [one for one in spec.join if one.table == name]
            only = {column for one in joins for column in mentioned_in(one, later, map(str, frame.columns))}
            loaded[name] = warehouse.load_frame(frame, only, texts.get(name, ()))
        found = gather(spec, warehouse, rows, loaded)
        return warehouse.frame(found.rows), found


def gather(spec: Collect, place: Place, rows: Rows, tables: Mapping[str, Rows], start: int = 0) -> Gathered:
    """The same within a place, where the rows stay; from a step on, joins and cleaning counted together."""
    steps: list[said.Step] = []
    notices: list[Notice] = []
    clean: list[Step[object]] = []
    for i in range(start, len(spec.join) + len(spec.clean)):
        rows, done, decided = take(spec, i, place, rows, tables, notices)
        steps.append(done)
        clean += [decided] if decided is not None else []
    return Gathered(rows, steps, notices, tuple(clean))


def take(
    spec: Collect, i: int, place: Place, rows: Rows, tables: Mapping[str, Rows], notices: list[Notice]
) -> tuple[Rows, said.Step, Step[object] | None]:
    """Take the step `i`, joins and cleaning counted together; cleaning has to leave a row. A step of
    cleaning also as the rows decided it."""
    times = later(spec, i)
    if i < len(spec.join):
        one = spec.join[i]
        context = Context(("collect", "join", i), place, notices, times.by)
        return join(context, rows, one, tables[one.table], times.said)
    step = spec.clean[i - len(spec.join)]
    context = Context(("collect", "clean", i - len(spec.join), step.name), place, notices, times.by, spec.is_again)
    before = rows.count
    with guarded("the step of cleaning", step):
        found, detail, dropped, decided = step.run(context, rows)
    went = {why: count for why, count in dropped.items() if count}
    if found.count == 0:
        listed = ", ".join(f"{count:,} {why}" for why, count in went.items()) or "none"
        raise context.wrong(f"{step.name} leaves none of {counted(before, 'row')}", f"dropped: {listed}")
    return found, said.Step(step.name, before, found.count, detail, went), decided or step
