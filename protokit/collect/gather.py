"""Tables joined and cleaned, in the order of the recipe."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from protokit.collect.clean import clean
from protokit.collect.column_flow import columns_after, mentioned, mentioned_in
from protokit.collect.join import join
from protokit.collect.step_context import At
from protokit.collect.warehouse import Rows, Warehouse
from protokit.core.errors import SpecError
from protokit.core.values import Notice, Step
from protokit.recipe.recipe import Recipe


def check_names(recipe: Recipe, tables: Mapping[str, list[str] | None]) -> list[str] | None:
    """The columns that joins and cleaning leave; None where the first table's are not known.

    Raises:
        SpecError: with every name in joins and cleaning that is not there, at its line.
    """
    names, faults = columns_after(recipe.collect, tables)
    if faults:
        raise SpecError([recipe.document.placed(fault) for fault in faults])
    return names


def gathered(recipe: Recipe, tables: Mapping[str, pd.DataFrame]) -> tuple[pd.DataFrame, list[Step], list[Notice]]:
    """The first table joined with the others and cleaned; its row numbers, from 0, are the frame's index.

    Every name and expression is checked before the first row is read into the database.

    Raises:
        SpecError: a name that is not there, or an expression or key that does not fit the columns' types.
        DataError: the data is not what a step says.
    """
    check_names(recipe, {name: list(map(str, frame.columns)) for name, frame in tables.items()})
    # sums over groups are taken in one thread: in several, the last bits depend on which comes first
    threads = 1 if any(spec.aggregate for spec in recipe.collect.join) else None
    with Warehouse(threads=threads) as warehouse:
        first = next(iter(tables))
        later = mentioned(recipe.collect)
        rows = warehouse.load_frame(tables[first], later)
        loaded: dict[str, Rows] = {}
        for name in {spec.table: None for spec in recipe.collect.join}:
            frame = tables[name]
            specs = [spec for spec in recipe.collect.join if spec.table == name]
            only = {column for spec in specs for column in mentioned_in(spec, later, map(str, frame.columns))}
            loaded[name] = warehouse.load_frame(frame, only)
        rows, steps, notices = gather(recipe, warehouse, rows, loaded)
        return warehouse.frame(rows), steps, notices


def gather(
    recipe: Recipe, warehouse: Warehouse, rows: Rows, tables: Mapping[str, Rows]
) -> tuple[Rows, list[Step], list[Notice]]:
    """The same within a warehouse, where the rows stay."""
    steps: list[Step] = []
    notices: list[Notice] = []
    for i, spec in enumerate(recipe.collect.join):
        at = At(recipe, ("collect", "join", i), warehouse, notices)
        rows, step = join(at, rows, spec, tables[spec.table])
        steps.append(step)
    for i, cleaning in enumerate(recipe.collect.clean):
        at = At(recipe, ("collect", "clean", i), warehouse, notices)
        rows, step = clean(at, rows, cleaning)
        steps.append(step)
    return rows, steps, notices
