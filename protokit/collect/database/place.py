"""A place where tables are and where SQL runs over them: what the steps of joining and cleaning need of one.

Steps write DuckDB's SQL, once. `Warehouse` runs it as it is; `Remote` writes it in the dialect of the database that the
tables are of, and says `Unsaid` where that cannot be.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from protokit.core.errors import ProtokitError
from protokit.core.rows import shown


class Unsaid(ProtokitError):
    """The database cannot do a step with the result that it has here; `rule` says why."""


# a value as text: a whole number is written as one, whether or not some of its column are missing
TEXT_OF = "text_of"


@dataclass(frozen=True)
class Stored:
    """A column: its inner name and DuckDB's type for it, or neither where its cells cannot be held there.

    `row` is the column with its row number in the frame that `cells` is of, for a column that no step changed.
    """

    inner: str = ""
    type: str = ""
    row: str = ""
    cells: pd.Series | None = None
    zone: bool = False

    @property
    def family(self) -> str:
        """What kind of values these are: number, text, boolean, date, or another."""
        if self.zone and (not self.type or self.type.startswith("TIMESTAMP")):
            return "date with a time zone"
        if self.type in ("DATE", "TIMESTAMP", "TIMESTAMP_NS", "TIMESTAMP_S", "TIMESTAMP_MS"):
            return "date"
        if re.match(r"U?(TINY|SMALL|BIG|HUGE)?INT|INTEGER|UINTEGER|FLOAT|DOUBLE|DECIMAL", self.type):
            return "number"
        return {"VARCHAR": "text", "BOOLEAN": "boolean"}.get(self.type, self.type.lower() or "other")


@dataclass(frozen=True)
class Rows:
    """A table in the database: its inner name, the columns that give its order, its columns by name, its rows."""

    table: str
    order: tuple[str, ...]
    columns: Mapping[str, Stored]
    count: int

    def names(self) -> dict[str, str]:
        """The inner name of each column that the database holds."""
        return {name: column.inner for name, column in self.columns.items() if column.inner}

    def named(self, columns: Mapping[str, Stored]) -> Rows:
        """The same rows with other columns, or under other names."""
        return replace(self, columns=columns)


class Place(ABC):
    """Where rows are. Inner names are its own, so that no name of the data is ever part of a step's SQL.

    `row_name` says how a person finds a row of the first table, given its number from 0.
    """

    row_name: Callable[[int], str] = staticmethod(shown)

    @abstractmethod
    def fresh(self, letter: str = "c") -> str:
        """A name that nothing here has yet."""

    @abstractmethod
    def run(self, sql: str) -> list[tuple[Any, ...]]:
        """The rows that a query gives. The query is written here, never by a recipe.

        Raises:
            Unsaid: the database cannot say it.
        """

    @abstractmethod
    def create(
        self,
        select: str,
        order: Sequence[str],
        columns: Mapping[str, Stored],
        *,
        drop: Rows | None,
        count: int | None = None,
    ) -> Rows:
        """The rows of a query as a new table, in place of `drop`. `count` are its rows, where that is known before.

        Raises:
            Unsaid: the database cannot say it.
        """

    def batches(self, sql: str, rows: int) -> Iterator[pd.DataFrame]:
        """What a query gives, in frames of about so many rows: for what is done cell by cell, which is done here.

        Raises:
            Unsaid: the rows are not here.
        """
        raise Unsaid("its cells are looked at one by one")

    def append(self, table: str, frame: pd.DataFrame) -> None:
        """Put rows into a table that has the columns of a frame, in its order.

        Raises:
            Unsaid: nothing can be written there.
        """
        raise Unsaid("its cells are looked at one by one")

    def one(self, sql: str) -> tuple[Any, ...]:
        """The one row that a query gives."""
        [row] = self.run(sql)
        return row

    def changed(self, rows: Rows, values: Mapping[str, str]) -> Rows:
        """The rows with some columns new or anew: SQL by the column's name."""
        if not values:
            return rows
        columns = dict(rows.columns)
        listed = [*rows.order, *(c.inner for name, c in rows.columns.items() if c.inner and name not in values)]
        for name, sql in values.items():
            inner = self.fresh()
            listed.append(f"{sql} AS {inner}")
            # what is computed of a moment by a step stays one
            own = columns.get(name, Stored())
            columns[name] = Stored(inner, zone=own.zone and re.search(rf"\b{own.inner}\b", sql) is not None)
        select = f"SELECT {', '.join(listed)} FROM {rows.table}"
        return self.create(select, rows.order, columns, drop=rows, count=rows.count)
