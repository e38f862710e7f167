"""Tables that stay in their PostgreSQL database, where the steps' SQL runs. Nothing is written there.

A table that a step makes is a query there, nested in those after it; the warehouse here has its twin without a row.
DuckDB so checks each query first, and says the types of its columns: errors are the same as here, and so are the types.
Rows are numbered in the order of the primary key, else in that in which they stand in the table or come from the query.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd

from protokit.collect.database.place import Place, Rows, Stored, Unsaid
from protokit.collect.database.warehouse import Warehouse
from protokit.collect.postgres import vocabulary as words
from protokit.collect.postgres.kinds import Said
from protokit.collect.postgres.profile import looked_at
from protokit.collect.postgres.query import Query
from protokit.core.libraries.optional import optional
from protokit.core.values.said import Notice
from protokit.grammar.expressions import quote

_BATCH = 50_000
_SOME = re.compile(r"\b(limit|fetch|offset|tablesample|distinct\s+on)\b", re.I)
_CALLED = re.compile(r"(\w+)\"?\s*\(")
_SET = (
    "SET LOCAL standard_conforming_strings = on", "SET LOCAL timezone = 'UTC'", "SET LOCAL extra_float_digits = 1",
    "SET LOCAL datestyle = 'ISO, YMD'", "SET LOCAL intervalstyle = 'postgres'", "SET LOCAL bytea_output = 'hex'",
)  # fmt: skip
_WHOLE = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT")


class Remote(Place):
    """A PostgreSQL database at work in one transaction, which reads only and sees one state of it.

    `here` has the twins, and takes the rows when they are brought (`home`). `moved` counts the rows that came.
    """

    def __init__(self, connection: Any, here: Warehouse) -> None:
        """Set the session up.

        Raises:
            Unsaid: the server is too old, or keeps its texts in another encoding than UTF-8.
        """
        self._connection, self._here = connection, here
        self._errors: tuple[type[Exception], ...] = (
            optional("sqlalchemy", "sql").exc.SQLAlchemyError,
            ValueError,
            OverflowError,
        )
        self._columns: dict[str, Said] = {}
        self._orders: dict[str, tuple[str, ...]] = {}
        self._queries: dict[str, tuple[str, tuple[str, ...]]] = {}  # with the tables that each reads
        self._counts: dict[str, int] = {}
        self._unheld: dict[str, set[str]] = {}  # columns that may stop the database, not yet computed for all rows
        self.moved = 0
        for sql in _SET:
            self._asked(sql)
        [(version, encoding)] = self._asked(
            "SELECT current_setting('server_version_num'), current_setting('server_encoding')"
        )
        if int(version) < 120_000 or encoding != "UTF8":
            raise Unsaid("it needs PostgreSQL 12 or later with texts in UTF-8")

    def fresh(self, letter: str = "c") -> str:
        """A name that nothing here has yet."""
        return self._here.fresh(letter)

    def load(self, query: str, keys: Sequence[str], *, is_table: bool) -> tuple[Rows, list[Notice]]:
        """The rows of a table or query, which stay where they are, and what was decided of their types.

        Raises:
            Unsaid: a column is of a type that is not known here, or has values whose type here depends on all of them.
        """
        if not is_table:
            self._hold_same(query)
        source = f"({query}\n) AS q"
        profile = looked_at(source, self._asked, self._described)
        if not keys and is_table:
            source, keys = self._with_places(query, source)
        numbered = f"ORDER BY {', '.join(keys)}" if keys else ""
        here = self._here.load_frame(profile.frame)
        row, columns = self.fresh("r"), dict[str, Stored]()
        listed = [f"row_number() OVER ({numbered}) - 1 AS {row}"]
        for (name, stored), one in zip(here.columns.items(), profile.columns, strict=True):
            goal = words.stored(stored.type)
            if goal is None or stored.zone:
                raise Unsaid(f"{name!r} is of the type {stored.type or 'other'}")
            # true and false with gaps stay objects where the gaps go
            cells = stored.cells if goal[0] == "boolean" and profile.frame[name].dtype == object else None
            columns[name] = Stored(stored.inner, stored.type, row if cells is not None else "", cells)
            listed.append(f"{one.said(goal[1])} AS {stored.inner}")
            self._columns[stored.inner] = Said(stored.inner, goal[0], one.ascii, one.whole and goal[0] == "double")
        self._columns[row] = Said(row, "int")
        twin = ", ".join([f"CAST(0 AS BIGINT) AS {row}", *(c.inner for c in columns.values())])
        rows = self._here.create(f"SELECT {twin} FROM {here.table} WHERE FALSE", (row,), columns, drop=here)
        self._queries[rows.table] = f"SELECT {', '.join(listed)} FROM {source}", ()
        # a key of whole numbers or times gives the order without a number for each row
        named = {one.quoted: stored for one, stored in zip(profile.columns, columns.values(), strict=True)}
        direct = [named[key] for key in keys if key in named and named[key].type in ("BIGINT", "TIMESTAMP")]
        self._orders[rows.table] = tuple(c.inner for c in direct) if keys and len(direct) == len(keys) else rows.order
        self._counts[rows.table] = profile.rows
        return replace(rows, count=profile.rows), list(profile.notices)

    def _hold_same(self, query: str) -> None:
        """Hold that a query gives the same rows each time: it is asked more than once, for other columns each time.

        Raises:
            Unsaid: a function of its may give another value, or it takes some rows of many.
        """
        if word := _SOME.search(query):
            raise Unsaid(f"a query with {' '.join(word[0].lower().split())} may give other rows another time")
        names = sorted({name.lower() for name in _CALLED.findall(query)})
        listed = ", ".join(map(quote, names or [""]))
        changing = self._asked(
            f"SELECT proname FROM pg_catalog.pg_proc WHERE provolatile = 'v' AND proname IN ({listed}) ORDER BY 1"
        )
        if found := [name for (name,) in changing if name in names]:
            raise Unsaid(f"{found[0]}() in a query gives another value each time")

    def _with_places(self, query: str, source: str) -> tuple[str, tuple[str, ...]]:
        """A table with the place of each row in it, to order by; a view has none."""
        placed = f"({query.replace('select *', 'select *, ctid', 1)}) AS q"
        try:
            self._described(placed)
        except Unsaid:
            return source, ()
        return placed, ("ctid",)

    def run(self, sql: str) -> list[tuple[Any, ...]]:
        """The rows that a query gives; what it says of types is asked of the twins."""
        if sql.startswith("DESCRIBE "):
            return self._here.run(sql)
        written, used, _ = self._written(sql, {})
        return [tuple(map(_plain, row)) for row in self._asked(self._with(written, used))]

    def create(
        self,
        select: str,
        order: Sequence[str],
        columns: Mapping[str, Stored],
        *,
        drop: Rows | None,
        count: int | None = None,
    ) -> Rows:
        """The rows of a query, which is not run but to count its rows where nobody knows how many there are."""
        rows = self._here.create(select, order, columns, drop=None)
        types = {inner: kind for inner, kind, *_ in self._here.run(f"DESCRIBE {rows.table}")}
        new = {inner: kind for inner, kind in types.items() if inner not in self._columns}
        written, used, fails = self._written(select, new)
        self._queries[rows.table], self._orders[rows.table] = (written, used), rows.order
        unheld = set(new) if fails else set()
        for table in used:
            if (waiting := self._unheld.get(table, set())) <= types.keys() and self._counts[table] == count:
                unheld |= waiting
            else:
                self._hold(table)
        self._unheld[rows.table] = unheld
        if count is None:
            [(count,)] = self._asked(self._with(f"SELECT count(*) FROM {rows.table}", (rows.table,)))
        self._counts[rows.table] = count
        return replace(rows, count=count)

    def _hold(self, table: str) -> None:
        """Have the database compute the cells that may stop it, before rows or columns of them go."""
        if unheld := self._unheld.pop(table, None):
            listed = ", ".join(f"count({inner})" for inner in sorted(unheld))
            self._asked(self._with(f"SELECT {listed} FROM {table}", (table,)))

    def home(self, rows: Rows) -> Rows:
        """The rows brought into the warehouse, with their types.

        Raises:
            Unsaid: the database finds a cell that cannot be computed.
        """
        listed = [*rows.order, *rows.names().values()]
        if not self._unheld.get(rows.table, set()) <= {*listed}:
            self._hold(rows.table)
        types = {inner: kind for inner, kind, *_ in self._here.run(f"DESCRIBE {rows.table}")}
        kinds = {inner: types[inner] for inner in listed}
        order = ", ".join(f"{row} NULLS FIRST" for row in rows.order)
        sql = self._with(f"SELECT {', '.join(listed)} FROM {rows.table} ORDER BY {order}", (rows.table,))
        return self._here.load_batches(self._batches(sql, kinds), kinds, rows)

    def _batches(self, sql: str, types: Mapping[str, str]) -> Iterator[pd.DataFrame]:
        """What a query gives, through a cursor of the server, so many rows at once."""
        try:
            with self._connection.begin_nested():
                result = self._connection.exec_driver_sql(sql, execution_options={"stream_results": True})
                for part in result.partitions(_BATCH):
                    self.moved += len(part)
                    columns = zip(*part, strict=True)
                    yield pd.DataFrame(
                        {one: _cells(cells, kind) for (one, kind), cells in zip(types.items(), columns, strict=True)}
                    )
        except self._errors as error:
            raise Unsaid(_first_line(error)) from None

    def _written(self, sql: str, types: Mapping[str, str]) -> tuple[str, tuple[str, ...], bool]:
        query = Query(self._columns, self._orders, self.fresh, types)
        written = query.written(sql)
        self._columns |= {inner: query.columns[inner] for inner in types}
        return written, tuple(query.used), query.fails

    def _with(self, sql: str, used: Sequence[str]) -> str:
        """A query with the tables that it reads, and those that these read, before it."""
        needed, waiting = set[str](), list(used)
        while waiting:
            table = waiting.pop()
            if table not in needed:
                needed.add(table)
                waiting += self._queries[table][1]
        tables = [f"{t} AS NOT MATERIALIZED ({q})" for t, (q, _) in self._queries.items() if t in needed]
        return (
            f"WITH {', '.join([*tables, sql.removeprefix('WITH ')])}"
            if sql.startswith("WITH ")
            else (f"WITH {', '.join(tables)} {sql}" if tables else sql)
        )

    def _asked(self, sql: str) -> list[tuple[Any, ...]]:
        """What the database answers. A query that fails leaves the transaction as it was."""
        try:
            with self._connection.begin_nested():
                result = self._connection.exec_driver_sql(sql)
                return [tuple(row) for row in result.fetchall()] if result.returns_rows else []
        except self._errors as error:
            raise Unsaid(_first_line(error)) from None

    def _described(self, sql: str) -> list[tuple[str, int]]:
        """The names of a query's columns, and the numbers of their types."""
        try:
            with self._connection.begin_nested():
                result = self._connection.exec_driver_sql(f"SELECT * FROM {sql} LIMIT 0")
                return [(str(column[0]), int(column[1])) for column in result.cursor.description]
        except self._errors as error:
            raise Unsaid(_first_line(error)) from None


def _cells(cells: Sequence[Any], type_: str) -> Any:
    """Values of a type of DuckDB's as pandas has them, with what is missing apart from what is no number."""
    missing = np.array([one is None for one in cells])
    if type_ in _WHOLE:
        return pd.array(list(cells), dtype="Int64")
    if type_ == "BOOLEAN":
        return pd.array(list(cells), dtype="boolean")
    if type_ in ("DOUBLE", "FLOAT"):
        return pd.arrays.FloatingArray(np.array([0.0 if one is None else one for one in cells], dtype=float), missing)
    if type_ in ("DATE", "TIMESTAMP"):
        return np.array(cells, dtype="datetime64[us]")
    return pd.Series(cells, dtype=object)


def _plain(value: Any) -> Any:
    """A value of an answer as DuckDB would give it."""
    return int(value) if isinstance(value, Decimal) and value == value.to_integral_value() else value


def _first_line(error: Exception) -> str:
    said = str(getattr(error, "orig", None) or error).strip().splitlines()
    return f"the database: {said[0] if said else type(error).__name__}"
