"""Files with the same columns as one table."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

import numpy as np
import pandas as pd

from protokit.collect import text_cells
from protokit.collect.files.cells import Cells, order
from protokit.collect.files.files import File
from protokit.core.errors import DataError
from protokit.core.values.said import Notice

_NO_VALUE = "__HIVE_DEFAULT_PARTITION__"


def stacked(parts: Sequence[Cells], found: Sequence[File]) -> Cells:
    """The cells of all files, one below the other, in the order of the first one's columns.

    Raises:
        DataError: a file has other columns.
    """
    first = parts[0]
    if len(parts) == 1:
        return first
    orders = [order(first.names, part.names, found[0], file) for part, file in zip(parts, found, strict=True)]
    columns: list[list[object] | pd.Series] = []
    for i in range(len(first.names)):
        pieces = [part.columns[order[i]] for part, order in zip(parts, orders, strict=True)]
        if isinstance(pieces[0], (list, tuple)):
            columns.append(list(chain.from_iterable(pieces)))
        else:
            columns.append(pd.concat([pd.Series(piece) for piece in pieces], ignore_index=True))
    return Cells(first.names, columns)


def framed(cells: Cells) -> tuple[pd.DataFrame, list[Notice]]:
    """A frame of columns that have their types."""
    if len(set(cells.names)) < len(cells.names):  # refused where tables are checked, by its name
        return pd.concat(list(cells.columns), axis=1), []
    return pd.DataFrame(dict(zip(cells.names, cells.columns, strict=True))), []


def partitions(found: Sequence[File]) -> pd.DataFrame:
    """The columns that the paths of files say, a row for each file: numbers where all are, codes as texts.

    Raises:
        DataError: the paths do not say the same columns.
    """
    first = found[0]
    names = [name for name, _ in first.partitions]
    for file in found:
        if [name for name, _ in file.partitions] != names:
            theirs = "/".join(f"{name}=..." for name in names) or "no columns"
            raise file.error(f"its folders do not say {theirs}, as those of {first.name}", "give all files the same")
    columns = [[dict(file.partitions)[name] for file in found] for name in names]
    return text_cells.frame(names, columns, missing=(_NO_VALUE,))[0]


def with_partitions(frame: pd.DataFrame, found: Sequence[File], rows: Sequence[int]) -> pd.DataFrame:
    """The frame with the columns that the paths of its files say; one that the files have stays as it is there.

    `rows` has how many rows each file gave, in order.
    """
    said = partitions(found)
    frame = frame.copy(deep=False)
    for name in said.columns:
        if name not in frame.columns:
            frame[name] = pd.Series(np.repeat(said[name].to_numpy(), rows), dtype=said[name].dtype)
    return frame


def with_file(frame: pd.DataFrame, column: str, rows: Sequence[tuple[str, int]]) -> pd.DataFrame:
    """The frame with a column that names the file of each row; `rows` has the files and their rows, in order.

    Raises:
        DataError: there is such a column already.
    """
    if column in frame.columns:
        raise DataError(f"there is a column {column!r} already", cure="choose another name for file_column")
    names = [name for name, count in rows for name in [name] * count]
    frame = frame.copy(deep=False)  # `assign` knows no column named self
    frame[column] = pd.Series(names, dtype=object)
    return frame
