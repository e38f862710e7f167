"""The plan of a model that forecasts series: windows of raw cells in, forecasts in their own unit out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
import pandas as pd

from protokit.bundle.opened.averaging import mean as mean_of
from protokit.bundle.opened.fitted import Fitted
from protokit.core.errors import DataError
from protokit.doors.arithmetic.arithmetic import Arithmetic
from protokit.doors.arithmetic.steps import StepArithmetic
from protokit.doors.graph.columns.column import RawColumn
from protokit.doors.graph.columns.of_kind import raw_column
from protokit.doors.graph.ends import End, mean
from protokit.doors.graph.steps.key import OfKey, hold
from protokit.doors.graph.steps.series import forecast, windows
from protokit.doors.interface import marks_of
from protokit.doors.plan import FARTHEST, Networks
from protokit.doors.plans.self_proving import SelfProving
from protokit.represent.kinds.number import Number
from protokit.represent.series.arrays import ForecastOrigins, cells_of, whole_windows
from protokit.represent.series.encoder import SeriesEncoder
from protokit.represent.series.panel import Panel

Value = TypeVar("Value")
_MOST = 512  # windows of a table that a file is held against


@dataclass(frozen=True)
class SeriesPlan(SelfProving):
    """A model of series. `encoders` and `targets` are of rows: it has none, and `series` instead."""

    series: tuple[SeriesEncoder, ...] = ()
    what = "forecasts of series"

    @classmethod
    def of(cls, model: Fitted) -> SeriesPlan:
        """See Plan.of."""
        encoders = [part.encoder for part in model.parts if isinstance(part.encoder, SeriesEncoder)]
        columns = [_columns(encoder, marks_of(model)) for encoder in encoders]
        return cls((), tuple(columns), (), model, tuple(encoders))

    @property
    def _first(self) -> SeriesEncoder:
        return self.series[0]

    @property
    def ends(self) -> list[End]:
        """See Plan: the steps of each column."""
        steps = tuple(f"step {i + 1}" for i in range(self._first.horizon))
        [spec] = self._first.signature.targets
        unit = "that of the column"
        return [End(_forecast(one), spec.name, "forecast", unit, "float64", steps) for one in spec.columns]

    @property
    def told(self) -> Mapping[str, object]:
        """See Plan."""
        one = self._first
        told = {"time": one.index.column, "every": one.index.every, "window": one.window, "horizon": one.horizon}
        return {"series": {**told, "season": one.season}}

    @property
    def outside(self) -> list[str]:
        """See Plan."""
        one, found = self._first, list[str]()
        found.append(
            f"cutting of windows: the last {one.window:,} rows of each series, one each {one.index.every}, oldest "
            "first; a gap counts as no step, and a missing first cell of what is forecast is filled from before it"
        )
        if one.by:
            found.append(
                "a series that training did not have is measured by the window that is given; predict takes the first "
                "one of the table"
            )
        return [*found, f"the times of the {one.horizon:,} steps; a forecast that predict refuses to make is NaN"]

    @property
    def fine(self) -> list[str]:
        """See Plan."""
        found = list[str]()
        for encoder in self.series:
            away = np.abs(encoder.own.values["center"]) / encoder.own.values["scale"]
            found += [name for name, far in zip(encoder.columns, away.T > FARTHEST, strict=True) if far.any()]
            # no time does: a day is far below one of its standard deviations
        return found

    def predicted(self, a: Arithmetic[Value], raw: Mapping[str, Value], networks: Networks[Value]) -> dict[str, Value]:
        """See Plan."""
        assert isinstance(a, StepArithmetic), "other formats refuse it"
        given = [windows(a, encoder, own, raw) for encoder, own in zip(self.series, self.columns, strict=True)]
        [target] = self._first.signature.targets
        parts = []
        for one, seeds in zip(given, networks([one.inputs for one in given]), strict=True):
            parts.append(mean(a, [forecast(a, one, output[target.key]) for output in seeds]))
        refused = given[0].refused
        for one in given[1:]:
            refused = a.binary("add", refused, one.refused)
        found = mean(a, parts)
        each = enumerate(target.columns)
        return {_forecast(name): a.binary("add", a.channel(found, i), refused) for i, name in each}

    def rows(self, table: pd.DataFrame) -> pd.DataFrame:
        """See Plan: the rows of whole windows and what is known after them, one after the other.

        Raises:
            DataError: the table has none.
        """
        one = self._first
        frame, panel = one.panel(table)
        arrays = one.series_arrays(frame, panel)
        numbers = np.where(arrays.seen, arrays.raw, np.nan)
        origins = whole_windows(panel, numbers, one.window, one.horizon)[0]
        kept = origins[arrays.seen[origins - one.window].all(axis=1)]
        ahead = [name for name in (column.column for column in one.known) if name != one.index.column]
        gone = np.concatenate([[0], np.cumsum(frame[ahead].isna().any(axis=1).to_numpy()[panel.rows])])
        kept = kept[gone[kept + one.horizon] == gone[kept]]
        if not len(kept):
            rule = f"no series of the table has {one.window + one.horizon:,} rows, a window and what is known after it"
            raise DataError(rule, cure="give more rows, with those before them")
        some = kept[np.unique(np.linspace(0, len(kept) - 1, _MOST).round().astype(int))]
        steps = some[:, None] + np.arange(-one.window, one.horizon)
        found: pd.DataFrame = frame.iloc[panel.rows[steps.ravel()]].reset_index(drop=True)
        return found

    def drawn(self, count: int, seed: int) -> pd.DataFrame:
        """See SelfProving: each cell by itself, about what training had, some far out, some missing."""
        rng, one = np.random.default_rng(seed), self._first
        steps = one.window + one.horizon
        found: dict[str, pd.Series] = {}
        for name in one.by:
            cells = self.raw[name].drawn(rng, count, np.empty(0))
            found[name] = cells.repeat(steps).reset_index(drop=True)
        keys = dict(zip(one.own.keys, range(len(one.own.keys)), strict=True))
        windows = zip(*(found[name].iloc[::steps] for name in one.by), strict=True) if one.by else [()] * count
        place = np.array([keys.get(key, int(rng.integers(len(keys)))) if keys else -1 for key in windows])
        for i, name in enumerate(one.columns):
            center, scale = (np.append(one.own.values[what][:, i], 1.0)[place] for what in ("center", "scale"))
            apart = rng.normal(size=(count, steps)) * rng.choice([0.0, 0.5, 1.0, 3.0, 30.0], (count, 1))
            values = np.where(rng.random((count, steps)) < 0.1, np.nan, center[:, None] + scale[:, None] * apart)
            values[:, 0] = np.where(np.isnan(values[:, 0]), center, values[:, 0])
            found[name] = pd.Series(values.ravel(), name=name)
        at = 0
        for column in (*one.past, *one.known):
            seen = one.centers[at] + one.scales[at] * np.array([-1.0, 0.0, 1.0])
            at += len(column.names)
            cells = self.raw[column.column].drawn(rng, count * steps, seen)
            if column in one.known:
                whole = cells.ffill().bfill()
                kept = np.tile(np.arange(steps) >= one.window, count) | (column.column == one.index.column)
                cells = cells.where(~kept, whole)
            found[column.column] = cells
        return pd.DataFrame(found)

    def count(self, examples: pd.DataFrame) -> int:
        """See SelfProving."""
        return len(examples) // (self._first.window + self._first.horizon)

    def arrays(self, examples: pd.DataFrame) -> dict[str, np.ndarray]:
        """See SelfProving."""
        return {name: self._array(column, examples) for name, column in self.raw.items()}

    def _array(self, column: RawColumn, examples: pd.DataFrame) -> np.ndarray:
        of_time = column.name == self._first.index.column
        fitted = column.fitted
        cells = cells_of(fitted, examples, self._first.index) if of_time else examples[column.name]  # type: ignore[arg-type]
        found = column.array(cells).reshape(self.count(examples), -1)
        return np.ascontiguousarray(found[:, : column.steps])

    def differs(self, said: Mapping[str, np.ndarray], examples: pd.DataFrame) -> float:
        """See SelfProving: in standard deviations of its series, or how far a window is from their mean."""
        ours, centers, scales = self._said(examples)
        theirs = np.stack([said[end.name] for end in self.ends], axis=2)
        window = self._first.window
        given = np.stack([self.arrays(examples)[name] for name in self._first.columns], axis=2)[:, :window]
        farthest = np.nanmax(np.abs(given - centers), axis=(1, 2), keepdims=True)
        apart = np.abs(ours - theirs) / np.maximum(scales, farthest)
        return float(np.where(np.isnan(apart), np.inf, apart).max(initial=0.0))

    def _said(self, examples: pd.DataFrame) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Forecasts of windows by the model, each as a series of its own; and what they are measured in.

        Shapes: (windows, horizon, columns), and (windows, 1, columns) twice.
        """
        one, many = self._first, self.count(examples)
        steps, each = one.window + one.horizon, []
        keys = [self.arrays(examples)[name][:, 0] for name in one.by]
        codes, rows = np.repeat(np.arange(many), steps), np.arange(many * steps)
        starts = np.arange(many + 1) * steps
        units: Mapping[str, np.ndarray] = {}
        for part, encoder in zip(self.model.parts, self.series, strict=True):
            panel = Panel(
                tuple(zip(*keys, strict=True)) if keys else ((),) * many, codes, rows, rows, starts, one.index
            )
            origins = ForecastOrigins(encoder.series_arrays(examples, panel), starts[:-1] + one.window)
            inputs, features = encoder.encode(origins)
            each.append(part.scores(inputs, features))
            units = units or features.units
        [found] = mean_of(each).values()
        return found, units["center"][:, None], units["scale"][:, None]


def _columns(encoder: SeriesEncoder, marks: list[str]) -> Mapping[str, RawColumn]:
    """The columns of a file, with the steps that it takes of each."""
    window, horizon = encoder.window, encoder.horizon
    past = (window, f"the last {window:,} steps, oldest first")
    known = (window + horizon, f"the last {window:,} steps, then the {horizon:,} that are forecast")
    keys = [OfKey.of(name, [key[i] for key in encoder.own.keys]) for i, name in enumerate(encoder.by)]
    hold(keys)
    found: dict[str, RawColumn] = {one.name: one for one in keys}
    for name in encoder.columns:
        found[name] = _over(raw_column(Number(name), marks), past)
    for columns, span in ((encoder.past, past), (encoder.known, known)):
        found |= {one.column: _over(raw_column(one, marks), span) for one in columns}
    return found


def _over(column: RawColumn, span: tuple[int, str]) -> RawColumn:
    return replace(column, steps=span[0], span=span[1])


def _forecast(column: str) -> str:
    """What the forecast of a column is called: its past is an input of its own name."""
    return f"{column} forecast"
