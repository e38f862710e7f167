"""Cells of tables as texts, numbers and truth values."""

# mypy: disable-error-code=no-any-return
# types here are for people who read a script: no library is told twice what it gives
from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import sklearn.datasets


def read_csv(path: Path, delimiter: str, encoding: str) -> pd.DataFrame:
    """A file of delimited text, every cell as it is written, without blanks around it."""
    table = pd.read_csv(path, sep=delimiter, encoding=encoding, dtype=str, keep_default_na=False, skipinitialspace=True)
    return table.rename(columns=str.strip).map(str.strip)


def read_sqlite(path: Path, query: str) -> pd.DataFrame:
    """What a query finds in a SQLite database."""
    connection = sqlite3.connect(path)
    try:
        return pd.read_sql(query, connection)
    finally:
        connection.close()


def read_html(path: Path, encoding: str | None, text: str | None, number: int) -> pd.DataFrame:
    """A table of a web page: of those that hold a text, or of all, that of a number from 0."""
    return pd.read_html(path, encoding=encoding, match=text or ".+")[number]


def read_parquet(path: Path) -> pd.DataFrame:
    """A Parquet file; DuckDB reads it."""
    return duckdb.connect().read_parquet(str(path)).df()


def shipped(name: str) -> pd.DataFrame:
    """A table that scikit-learn ships; classes by their names."""
    found = getattr(sklearn.datasets, f"load_{name}")(as_frame=True)
    table, names = found.frame.copy(), getattr(found, "target_names", None)
    if names is not None and table["target"].dtype.kind in "iu":
        table["target"] = [str(names[place]) for place in table["target"]]
    return table


def text_of(cell: object) -> str:
    """A cell as a text: 3.0 and 3 are the same one."""
    if isinstance(cell, str):
        return cell.strip()
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)


def texts_of(column: pd.Series) -> np.ndarray:
    """The cells of a column as texts; a missing one stays None. Shapes: (rows,) of type object."""
    return np.array([*(None if pd.isna(cell) else text_of(cell) for cell in column), None], object)[:-1]


def numbers_of(column: pd.Series, missing: Sequence[str] = ()) -> np.ndarray:
    """The cells of a column as numbers, NaN where one is missing. Shapes: (rows,) -> (rows, 1)."""
    known = column.mask(column.isin(["", *missing])) if column.dtype.kind == "O" else column
    return pd.to_numeric(known).to_numpy(float, na_value=np.nan)[:, None]


def truths_of(column: pd.Series) -> np.ndarray:
    """True and yes as 1, false and no as 0, NaN where a cell is missing. Shapes: (rows,) -> (rows, 1)."""
    known = {**dict.fromkeys(("true", "t", "yes", "y", "1"), 1.0), **dict.fromkeys(("false", "f", "no", "n", "0"), 0.0)}
    return np.array([np.nan if text in (None, "") else known[text.lower()] for text in texts_of(column)])[:, None]


def places_of(column: pd.Series, levels: Sequence[str]) -> np.ndarray:
    """The place of each cell in the order of the levels, NaN where it is missing. Shapes: (rows,) -> (rows, 1)."""
    place = {level: float(i) for i, level in enumerate(levels)}
    return np.array([np.nan if text in (None, "") else place[text] for text in texts_of(column)])[:, None]


def cleaned(table: pd.DataFrame, steps: Sequence[str]) -> pd.DataFrame:
    """A table after some queries of DuckDB's SQL, each over the `rows` that the one before has left."""
    with duckdb.connect() as connection:
        first = table.assign(**{"row number": np.arange(len(table))})
        connection.register("first", first)
        connection.execute("CREATE TABLE rows AS SELECT * FROM first")
        for step in steps:
            connection.execute(f"CREATE OR REPLACE TABLE rows AS {step}")
        return connection.execute('SELECT * EXCLUDE ("row number") FROM rows ORDER BY "row number"').df()
