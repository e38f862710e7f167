"""From a table to windows of series: split by time, fitted on the training rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NoReturn

import numpy as np
import pandas as pd

from protokit.core.errors import DataError, SpecError
from protokit.core.rows import SourceRows
from protokit.core.values.said import Notice, Step
from protokit.core.values.tables import Split, Table
from protokit.represent.encoders.cells import to_numbers
from protokit.represent.encoders.times import asked
from protokit.represent.folds import deal
from protokit.represent.represented import Represented
from protokit.represent.series.arrays import ForecastOrigins, cells_of, filled, numbers_of
from protokit.represent.series.columns import fit_columns
from protokit.represent.series.encoder import SeriesEncoder
from protokit.represent.series.panel import Panel
from protokit.represent.series.scales import SeriesScales
from protokit.represent.words import Represent, Series
from protokit.represent.words import Split as SplitWords


@dataclass(frozen=True)
class _Borders:
    """Times that no forecast crosses: training, validation from the first on, test from the second up to the last."""

    validation: float
    test: float
    end: float
    name: str


@dataclass(frozen=True)
class _Rows:
    """The table as series.

    Shapes:
        numbers: (rows, columns) what is forecast, in the order of the panel, NaN where missing.
        origins: (windows,): the rows of the panel that whole windows forecast first.
    """

    frame: pd.DataFrame
    panel: Panel
    numbers: np.ndarray
    origins: np.ndarray
    notices: tuple[Notice, ...]
    steps: tuple[Step, ...]


def represent_series(spec: Represent, table: Table) -> tuple[Represented, ...]:
    """Windows of the series of a table: for each fold anew.

    A training window's forecast ends before the first validation row, one of validation before the first test row.
    What a window looks back on may lie across a border: it was known when the forecast was made.

    Raises:
        SpecError: the recipe names what cannot be.
        DataError: the data does not fit the recipe.
    """
    series = spec.series
    assert series is not None, "the recipe has checked it"
    rows = _rows(spec, series, table.frame.set_axis(table.source_rows.index()))
    source = table.source_rows
    return tuple(_represented(spec, series, rows, borders, source) for borders in _borders(spec.split, rows))


def _rows(spec: Represent, series: Series, frame: pd.DataFrame) -> _Rows:
    targets = spec.targets
    # what is forecast tells no series
    keys = frame.drop(columns=[name for name in spec.targets if name in frame.columns])
    panel = Panel.of(keys, series.time, series.by, dates=asked(spec, series.time))
    notices = panel.notices()
    numbers = np.stack([to_numbers(frame[name]) for name in targets], axis=1)[panel.rows]
    count, of = len(panel.keys), f"one row each {panel.index.every}"
    if panel.index.unit == "number":
        of = f"{panel.index.every} from row to row"
    steps = [Step("series", len(frame), len(frame), f"{count:,} series" + (f", {of}" if len(frame) > count else ""))]
    whole = series.window + series.horizon
    if short := int((panel.lengths < whole).sum()):
        rule = f"{short:,} of {count:,} series have fewer than {whole:,} rows, window and horizon together"
        if short == count:
            most = int(panel.lengths.max())
            rule = f"a window of {series.window:,} and a horizon of {series.horizon:,} take {whole:,} rows"
            at = ("represent", "series", "window")
            raise SpecError.one(f"{rule}, and the longest series has {most:,}", "lower them", at)
        notices.append(Notice(f"{rule}: nothing is learned of them", series.by, "lower represent.series.window"))
    origins = np.flatnonzero(
        (panel.place >= series.window) & (panel.place + series.horizon <= panel.lengths[panel.codes])
    )
    gone = np.concatenate([[0], np.cumsum(np.isnan(numbers).any(axis=1))])
    future = gone[origins + series.horizon] > gone[origins]
    past = np.isnan(filled(numbers, panel)[origins - series.window]).any(axis=1)
    kept = origins[~(future | past)]
    reasons = [(int(future.sum()), "a missing cell in the forecast"), (int((past & ~future).sum()), "nothing to begin")]
    detail = ", ".join(f"{n:,} with {why} dropped" for n, why in reasons if n)
    steps.append(Step("windows", len(origins), len(kept), detail))
    if detail:
        notices.append(Notice(f"of {len(origins):,} windows {detail}", targets))
    if len(kept) == 0:
        raise DataError("no window has all of its forecast", cure="lower represent.series.horizon, or fill the cells")
    return _Rows(frame, panel, numbers, kept, tuple(notices), tuple(steps))


def _borders(split: SplitWords, rows: _Rows) -> list[_Borders]:
    times = rows.panel.times
    times = times[times <= times[~np.isnan(rows.numbers).all(axis=1)].max()]  # later rows only give what is known
    assert isinstance(split.validation, float), "the recipe has checked it"
    if split.folds is None:
        assert isinstance(split.test, float), "the recipe has checked it"
        test = _latest(times, split.test)
        return [_Borders(_latest(times[times < test], split.validation), test, times.max(), "time")]
    found = []
    for stay, taken in deal(len(times), split.folds, None, None, times, 0):
        border = _latest(times[stay], split.validation)
        found.append(_Borders(border, times[taken].min(), times[taken].max(), f"{split.folds} folds, time"))
    return found


def _latest(times: np.ndarray, share: float) -> float:
    """The time from which on rows are among the latest."""
    if len(times) < 2:
        raise DataError("too few rows to split by time", cure="bring more rows")
    found: float = np.sort(times)[len(times) - max(1, round(len(times) * share))]
    return found


def _represented(spec: Represent, series: Series, rows: _Rows, borders: _Borders, source: SourceRows) -> Represented:
    panel, origins = rows.panel, rows.origins
    first, last = panel.times[origins], panel.times[origins + series.horizon - 1]
    every = np.arange(len(origins))
    parts = {
        "training": every[last < borders.validation],
        "validation": every[(first >= borders.validation) & (last < borders.test)],
        "test": every[(first >= borders.test) & (last <= borders.end)],
    }
    for part, found in parts.items():
        if len(found) == 0:
            _too_few(series, rows, borders, part)
    encoder, notices = _fitted(spec, series, rows, panel.times < borders.validation)
    arrays = encoder.series_arrays(rows.frame, panel)
    train, validation, test = (encoder.arrays(ForecastOrigins(arrays, origins[found])) for found in parts.values())
    used = sum(map(len, parts.values()))
    detail = ", ".join(f"{len(found):,} {part}" for part, found in parts.items()) + " windows"
    known = panel.rows[origins - 1]
    return Represented(
        encoder,
        Split(parts["training"], parts["validation"], parts["test"], borders.name),
        train,
        validation,
        test,
        (*rows.notices, *notices),
        (*rows.steps, Step(f"split ({borders.name})", len(origins), used, detail)),
        known,
        rows.frame.iloc[known][[*series.by, series.time]].reset_index(drop=True),
        source.take(known),
    )


def _too_few(series: Series, rows: _Rows, borders: _Borders, part: str) -> NoReturn:
    index = rows.panel.index
    reach = {
        "training": f"before {index.show(borders.validation)}",
        "validation": f"from {index.show(borders.validation)} to {index.show(borders.test)}",
        "test": f"from {index.show(borders.test)} on",
    }[part]
    takes = f"{series.window + series.horizon:,} rows" if part == "training" else f"a horizon of {series.horizon:,}"
    rule = f"no {part} window: its rows are those {reach}, and one takes {takes}"
    cure = "lower represent.series.window or horizon, or change the shares of represent.split"
    raise SpecError.one(rule, cure, ("represent", "series"))


def _fitted(spec: Represent, series: Series, rows: _Rows, train: np.ndarray) -> tuple[SeriesEncoder, list[Notice]]:
    """The encoder of the rows of the panel where `train` holds."""
    panel, frame = rows.panel, rows.frame
    for name, column in zip(spec.targets, rows.numbers[train].T, strict=True):
        if len(np.unique(column[~np.isnan(column)])) < 2:
            raise DataError(
                f"{name!r} is the same in every training row: there is nothing to learn", cure="choose another target"
            )
    past, known, notices = fit_columns(spec, series, frame, panel.index, panel.rows[train])
    season = series.season or panel.index.season
    own = SeriesScales.fit(panel, rows.numbers, train, season)
    made = [numbers_of(column, cells_of(column, frame, panel.index)) for column in (*past, *known)]
    others = np.concatenate([np.zeros((len(frame), 0)), *made], axis=1)[panel.rows[train]]
    there = ~np.isnan(others)
    count = np.maximum(there.sum(axis=0), 1)
    centers = np.where(there, others, 0).sum(axis=0) / count
    scales = np.sqrt((np.where(there, others - centers, 0) ** 2).sum(axis=0) / count)
    return SeriesEncoder(
        spec.targets,
        series.by,
        series.window,
        series.horizon,
        season,
        panel.index,
        past,
        known,
        tuple(centers.tolist()),
        tuple(np.where(scales > 0, scales, 1.0).tolist()),
        own,
    ), notices
