"""The queries of a script, tried as they are written: what each finds is there for the next."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache

import duckdb
import pandas as pd

from protokit.workflow.eject.texts import tables

PART = "part of the split"  # a column that steps and joins do not see
_HIDDEN = ("row number", PART)


class Workbench:
    """Tables in DuckDB, by their names; `queries` are those that were added, each over the `rows` that the last left.

    Raises:
        duckdb.Error: a query cannot run.
    """

    def __init__(self, frames: Mapping[str, pd.DataFrame]) -> None:
        self.queries = list[str]()
        self._connection = duckdb.connect()
        for name, frame in frames.items():
            tables.put(self._connection, name, frame)

    def __enter__(self) -> Workbench:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def add(self, query: str) -> None:
        """Take the rows of a query in place of those that there are."""
        self._connection.execute(f"CREATE OR REPLACE TABLE rows AS {query}")
        self.queries.append(query)

    def types(self, table: str = "rows") -> dict[str, str]:
        """The columns of a table, or of a query in brackets, with their types."""
        described = self._connection.execute(f"DESCRIBE SELECT * FROM {table}").fetchall()
        return {str(name): str(kind) for name, kind, *_ in described if name not in _HIDDEN}

    def any_lost(self, table: str, cell: str, made: str) -> bool:
        """Whether a cell of a table goes missing in what is made of it, or cannot be made."""
        try:
            query = f"SELECT count(*) FROM {table} WHERE ({cell}) IS NOT NULL AND ({made}) IS NULL"
            [(count,)] = self._connection.execute(query).fetchall()
        except duckdb.Error:
            return True
        return bool(count)


@cache
def _reserved() -> frozenset[str]:
    with duckdb.connect() as connection:
        found = connection.execute("SELECT keyword_name FROM duckdb_keywords() WHERE keyword_category <> 'unreserved'")
        return frozenset(word for (word,) in found.fetchall())


def column(name: str) -> str:
    """A column's name as SQL, in quotes where it needs them."""
    if re.fullmatch(r"[A-Za-z_]\w*", name, re.ASCII) and name.lower() not in _reserved():
        return name
    return '"' + name.replace('"', '""') + '"'


def columns(names: Iterable[str]) -> str:
    """Names of columns as SQL."""
    return ", ".join(map(column, names))
