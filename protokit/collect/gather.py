"""Tables joined and cleaned, in the order of the recipe."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import pandas as pd

from protokit.collect.column_flow import check_names, mentioned
from protokit.collect.database.context import Context
from protokit.collect.database.warehouse import Rows, Warehouse
from protokit.collect.joins.columns import mentioned_in
from protokit.collect.joins.join import join
from protokit.collect.step import Step
from protokit.collect.words import Collect
from protokit.core import values
from protokit.core.plugins import guarded
from protokit.core.values import Notice


class Gathered(NamedTuple):
    """The rows, the steps that they went, what there is to say, and the steps of cleaning as the rows decided them."""

    rows: Rows
    steps: list[values.Step]
    notices: list[Notice]
    clean: tuple[Step[object], ...]


def gathered(spec: Collect, tables: Mapping[str, pd.DataFrame]) -> tuple[pd.DataFrame, Gathered]:
    """The first table joined with the others and cleaned; its row numbers, from 0, are the frame's index.

    Every name and expression is checked before the first row is read into the database.

    Raises:
        SpecError: a name that is not there, or an expression or key that does not fit the columns' types.
        DataError: the data is not what a step says.
    """
    check_names(spec, {name: list(map(str, frame.columns)) for name, frame in tables.items()})
    # sums over groups are taken in one thread: in several, the last bits depend on which comes first
    threads = 1 if any(one.aggregate for one in spec.join) else None
    with Warehouse(threads=threads) as warehouse:
        first = next(iter(tables))
        later = mentioned(spec)
        rows = warehouse.load_frame(tables[first], later)
        loaded: dict[str, Rows] = {}
        for name in {one.table: None for one in spec.join}:
            frame = tables[name]
            joins = [one for one in spec.join if one.table == name]
            only = {column for one in joins for column in mentioned_in(one, later, map(str, frame.columns))}
            loaded[name] = warehouse.load_frame(frame, only)
        found = gather(spec, warehouse, rows, loaded)
        return warehouse.frame(found.rows), found


def gather(spec: Collect, warehouse: Warehouse, rows: Rows, tables: Mapping[str, Rows]) -> Gathered:
    """The same within a warehouse, where the rows stay."""
    steps: list[values.Step] = []
    notices: list[Notice] = []
    for i, one in enumerate(spec.join):
        context = Context(("collect", "join", i), warehouse, notices)
        rows, done = join(context, rows, one, tables[one.table])
        steps.append(done)
    clean: list[Step[object]] = []
    for i, step in enumerate(spec.clean):
        context = Context(("collect", "clean", i, step.name), warehouse, notices)
        rows, done, decided = _clean(context, rows, step)
        steps.append(done)
        clean.append(decided)
    return Gathered(rows, steps, notices, tuple(clean))


def _clean(context: Context, rows: Rows, step: Step[object]) -> tuple[Rows, values.Step, Step[object]]:
    """Take one step of cleaning, which has to leave a row."""
    before = rows.count
    with guarded("the step of cleaning", step):
        found, detail, dropped, decided = step.run(context, rows)
    went = {why: count for why, count in dropped.items() if count}
    if found.count == 0:
        listed = ", ".join(f"{count:,} {why}" for why, count in went.items()) or "none"
        raise context.wrong(f"{step.name} leaves none of {before:,} rows", f"dropped: {listed}")
    return found, values.Step(step.name, before, found.count, detail, went), decided or step
