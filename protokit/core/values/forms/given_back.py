"""What a network gives back that learns its own inputs: which of its numbers are of which column."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

LEAST = 1e-7  # the probability of a level that no training row has, and of what is said to be impossible


@dataclass(frozen=True)
class GivenBack:
    """One column, or one number of several that it makes, as the network gives it back.

    Of a category `levels` are what training rows hold, None for a missing cell. All others are `shape` numbers, none
    for a single one, which are learned less `centers`, divided by `scales`: one for each place of the last axis, or
    one for all.
    """

    name: str
    levels: tuple[str | None, ...] = ()
    shape: tuple[int, ...] = ()
    centers: tuple[float, ...] = field(default=(), compare=False)
    scales: tuple[float, ...] = field(default=(), compare=False)

    @property
    def cells(self) -> int:
        """Numbers that say what is true: of a category its level's place."""
        found = 1
        for size in self.shape:
            found *= size
        return found

    @property
    def units(self) -> int:
        """Numbers that the network gives."""
        return len(self.levels) if self.levels else self.cells

    def as_plain(self) -> dict[str, object]:
        """As JSON values, to the bit."""
        return {key: list(value) if isinstance(value, tuple) else value for key, value in vars(self).items()}

    @classmethod
    def of(cls, plain: Mapping[str, Any]) -> GivenBack:
        """That of `as_plain`."""
        values: dict[str, Any] = {k: tuple(v) if isinstance(v, (list, tuple)) else v for k, v in plain.items()}
        return cls(**values)


Parts = Sequence[GivenBack]


def spans(parts: Parts, *, units: bool) -> list[slice]:
    """Where each part stands among the `units` that a network gives, or among the cells that are true."""
    found, start = [], 0
    for part in parts:
        size = part.units if units else part.cells
        found.append(slice(start, start + size))
        start += size
    return found


def numbers_of(parts: Parts) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Centers, scales and weights of all cells that are numbers: they come before the categories.

    A column counts as one cell, however many it has. Shapes: (numbers,) each.
    """
    import numpy as np

    numeric = [part for part in parts if not part.levels]
    none = [np.zeros(0)]
    centers, scales = (
        np.concatenate([*none, *(np.resize(np.asarray(getattr(p, name)), p.cells) for p in numeric)])
        for name in ("centers", "scales")
    )
    return centers, scales, np.concatenate([*none, *(np.full(part.cells, 1 / part.cells) for part in numeric)])


def errors(parts: Parts, truth: np.ndarray, scores: np.ndarray) -> np.ndarray:
    """How far each row is from what was given back: the mean over its columns.

    Of numbers it is the squared error in standard deviations of the training rows, mean over the cells of a column; of
    categories the cross-entropy, where a level that training rows lack has a probability of 1e-7. Missing numbers, and
    steps past the end of a sequence, do not count.

    Shapes: truth (rows, cells), NaN where missing, and places of levels, -1 for one that is not known; scores
    (rows, units), numbers in their own units and probabilities of levels -> (rows,).
    """
    import numpy as np

    centers, scales, weights = numbers_of(parts)
    count = len(centers)
    there = ~np.isnan(truth[:, :count])
    away = np.where(there, truth[:, :count] - scores[:, :count], 0.0) / scales
    total, counted = (away**2) @ weights, there @ weights
    for part, at, place in zip(parts, spans(parts, units=False), spans(parts, units=True), strict=True):
        if part.levels:
            level = truth[:, at.start].astype(np.int64)
            likely = scores[:, place][np.arange(len(level)), np.maximum(level, 0)]
            total = total - np.log(np.where(level < 0, LEAST, np.clip(likely, LEAST, 1.0)))
            counted = counted + 1.0
    found: np.ndarray = total / np.maximum(counted, LEAST)
    return found
