"""Tables read from files and databases, and queried."""

# mypy: disable-error-code=no-any-return
# types here are for people who read a script: no library is told twice what it gives
from __future__ import annotations

import gzip
import json
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import sklearn.datasets


def read_csv(path: Path, delimiter: str, encoding: str, **more: Any) -> pd.DataFrame:
    """A file of delimited text, every cell as it is written, without blanks around it."""
    options = {"dtype": str, "keep_default_na": False, "skipinitialspace": True, **more}
    table = pd.read_csv(path, sep=delimiter, encoding=encoding, **options)
    return table.rename(columns=str.strip).map(str.strip)


def read_sqlite(path: Path, query: str, dates: Sequence[str] = ()) -> pd.DataFrame:
    """What a query finds in a SQLite database; `dates` are columns that hold dates as texts."""
    connection = sqlite3.connect(path)
    try:
        return pd.read_sql(query, connection, parse_dates=list(dates))
    finally:
        connection.close()


def read_html(path: Path, encoding: str | None, text: str | None, number: int) -> pd.DataFrame:
    """A table of a web page: of those that hold a text, or of all, that of a number from 0."""
    return pd.read_html(path, encoding=encoding, match=text or ".+")[number]


def read_parquet(path: Path) -> pd.DataFrame:
    """A Parquet file, or all that a pattern means; DuckDB reads it. Folders such as `year=2024` are a column."""
    return duckdb.connect().read_parquet(str(path), hive_partitioning="=" in str(path)).df()


def read_json_lines(path: Path) -> pd.DataFrame:
    """A file with a record on each line; records in records are columns such as `place.city`."""
    content = path.read_bytes()
    lines = (gzip.decompress(content) if path.suffix == ".gz" else content).decode("utf-8-sig").split("\n")
    return pd.json_normalize([json.loads(line) for line in lines if line.strip()])


def read_json(path: Path, below: Sequence[str] = ()) -> pd.DataFrame:
    """A file with a list of records or a mapping of columns, which may stand `below` some keys."""
    content = path.read_bytes()
    data = json.loads((gzip.decompress(content) if path.suffix == ".gz" else content).decode("utf-8-sig"))
    for key in below:
        data = data[key]
    return pd.json_normalize(data) if isinstance(data, list) else pd.DataFrame(data).reset_index(drop=True)


def shipped(name: str) -> pd.DataFrame:
    """A table that scikit-learn ships; classes by their names."""
    found = getattr(sklearn.datasets, f"load_{name}")(as_frame=True)
    table, names = found.frame.copy(), getattr(found, "target_names", None)
    if names is not None and table["target"].dtype.kind in "iu":
        table["target"] = [str(names[place]) for place in table["target"]]
    return table


def plain_numbers(table: pd.DataFrame, names: Sequence[str], decimal: str, thousands: str) -> pd.DataFrame:
    """A table in which the numbers of some columns are written as computers write them: 1234.5."""

    def plain(column: pd.Series) -> pd.Series:
        short = column.str.replace(thousands, "", regex=False) if thousands else column
        return short.str.replace(decimal, ".", regex=False)

    return table.assign(**{name: plain(table[name]) for name in names})


def put(connection: duckdb.DuckDBPyConnection, name: str, table: pd.DataFrame) -> None:
    """Make a table of DuckDB's of a frame, with the number of each row."""
    connection.register("frame", table.assign(**{"row number": np.arange(len(table))}))
    connection.execute(f'CREATE TABLE "{name}" AS SELECT * FROM frame')
    connection.unregister("frame")


def queried(queries: Sequence[str], **tables: pd.DataFrame) -> pd.DataFrame:
    """The `rows` after some queries of DuckDB's SQL, each over those that the one before has left, in their order."""
    with duckdb.connect() as connection:
        for name, table in tables.items():
            put(connection, name, table)
        for query in queries:
            connection.execute(f"CREATE OR REPLACE TABLE rows AS {query}")
        return connection.execute('SELECT * EXCLUDE ("row number") FROM rows ORDER BY "row number"').df()
