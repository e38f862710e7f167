"""Sequences: the cells of each column at each step, padded; and what a network takes of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import pandas as pd

from protokit.doors.arithmetic.steps import StepArithmetic
from protokit.doors.graph.columns.column import RawColumn
from protokit.doors.graph.columns.numbers import OfNumber
from protokit.represent.encoders.sequences import SequenceColumn

Value = TypeVar("Value")


@dataclass(frozen=True)
class OfChannel(OfNumber):
    """A column that is a number at each step, with mean and spread of training. A cell has the numbers of its steps."""

    center: float = 0.0
    scale: float = 1.0
    takes, gone = "a number, 1 and 0 of true and false", "NaN, as all steps past the end"

    def array(self, cells: pd.Series) -> np.ndarray:
        """See RawColumn. Shapes: (rows,) of (steps,) -> (rows, steps kept)."""
        found = np.full((len(cells), self.steps), np.nan)
        for row, cell in enumerate(cells):
            found[row, : len(cell)] = cell[: self.steps]
        return found

    def drawn(self, rng: np.random.Generator, rows: int, seen: np.ndarray) -> pd.Series:
        """See RawColumn: of a step up to all of them, and some beyond these."""
        seen = self.center + self.scale * np.array([-2.0, -1.0, 0.0, 1.0, 2.0])
        every = super().drawn(rng, rows * self.steps, seen).to_numpy().reshape(rows, self.steps)
        found = np.empty(rows, object)
        for row, length in enumerate(rng.integers(1, self.steps + 1, rows)):
            found[row] = every[row, :length]
        return pd.Series(found, name=self.name)


def stacked(columns: Mapping[str, RawColumn], sequence: SequenceColumn, rows: pd.DataFrame) -> pd.Series:
    """The cells of channels as those of the encoder's column: the last step is the last that has a number."""
    every = np.stack([columns[name].array(rows[name]) for name in sequence.channels], axis=2)
    there = ~np.isnan(every).all(axis=2)
    lengths = np.where(there.any(axis=1), every.shape[1] - there[:, ::-1].argmax(axis=1), 0)
    found = np.empty(len(rows), object)
    for row, length in enumerate(lengths):
        found[row] = every[row, :length]
    return pd.Series(found, index=rows.index, name=sequence.column)


def sequences(
    a: StepArithmetic[Value],
    sequence: SequenceColumn,
    columns: Mapping[str, RawColumn],
    raw: Mapping[str, Value],
) -> Value:
    """What a network takes; see SequenceColumn. Shapes: (rows, steps) by column -> (rows, length, channels)."""
    steps, kept = columns[sequence.channels[0]].steps, range(sequence.length)
    made = [columns[name].made(a, a.flattened(raw[name])) for name in sequence.channels]
    given = a.channels([a.folded(one, steps) for one in made])
    missing = a.unary("isnan", given)
    center, scale = (np.array(some)[None, None] for some in (sequence.centers, sequence.scales))
    standard = a.where(missing, 0.0, a.binary("divide", a.binary("subtract", given, center), scale))
    found = [a.columns(a.cast(standard, "float32"), kept)]
    if sequence.marked:
        there = a.where(missing, 0.0, a.where(missing, given, 1.0))
        each = [a.channel(there, i) for i in range(len(sequence.channels))]
        some = each[0]
        for one in each[1:]:
            some = a.binary("maximum", some, one)
        backward = range(steps - 1, -1, -1)
        later = a.columns(a.cumulated(a.columns(some, backward)), backward)  # steps from each on that have a number
        mark = a.folded(a.flattened(a.binary("minimum", later, 1.0)), steps)
        found.append(a.columns(a.cast(mark, "float32"), kept))
    return a.channels(found)
