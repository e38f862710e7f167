"""Joins and cleaning where the data lives: in the one PostgreSQL database that all tables of a recipe are of.

Each step runs there as long as the database can say it with the very result that it has here (`database.py`);
then the rows are brought, and the steps that are left run here. What the database finds wrong is no error yet: the
step is taken here, which says so in its own words or does without.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from protokit.collect.column_flow import check_names
from protokit.collect.database.place import Rows, Unsaid
from protokit.collect.database.warehouse import Warehouse
from protokit.collect.files.secrets import expand
from protokit.collect.frames import fingerprint
from protokit.collect.gather import gather, take
from protokit.collect.postgres.database import Remote
from protokit.collect.readers.sql import Sql, backend_of, hold_query, query_of, snapshot
from protokit.collect.words import Collect
from protokit.core.errors import DataError, MissingExtra
from protokit.core.names import counted
from protokit.core.rows import SourceRows
from protokit.core.values.said import Notice, Step
from protokit.core.values.tables import Table

_ANEW = ", read anew in each run: sql has no version"  # as `collect` says of what it reads
_FILES = ("sqlite", "duckdb")  # databases on this machine, of which nothing has to be moved


@dataclass(frozen=True)
class _State:
    """The rows after so many steps, and what was said of these."""

    rows: Rows
    done: int = 0
    steps: tuple[Step, ...] = ()
    notices: tuple[Notice, ...] = ()
    clean: tuple[object, ...] = ()


class _Unreadable(Exception):
    """The database cannot be reached or a table read: reading the tables one by one says why, at its place."""


def collected_there(spec: Collect, folder: Path) -> tuple[Table | None, tuple[Notice, ...]]:
    """The tables, joined and cleaned where they are; or None where that cannot be, and what is to be said of it.

    Raises:
        SpecError: a step does not fit the columns.
        DataError: the data is not what a step says.
    """
    sources = {name: source for name, source in spec.tables.items() if isinstance(source, Sql)}
    places = {source.location for source in sources.values()}
    if len(sources) < len(spec.tables) or len(places) != 1 or not (spec.join or spec.clean):
        return None, ()
    try:
        backend = backend_of(expand(places.pop()).text)
        if backend in _FILES:
            return None, ()
        if backend not in ("postgresql", "postgres"):
            raise Unsaid(f"steps run in PostgreSQL only, not in {backend}")
        return _in_postgres(spec, folder, sources), ()
    except Unsaid as reason:
        rule = f"the tables are read whole, and joined and cleaned here: {reason.rule}"
        return None, (Notice(rule, (), None),)
    except _Unreadable:
        return None, ()
    except DataError as error:
        if error.path:
            raise
        return None, ()


def _in_postgres(spec: Collect, folder: Path, sources: Mapping[str, Sql]) -> Table:
    first, joined = next(iter(sources)), {one.table for one in spec.join}
    if odd := [name for name in sources if name not in {first, *joined}]:
        raise Unsaid(f"the table {odd[0]!r} is not joined")
    if options := [key for source in sources.values() for key in source.options if key not in ("table", "query")]:
        raise Unsaid(f"{options[0]} is of reading")
    # sums over groups are taken in one thread: in several, the last bits depend on which comes first
    with Warehouse(threads=1 if any(one.aggregate for one in spec.join) else None) as here:
        with snapshot(sources[first]) as connection:
            remote = Remote(connection, here)
            tables, notices = _loaded(remote, connection, sources)
            check_names(spec, {name: list(rows.columns) for name, rows in tables.items()})
            state, rows, why = _taken(spec, remote, tables, tables[first])
            left = {one.table: tables[one.table] for one in spec.join[state.done :]}
            brought = {name: remote.home(table) for name, table in left.items()}
        left_here = gather(spec, here, rows, brought, state.done)
        frame = here.frame(left_here.rows)
    clean = (*state.clean, *left_here.clean)
    numbers = SourceRows(frame.index.to_numpy())
    whole = frame.reset_index(drop=True)
    told = Notice(_told(spec, state.done, why, remote.moved, sum(one.count for one in tables.values())), (), None)
    read = [
        Step(f"read {name}", one.count, one.count, f"{counted(len(one.columns), 'column')}{_ANEW}")
        for name, one in tables.items()
    ]
    digest = fingerprint(whole)
    origins = {place: it for name, one in sources.items() for place, it in one.origin(name, folder, digest).items()}
    said = tuple(dict.fromkeys([*notices, *state.notices, *left_here.notices, told]))
    return Table(
        whole, np.array([first] * len(whole)), origins, said, (*read, *state.steps, *left_here.steps), numbers, clean
    )


def _loaded(remote: Remote, connection: Any, sources: Mapping[str, Sql]) -> tuple[dict[str, Rows], list[Notice]]:
    tables: dict[str, Rows] = {}
    notices: list[Notice] = []
    for name, source in sources.items():
        try:
            hold_query(source, "postgresql")
            query, keys, said = query_of(source, connection)
        except (DataError, MissingExtra) as error:
            raise _Unreadable from error
        tables[name], found = remote.load(query, keys, is_table=source.query is None)
        notices += [*said, *found]
    return tables, notices


def _taken(spec: Collect, remote: Remote, tables: Mapping[str, Rows], first: Rows) -> tuple[_State, Rows, str]:
    """The state after the steps that the database can take, its rows brought here, and why there are no more steps.

    Raises:
        Unsaid: it can take none.
    """
    states, why = [_State(first)], ""
    try:
        while (state := states[-1]).done < len(spec.join) + len(spec.clean):
            notices = list(state.notices)
            rows, step, decided = take(spec, state.done, remote, state.rows, tables, notices)
            clean = state.clean if decided is None else (*state.clean, decided)
            states.append(_State(rows, state.done + 1, (*state.steps, step), tuple(notices), clean))
    except Unsaid as reason:
        why = reason.rule
    for state in reversed(states[1:]):
        try:
            return state, remote.home(state.rows), why
        except Unsaid as reason:  # a cell of an earlier step, of which no query had been run
            why = reason.rule
    raise Unsaid(f"{_names(spec)[0]}: {why}")


def _names(spec: Collect) -> list[str]:
    return [*(f"join {one.table}" for one in spec.join), *(step.name for step in spec.clean)]


def _told(spec: Collect, done: int, why: str, moved: int, rows: int) -> str:
    names = _names(spec)
    told = f"{done} step{'s' * (done > 1)} in PostgreSQL: {', '.join(names[:done])}"
    if done < len(names):
        told += f"; then here: {', '.join(names[done:])} ({why})"
    return f"{told}. {moved:,} of {counted(rows, 'row')} came from there"
