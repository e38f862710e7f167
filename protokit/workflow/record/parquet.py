"""Columns in a Parquet file of a run's folder, and back."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd

from protokit.collect.database.warehouse import LITERAL
from protokit.core.errors import DataError
from protokit.core.files import write_with


def columns_in(path: Path) -> list[tuple[str, np.ndarray]]:
    """The columns of a file.

    Raises:
        DataError: there is no such file, or it is none.
    """
    with _database().cursor() as connection:
        try:
            found = connection.read_parquet([str(path).translate(LITERAL)]).fetchnumpy()
        except duckdb.Error as error:
            raise DataError("not a table of predictions", place=str(path), cure="run its recipe again") from error
    return [(name, _plain(values)) for name, values in found.items()]


def _plain(values: np.ndarray) -> np.ndarray:
    """A column with NaN or None where a cell is missing, which DuckDB masks."""
    if not isinstance(values, np.ma.MaskedArray):
        return np.asarray(values)
    if values.dtype.kind == "f":
        return np.asarray(values.filled(np.nan))
    found = np.asarray(values.data, object)
    found[np.ma.getmaskarray(values)] = None  # `filled` writes '?' there
    return found


def write_columns(path: Path, columns: Sequence[tuple[str, np.ndarray]]) -> None:
    """Write columns, each under a name of its own and with as many rows."""
    frame = pd.DataFrame(dict(columns))
    with _database().cursor() as connection:
        relation = connection.from_df(frame)
        write_with(path, lambda temporary: relation.write_parquet(str(temporary)))


@cache
def _database() -> duckdb.DuckDBPyConnection:
    """DuckDB in memory, with nothing in it: to open it takes ten times as long as a small file."""
    return duckdb.connect()
