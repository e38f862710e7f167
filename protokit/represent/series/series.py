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
from protokit.represent.series.arrays import ForecastOrigins, cells_of, numbers_of, whole_windows
from protokit.represent.series.columns import fit_columns
from protokit.represent.series.encoder import SeriesEncoder
from protokit.represent.series.last import Last
from protokit.represent.series.panel import Panel, last_times
from protokit.represent.series.scales import SeriesScales
from protokit.represent.words import Represent, Series
from protokit.represent.words import Split as SplitWords


@dataclass(frozen=True)
class _Borders:
    """Times that no forecast crosses: training, validation from the first on, test from the second up to the last.

    Shapes: (series,): they are the same for all series, unless the recipe asks for the last rows of each.
    """

    validation: np.ndarray
    test: np.ndarray
    end: np.ndarray
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


def represent_series(spec: Represent, table: Table, *, tested: bool = True) -> tuple[Represented, ...]:
    """Windows of the series of a table: for each fold anew. Unless it is `tested`, no row is kept for a test.

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
    each = _borders(spec.split, rows, tested=tested)
    return tuple(_represented(spec, series, rows, borders, source, tested=tested) for borders in each)


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
    origins, future, past = whole_windows(panel, numbers, series.window, series.horizon)
    kept = origins[~(future | past)]
    reasons = [(int(future.sum()), "a missing cell in the forecast"), (int((past & ~future).sum()), "nothing to begin")]
    detail = ", ".join(f"{n:,} with {why} dropped" for n, why in reasons if n)
    steps.append(Step("windows", len(origins), len(kept), detail))
    if detail:
        notices.append(Notice(f"of {len(origins):,} windows {detail}", targets))
    if len(kept) == 0:
        raise DataError("no window has all of its forecast", cure="lower represent.series.horizon, or fill the cells")
    return _Rows(frame, panel, numbers, kept, tuple(notices), tuple(steps))


def _borders(split: SplitWords, rows: _Rows, *, tested: bool) -> list[_Borders]:
    panel = rows.panel
    there = ~np.isnan(rows.numbers).all(axis=1)
    kept = panel.times <= panel.times[there].max()  # later rows only give what is known
    times, all_series = panel.times[kept], np.ones(len(panel.keys))
    if split.folds is None or not tested:
        late = all_series * np.inf
        end, test = all_series * times.max(), late
        if tested:
            end = last_times(panel, there) if isinstance(split.test, Last) else end
            test = _border(split.test, panel, there if isinstance(split.test, Last) else kept, late)
        use = there if isinstance(split.validation, Last) else kept
        validation = np.minimum(_border(split.validation, panel, use, test), test)
        several = (tested and isinstance(split.test, Last)) or isinstance(split.validation, Last)
        return [_Borders(validation, test, end, "time, in each series" if several else "time")]
    found = []
    for stay, taken in deal(len(times), split.folds, None, None, times, 0):
        assert isinstance(split.validation, float), "the recipe has checked it"
        border, first, end = _latest(times[stay], split.validation), times[taken].min(), times[taken].max()
        each = (border * all_series, first * all_series, end * all_series)
        found.append(_Borders(*each, f"{split.folds} folds, time"))
    return found


def _border(part: float | str | Last, panel: Panel, kept: np.ndarray, before: np.ndarray) -> np.ndarray:
    """The time of each series from which on its rows, of those that are kept and come before a time, are a part's."""
    assert not isinstance(part, str), "the recipe has checked it"
    kept = kept & (panel.times < before[panel.codes])
    if isinstance(part, Last):
        return last_times(panel, kept, part.last)
    return np.full(len(panel.keys), _latest(panel.times[kept], part))


def _latest(times: np.ndarray, share: float) -> float:
    """The time from which on rows are among the latest."""
    if len(times) < 2:
        raise DataError("too few rows to split by time", cure="bring more rows")
    found: float = np.sort(times)[len(times) - max(1, round(len(times) * share))]
    return found


def _represented(
    spec: Represent, series: Series, rows: _Rows, borders: _Borders, source: SourceRows, *, tested: bool
) -> Represented:
    panel, origins = rows.panel, rows.origins
    first, last = panel.times[origins], panel.times[origins + series.horizon - 1]
    every, of = np.arange(len(origins)), panel.codes[origins]
    validated, of_test = borders.validation[of], borders.test[of]
    parts = {
        "training": every[last < validated],
        "validation": every[(first >= validated) & (last < of_test)],
        "test": every[(first >= of_test) & (last <= borders.end[of])],
    }
    for part, found in parts.items():
        if len(found) == 0 and (tested or part != "test"):
            _too_few(series, rows, borders, part)
    train = panel.times < borders.validation[panel.codes]
    encoder, notices = _fitted(spec, series, rows, train)
    notices = [*_without_rows(series, panel, train), *notices]
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


def _without_rows(series: Series, panel: Panel, train: np.ndarray) -> list[Notice]:
    """The series that are all validation and test rows."""
    gone = np.bincount(panel.codes[train], minlength=len(panel.keys)) == 0
    if not gone.any():
        return []
    many, first = int(gone.sum()), panel.name(int(gone.argmax()))
    rule = f"{many:,} of {len(panel.keys):,} series have no training row, the first{first}: measured by a first window"
    return [Notice(rule, series.by, "ask for fewer rows under represent.split, or leave them out")]


def _too_few(series: Series, rows: _Rows, borders: _Borders, part: str) -> NoReturn:
    index = rows.panel.index
    each = [border[np.isfinite(border)] for border in (borders.validation, borders.test)]
    validation, test = (border.max() if len(border) else rows.panel.times.max() for border in each)
    reach = {
        "training": f"before {index.show(validation)}",
        "validation": f"from {index.show(validation)} to {index.show(test)}",
        "test": f"from {index.show(test)} on",
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
