"""All that was learned of series: from a table to windows, and from forecasts back to a table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from protokit.core.errors import DataError
from protokit.core.suggest import of_missing
from protokit.core.values.arrays import Arrays, Features
from protokit.core.values.inputs import InputSpec
from protokit.core.values.signature import Signature, TargetSpec
from protokit.represent.encoders.cells import to_numbers
from protokit.represent.kind import CodeColumn, NumberColumn, Unusual, column_from_plain
from protokit.represent.kinds.number import readings_of
from protokit.represent.series.arrays import (
    Column,
    ForecastOrigins,
    SeriesArrays,
    cells_of,
    filled,
    numbers_of,
)
from protokit.represent.series.panel import Panel
from protokit.represent.series.scales import SeriesScales
from protokit.represent.series.time_index import TimeIndex
from protokit.represent.series.windows import season_ago, windows

FARTHEST = 5.0  # standard deviations: beyond them nothing was learned of another column
FORECAST = "forecast"  # the name of a target made of several columns


@dataclass(frozen=True)
class SeriesEncoder:
    """All that was learned of the series of a table.

    `past` are columns that are known up to the forecast, `known` those that are known over its steps, too; the time
    itself is read as a date there. `centers` and `scales` are of the numbers that these columns make.
    """

    columns: tuple[str, ...]
    by: tuple[str, ...]
    window: int
    horizon: int
    season: int
    index: TimeIndex
    past: tuple[Column, ...]
    known: tuple[Column, ...]
    centers: tuple[float, ...]
    scales: tuple[float, ...]
    own: SeriesScales

    @property
    def signature(self) -> Signature:
        """What the network takes and gives."""
        past = [name for column in self.past for name in column.names]
        known = tuple(name for column in self.known for name in column.names)
        channels = (*self.columns, *past, *known)
        inputs = [InputSpec("series", (self.window, len(channels)), "float32", channels, 0, "series")]
        if known:
            inputs.append(InputSpec("known", (self.horizon, len(known)), "float32", known, 0, "known"))
        name = self.columns[0] if len(self.columns) == 1 else FORECAST
        target = TargetSpec(name, "forecasting", columns=self.columns, horizon=self.horizon)
        return Signature(tuple(inputs), (target,))

    @property
    def needed(self) -> tuple[str, ...]:
        """The columns that a table must have."""
        others = [column.column for column in (*self.past, *self.known)]
        return tuple(dict.fromkeys((self.index.column, *self.by, *self.columns, *others)))

    @property
    def kinds(self) -> dict[str, str]:
        """What each column that is learned from is."""
        others = {column.column: column.kind for column in (*self.past, *self.known)}
        return {**dict.fromkeys(self.columns, "number"), **others}

    @property
    def notations(self) -> dict[str, tuple[str, ...]]:
        """How the numbers of a column were written in training, where not as computers write them."""
        return readings_of((*self.past, *self.known))

    def series_arrays(self, frame: pd.DataFrame, panel: Panel) -> SeriesArrays:
        """The matrices of a table whose rows are sorted already.

        Raises:
            DataError: a cell is not what its column is.
        """
        numbers = np.stack([to_numbers(frame[name]) for name in self.columns], axis=1)[panel.rows]
        raw = filled(numbers, panel)
        units = self.own.of(panel, numbers, self.window, self.season)
        standard = (raw - units["center"][panel.codes]) / units["scale"][panel.codes]
        others = filled(self.others(frame, panel), panel)
        others = (others - np.array(self.centers)) / np.array(self.scales)
        others = np.clip(others, -FARTHEST, FARTHEST)
        series = np.nan_to_num(np.concatenate([standard, others], axis=1)).astype(np.float32)
        known = sum(len(column.names) for column in self.known)
        return SeriesArrays(panel, raw, ~np.isnan(numbers), series, units, known)

    def others(self, frame: pd.DataFrame, panel: Panel) -> np.ndarray:
        """The numbers that the other columns make, NaN where missing, in the order of the panel.

        Shapes: (rows, numbers).
        """
        made = [numbers_of(column, cells_of(column, frame, self.index)) for column in (*self.past, *self.known)]
        found: np.ndarray = np.concatenate([np.zeros((len(frame), 0)), *made], axis=1)[panel.rows]
        return found

    @property
    def one_for_each_row(self) -> bool:
        """See Encoding: there are `horizon` for each series."""
        return False

    def unusual(self, examples: ForecastOrigins, features: Features) -> Mapping[str, Unusual]:
        """See Encoding: of series nothing is counted."""
        return {}

    def at(self, folder: Path) -> SeriesEncoder:
        """The same: no cell is a path."""
        return self

    def examples(self, frame: pd.DataFrame) -> ForecastOrigins:
        """The forecast of each series from its last row on that has something of what is forecast.

        Rows after it give the columns that are known; where there are fewer than the horizon, their times go on.

        Raises:
            DataError: a column is missing, a series has too few rows, or what is known is not there.
        """
        frame, panel = self.panel(frame)
        there = frame[list(self.columns)].notna().any(axis=1).to_numpy()[panel.rows]
        last = np.full(len(panel.keys), -1)
        np.maximum.at(last, panel.codes[there], panel.place[there])
        self._enough(panel, last)
        spare = panel.lengths - (last + 1)
        self._all_known(frame, panel, last, spare)
        ends = panel.starts[1:] - 1
        more = []
        for end, count in zip(ends, np.maximum(self.horizon - spare, 0), strict=True):
            if count:
                one = frame.iloc[np.repeat(panel.rows[end], count)][list(self.by)]
                one[self.index.column] = self._after(panel.times[end], count, frame).array
                more.append(one)
        if more:
            frame = pd.concat([frame, *more], ignore_index=True)
            panel = Panel.of(frame, self.index.column, self.by, self.index)
        return ForecastOrigins(self.series_arrays(frame, panel), panel.starts[:-1] + last + 1)

    def panel(self, frame: pd.DataFrame) -> tuple[pd.DataFrame, Panel]:
        """The columns that are needed, and their series.

        Raises:
            DataError: a column is missing, or the rows are no series.
        """
        if missing := next((name for name in self.needed if name not in frame.columns), None):
            raise DataError(f"the column {missing!r} is missing", cure=of_missing(missing, list(frame.columns)))
        frame = frame[list(self.needed)].reset_index(drop=True)
        return frame, Panel.of(frame, self.index.column, self.by, self.index)

    def _after(self, time: float, count: int, frame: pd.DataFrame) -> pd.Series:
        """The next times, written as in the table."""
        positions = time + np.arange(1, count + 1) * self.index.step
        return self.index.write(positions, frame[self.index.column])

    def _enough(self, panel: Panel, last: np.ndarray) -> None:
        if (short := last + 1 < self.window).any():
            code = int(short.argmax())
            raise DataError(
                f"a forecast takes {self.window:,} rows, and there are {last[code] + 1:,}{panel.name(code)}",
                cure="give more of its past" + (", or leave it out" if self.by else ""),
            )

    def _all_known(self, frame: pd.DataFrame, panel: Panel, last: np.ndarray, spare: np.ndarray) -> None:
        names = [column.column for column in self.known if column.column != self.index.column]
        if not names:
            return
        if (short := spare < self.horizon).any():
            code = int(short.argmax())
            raise DataError(
                f"{', '.join(names)} must be known for {self.horizon:,} rows after "
                f"{self.index.show(panel.times[panel.starts[code] + last[code]])}{panel.name(code)}, "
                f"and there are {spare[code]:,}",
                cure=f"add rows with them, and with {', '.join(self.columns)} empty",
            )
        steps = panel.place - last[panel.codes]
        ahead = panel.rows[(steps >= 1) & (steps <= self.horizon)]
        for name in names:
            if (gone := frame[name].isna().to_numpy()[ahead]).any():
                row = int(ahead[gone].min()) + 1
                raise DataError(f"{name!r} is missing in row {row}, which is forecast", cure="fill the cell")

    def encode(self, examples: ForecastOrigins) -> tuple[dict[str, np.ndarray], Features]:
        """What the network takes, by the input's name, and the windows in plain form.

        Raises:
            DataError: a window begins before the first cell of what is forecast.
        """
        arrays, origins = examples.arrays, examples.origins
        if (empty := np.isnan(arrays.raw[origins - self.window])).any():
            i, column = np.argwhere(empty)[0]
            of = arrays.panel.name(int(arrays.panel.codes[origins[i]]))
            raise DataError(
                f"{self.columns[column]!r}{of} has no value in the first of the last {self.window:,} rows or before",
                cure="fill it, or give more of its past",
            )
        inputs = {"series": windows(arrays.series, origins - self.window, self.window)}
        if arrays.known:
            inputs["known"] = windows(arrays.series[:, -arrays.known :], origins, self.horizon)
        codes = arrays.panel.codes[origins]
        first = arrays.panel.starts[codes]
        none = np.zeros((len(origins), 0))
        features = Features(
            none,
            none.astype(np.int64),
            (),
            history=windows(arrays.raw, origins - self.window, self.window),
            season_ago=season_ago(arrays.raw, origins, first, self.horizon, self.season),
            units={name: values[codes] for name, values in arrays.units.items()},
        )
        return inputs, features

    def arrays(self, examples: ForecastOrigins) -> Arrays:
        """Inputs, targets and plain features of windows whose future is there."""
        inputs, features = self.encode(examples)
        [target] = self.signature.targets
        arrays, origins = examples.arrays, examples.origins
        targets = {target.key: windows(arrays.series[:, : len(self.columns)], origins, self.horizon)}
        truth = {target.name: windows(arrays.raw, origins, self.horizon)}
        return Arrays(inputs, targets, truth, features, blocks=self._blocks(arrays.panel, origins))

    def _blocks(self, panel: Panel, origins: np.ndarray) -> np.ndarray:
        """Windows of one series of which so many follow each other that the horizons of the next do not overlap."""
        codes, place = panel.codes[origins], panel.place[origins]
        first = np.full(len(panel.keys), np.iinfo(np.int64).max)
        np.minimum.at(first, codes, place)
        within = (place - first[codes]) // self.horizon
        blocks: np.ndarray = np.unique(codes * (within.max(initial=0) + 1) + within, return_inverse=True)[1]
        return blocks

    def scores(self, outputs: Mapping[str, np.ndarray], features: Features) -> dict[str, np.ndarray]:
        """Forecasts in their own units from what the network gives.

        Shapes: (rows, horizon, columns) by the target's name.
        """
        center, scale = (features.units[name][:, None, :] for name in ("center", "scale"))
        return {name: np.asarray(output, np.float64) * scale + center for name, output in outputs.items()}

    def predictions(self, frame: pd.DataFrame, scores: Mapping[str, np.ndarray]) -> dict[str, np.ndarray | pd.Series]:
        """The columns of a table of forecasts: the series, the time, and each column that is forecast."""
        forecasts = self.examples(frame)
        panel = forecasts.arrays.panel
        steps = (forecasts.origins[:, None] + np.arange(self.horizon)).ravel()
        # the first row of a series is one of the table: rows that were added come last
        first = np.repeat(panel.rows[panel.starts[:-1]], self.horizon)
        found: dict[str, np.ndarray | pd.Series] = {
            name: frame[name].iloc[first].reset_index(drop=True) for name in self.by
        }
        found[self.index.column] = self.index.write(panel.times[steps], frame[self.index.column])
        [values] = scores.values()
        for i, name in enumerate(self.columns):
            found[name] = values[:, :, i].ravel()
        return found

    def as_plain(self) -> dict[str, object]:
        """The state as JSON values, to the bit."""
        return {
            "columns": list(self.columns),
            "by": list(self.by),
            "window": self.window,
            "horizon": self.horizon,
            "season": self.season,
            "clock": self.index.as_plain(),
            "past": [column.as_plain() for column in self.past],
            "known": [column.as_plain() for column in self.known],
            "centers": list(self.centers),
            "scales": list(self.scales),
            "own": self.own.as_plain(),
        }

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> SeriesEncoder:
        """The encoder of `as_plain`."""
        past, known = (tuple(_column(one) for one in plain[name]) for name in ("past", "known"))
        return cls(
            tuple(plain["columns"]),
            tuple(plain["by"]),
            int(plain["window"]),
            int(plain["horizon"]),
            int(plain["season"]),
            TimeIndex(**plain["clock"]),
            past,
            known,
            tuple(plain["centers"]),
            tuple(plain["scales"]),
            SeriesScales.from_plain(plain["own"], len(plain["columns"])),
        )


def _column(plain: Mapping[str, Any]) -> Column:
    column = column_from_plain(plain)
    if not isinstance(column, (NumberColumn, CodeColumn)):
        raise ValueError(f"{column.column!r} gives neither numbers nor codes")
    return column
