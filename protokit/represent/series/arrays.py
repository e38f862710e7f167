"""The series of a table as matrices."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from protokit.represent.kind import CodeColumn, NumberColumn
from protokit.represent.series.panel import Panel
from protokit.represent.series.time_index import TimeIndex

Column = NumberColumn | CodeColumn


@dataclass(frozen=True)
class SeriesArrays:
    """The series of a table as matrices, row by row as in the panel.

    Shapes:
        raw: (rows, columns) what is forecast, float64, in its own unit, missing cells filled from the past;
            NaN before the first cell that is there.
        seen: (rows, columns): whether the cell is there.
        series: (rows, channels) float32: what is forecast in standard units, then the other columns.
        units: by name, (series, columns).
        known: the count of the last channels whose future is known.
    """

    panel: Panel
    raw: np.ndarray
    seen: np.ndarray
    series: np.ndarray
    units: Mapping[str, np.ndarray]
    known: int


@dataclass(frozen=True)
class ForecastOrigins:
    """The forecasts to make of a table: `origins` are the rows of the panel that each begins with."""

    arrays: SeriesArrays
    origins: np.ndarray


def cells_of(column: Column, frame: pd.DataFrame, index: TimeIndex) -> pd.Series:
    """A column's cells; those of the time as dates."""
    if column.column == index.column:
        return pd.Series(index.stamps(frame[column.column]), name=column.column)
    return frame[column.column]


def numbers_of(column: Column, cells: pd.Series) -> np.ndarray:
    """A column as numbers, NaN where missing.

    Shapes: (rows,) -> (rows, names).
    """
    if isinstance(column, CodeColumn):
        one_hot: np.ndarray = np.eye(len(column.levels) + 1)[column.codes(cells)][:, 1:]
        return one_hot
    return column.numbers(cells)


def filled(numbers: np.ndarray, panel: Panel) -> np.ndarray:
    """Missing cells with the last value before them in their series; NaN where there is none.

    Shapes: (rows, columns) -> the same.
    """
    if not np.isnan(numbers).any():
        return numbers
    rows = np.arange(len(numbers))[:, None]
    last = np.maximum.accumulate(np.where(np.isnan(numbers), -1, rows), axis=0)
    there = last >= panel.starts[panel.codes][:, None]
    return np.where(there, np.take_along_axis(numbers, np.maximum(last, 0), axis=0), np.nan)


def whole_windows(
    panel: Panel, numbers: np.ndarray, window: int, horizon: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The rows that whole windows forecast first, which of these lack a cell of that, and which have no beginning.

    Shapes: numbers (rows, columns), in the order of the panel, NaN where missing; (windows,) each.
    """
    origins = np.flatnonzero((panel.place >= window) & (panel.place + horizon <= panel.lengths[panel.codes]))
    gone = np.concatenate([[0], np.cumsum(np.isnan(numbers).any(axis=1))])
    future = gone[origins + horizon] > gone[origins]
    past = np.isnan(filled(numbers, panel)[origins - window]).any(axis=1)
    return origins, future, past
