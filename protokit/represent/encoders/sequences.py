"""Sequences from a long table: the rows of one key, in the order of time, are one example."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from pandas.api.types import is_bool_dtype, is_numeric_dtype

from protokit.cells.times.rules import UNASKED, Rule
from protokit.core.errors import DataError
from protokit.core.names import as_text
from protokit.core.suggest import of_missing
from protokit.core.values.inputs import STEP_IS_THERE, InputSpec
from protokit.core.values.said import Notice
from protokit.represent.encoders.cells import FALSE, TRUE, missing_texts, row_of, texts_of, to_numbers, without
from protokit.represent.encoders.lists.cells import holds_lists
from protokit.represent.encoders.times import notices, reading, times
from protokit.represent.kind import InputColumn, Unusual
from protokit.represent.kinds.boolean import Boolean

COLUMN = "sequence"  # of the examples' table, and the network's input
_LONGEST = 1000  # steps, where the recipe names no length
_REACH = 1.5  # of later sequences so many times the share of the training sequences may be cut before it is said


@dataclass(frozen=True)
class SequenceGrouping:
    """How rows become examples: those of one value of `by`, ordered by `time`, else as they come.

    `channels` are the columns that are numbers at each step, `labels` those that have a label for each, if they are
    there: it is predicted. `left` are columns that change and are no numbers, which no example has.
    """

    by: str
    time: str | None
    channels: tuple[str, ...]
    dates: Rule = UNASKED  # how dates in `time` are read
    labels: tuple[str, ...] = ()
    left: tuple[str, ...] = ()

    @classmethod
    def of(
        cls,
        frame: pd.DataFrame,
        by: str,
        time: str | None,
        kept: tuple[str, ...],
        kinds: Mapping[str, str] | None = None,
        dates: Rule = UNASKED,
        labels: tuple[str, ...] = (),
    ) -> tuple[SequenceGrouping, list[Notice]]:
        """Which columns change within a key and are numbers. Those of `kept` belong to the example as a whole.

        `kinds` are what the recipe says of columns: of those that change, `number`, `boolean` and `ignore` can be.
        `dates` is how the recipe says that dates in `time` are read.

        Raises:
            DataError: no column changes, or one of `kept` does.
        """
        lists = {str(name): frame[name].map(str) for name in frame.columns if holds_lists(frame[name])}
        groups = frame.assign(**lists).groupby(by, sort=False, dropna=True)
        rest = [name for name in frame.columns if name not in {by, time, *labels}]
        changing = [name for name in rest if groups[name].nunique(dropna=False).max() > 1]
        if odd := next((name for name in kept if name in changing), None):
            key = groups[odd].nunique(dropna=False).idxmax()
            cure = "name another column in represent.sequence.by, or forecast with represent.series; if each step "
            cure += "has a class of its own, write learn: {task: tagging}"
            if labels:  # each step has its own, and this column is of whole sequences
                cure = "give all rows of a sequence the same, or remove the column from the recipe"
            raise DataError(
                f"{odd!r} differs within one sequence ({by} {as_text(key)}), and there is one example for each",
                cure=cure,
            )
        said = dict(kinds or {})
        changing = [name for name in changing if said.get(name) != "ignore"]
        if odd := next((name for name in changing if said.get(name, "number") not in {"number", "boolean"}), None):
            rule = f"{odd!r} changes within a sequence, where columns are numbers, and is said to be {said[odd]}"
            raise DataError(rule, cure=f"columns: {{{odd}: ignore}}, or derive a number from it under collect.clean")
        channels = [
            name for name in changing if name in said or is_numeric_dtype(frame[name]) or is_bool_dtype(frame[name])
        ]
        if not channels:
            raise DataError(f"no column of numbers changes within one {by!r}", cure="name another column under by")
        left = [name for name in changing if name not in channels]
        rule = "is left out: it changes within a sequence and is no number"
        told = [Notice(f"{name!r} {rule}", (name,)) for name in left]
        if time and frame[time].dtype.kind not in "iufm" and frame[time].notna().all():
            told += notices(frame, time, dates)
            dates = reading(frame[time], dates).rule
        return cls(by, time, tuple(channels), dates, labels, tuple(left)), told

    def examples(self, frame: pd.DataFrame) -> tuple[pd.DataFrame, np.ndarray]:
        """One row for each key in the order of its first row, with a column `sequence` of (steps, channels) arrays.

        Also gives the position of each key's first row in the table.

        Raises:
            DataError: a column is missing, or a row has no key.
        """
        needed = (self.by, *([self.time] if self.time else []), *self.channels)
        if missing := next((name for name in needed if name not in frame.columns), None):
            raise DataError(f"the column {missing!r} is missing", cure=of_missing(missing, list(frame.columns)))
        if frame[self.by].isna().any():
            row = row_of(frame[self.by], int(frame[self.by].isna().to_numpy().argmax()))
            raise DataError(f"row {row} has no {self.by!r}", cure="fill or filter such rows under collect.clean")
        codes, keys = pd.factorize(frame[self.by])
        first = np.full(len(keys), len(frame))
        np.minimum.at(first, codes, np.arange(len(frame)))
        order = np.lexsort((self._times(frame), codes))
        values = np.stack([_channel(frame[name]) for name in self.channels], axis=1)[order]
        ends = np.cumsum(np.bincount(codes))
        cells = _parted(values, ends)
        apart = {self.by, self.time, *self.channels, *self.labels, *self.left}
        static = [name for name in frame.columns if name not in apart]
        examples = frame.iloc[first][static].reset_index(drop=True)
        if COLUMN in examples:
            raise DataError(f"a column is named {COLUMN!r}, as the sequences will be", cure="rename it")
        examples[COLUMN] = cells
        for name in self.labels:
            if name in frame:
                labels = frame[name].astype(object).where(frame[name].notna(), None).to_numpy(object)[order]
                examples[name] = _parted(labels, ends)
        return examples, first

    def places(self, frame: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
        """Of each row of the table its example, in their order, and its step in it, from 0. Shapes: (rows,) each."""
        codes = pd.factorize(frame[self.by])[0]
        order = np.lexsort((self._times(frame), codes))
        counts = np.bincount(codes)
        steps = np.empty(len(frame), int)
        steps[order] = np.arange(len(frame)) - np.repeat(np.cumsum(counts) - counts, counts)
        return codes, steps

    def keys(self, frame: pd.DataFrame) -> pd.Series:
        """The key of each example, in their order."""
        return pd.Series(pd.factorize(frame[self.by])[1], name=self.by)

    def as_plain(self) -> dict[str, object]:
        """All of it as JSON values."""
        plain = {"by": self.by, "time": self.time, "channels": list(self.channels)}
        labels = {"labels": list(self.labels)} if self.labels else {}
        left = {"left": list(self.left)} if self.left else {}
        return {**plain, "dates": dict(vars(self.dates)), **labels, **left}

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> SequenceGrouping:
        """That of `as_plain`."""
        return cls(
            plain["by"],
            plain["time"],
            tuple(plain["channels"]),
            Rule(**plain.get("dates", {})),
            (*plain.get("labels", ()),),
            (*plain.get("left", ()),),
        )

    def _times(self, frame: pd.DataFrame) -> np.ndarray:
        return times(frame, self.time, self.dates) if self.time else np.arange(len(frame))


def _parted(values: np.ndarray, ends: np.ndarray) -> np.ndarray:
    """What is of each sequence, as cells. Shapes: values (steps, ...), ends (rows,) -> (rows,)."""
    cells = np.empty(len(ends), object)
    for i, (start, end) in enumerate(zip([0, *ends[:-1]], ends, strict=True)):
        cells[i] = values[start:end]
    return cells


def _channel(column: pd.Series) -> np.ndarray:
    """One column of the steps as float64, NaN where missing."""
    if column.dtype.kind == "O":
        words = set(texts_of(column).dropna().str.lower().head(100)) - {""}
        if words & TRUE or (words and words <= FALSE):  # of later rows all may be false
            return Boolean(str(column.name)).numbers(column)[:, 0]
    return to_numbers(without(column, missing_texts(column)))


@dataclass(frozen=True)
class SequenceColumn(InputColumn):
    """Sequences of one length: standardised numbers, 0 where missing or past the end; the first steps are kept.

    Where lengths differ a last channel is 1 at each step that is there. `cut` is the share of the training sequences
    that have further steps.
    """

    name = "sequence"
    channels: tuple[str, ...]
    length: int
    centers: tuple[float, ...]
    scales: tuple[float, ...]
    marked: bool
    cut: float = 0.0

    @classmethod
    def fit(cls, series: pd.Series, channels: tuple[str, ...], length: int | None = None) -> SequenceColumn:
        """Learns mean and spread of each channel, and how many steps are kept: `length`, or those of the longest."""
        lengths = _lengths(series)
        longest = length or min(int(lengths.max()), _LONGEST)
        stacked = np.concatenate(list(series))
        missing = np.isnan(stacked)
        counts = np.maximum((~missing).sum(axis=0), 1)
        centers = np.where(missing, 0, stacked).sum(axis=0) / counts
        spread = np.sqrt(np.where(missing, 0, (stacked - centers) ** 2).sum(axis=0) / counts)
        scales = np.where(spread > 0, spread, 1.0)
        return cls(
            str(series.name),
            channels,
            longest,
            tuple(centers.tolist()),
            tuple(scales.tolist()),
            bool(lengths.min() < longest),
            float((lengths > longest).mean()),
        )

    @property
    def spec(self) -> InputSpec:
        """What the network takes."""
        names = (*self.channels, *([STEP_IS_THERE] if self.marked else []))
        return InputSpec(self.column, (self.length, len(names)), "float32", names, 0, "sequence")

    def array(self, series: pd.Series) -> np.ndarray:
        """Shapes: (rows,) of (steps, channels) -> (rows, length, channels), with one more where lengths differ."""
        found = np.zeros((len(series), *self.spec.shape), np.float32)
        width = len(self.channels)
        for row, cell in enumerate(series):
            steps = (cell[: self.length] - self.centers) / self.scales
            found[row, : len(steps), :width] = np.where(np.isnan(steps), 0, steps)
            if self.marked:
                found[row, : len(steps), width] = 1
        return found

    def steps(self, series: pd.Series) -> np.ndarray:
        """The numbers of each step, NaN where missing or past the end. Shapes: (rows, length, channels)."""
        found = np.full((len(series), self.length, len(self.channels)), np.nan)
        for row, cell in enumerate(series):
            found[row, : len(cell)] = cell[: self.length]
        return found

    def notices(self, series: pd.Series, grouping: SequenceGrouping) -> list[Notice]:
        """What of the sequences of all parts is not read, and the edit that keeps it."""
        lengths = _lengths(series)
        cut = int((lengths > self.length).sum())
        if not cut:
            return []
        share = f"{max(np.maximum(lengths - self.length, 0).sum() / lengths.sum(), 0.0005):.1%}"
        several = f"{cut:,} of the {len(lengths):,} sequences are" if cut > 1 else "1 sequence is"
        rule = f"{several} longer than {self.length:,} steps; what is beyond ({share} of all) is not read"
        time = f"time: {grouping.time}, " if grouping.time else ""
        cure = f"sequence: {{by: {grouping.by}, {time}length: {int(lengths.max())}}}"
        return [Notice(rule, (grouping.by,), cure)]

    def unusual(self, cells: pd.Series) -> Unusual:
        """How many sequences are cut, where it is a larger share than of the training sequences."""
        found = super().unusual(cells)
        cut = int((_lengths(cells) > self.length).sum())
        if cut <= _REACH * self.cut * len(cells):
            return found
        several = f"{cut:,} sequences are" if cut > 1 else "1 sequence is"
        note = f"{several} longer than the {self.length:,} steps that the model reads: the rest is cut"
        return Unusual(found.cells, notes=(note,))

    def plain(self, cells: pd.Series, array: np.ndarray) -> np.ndarray:
        """The summary."""
        return self.summary(cells)

    def summary(self, series: pd.Series) -> np.ndarray:
        """For models that know no time: length, and of each channel mean, spread, least, most, first and last.

        Of the steps that the network sees.

        Shapes: (rows,) of (steps, channels) -> (rows, 1 + 6 channels), NaN where nothing was there.
        """
        series = series.map(lambda cell: cell[: self.length])
        lengths = _lengths(series)
        padded = np.full((len(series), lengths.max(initial=1), len(self.channels)), np.nan)
        for row, cell in enumerate(series):
            padded[row, : len(cell)] = cell
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)  # of a channel that a whole sequence lacks
            parts = [f(padded, axis=1) for f in (np.nanmean, np.nanstd, np.nanmin, np.nanmax)]
        ends = [padded[:, 0], padded[np.arange(len(padded)), lengths - 1]]
        return np.concatenate([lengths[:, None], *parts, *ends], axis=1)


def _lengths(series: pd.Series) -> np.ndarray:
    """The steps of each sequence."""
    return np.array([len(cell) for cell in series], int)
