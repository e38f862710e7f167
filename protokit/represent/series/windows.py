"""Windows of series as arrays that are cut when they are read: no value is stored more than once."""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import Any, cast

import numpy as np


class Lazy:
    """What is sliced along its first axis like a NumPy array, and made only then.

    `nbytes` is what all of it would take.
    """

    def __init__(
        self, rows: np.ndarray, shape: tuple[int, ...], dtype: np.dtype[Any], cut: Callable[[np.ndarray], np.ndarray]
    ) -> None:
        """`cut` makes the array (some rows, *shape) of some of the `rows`."""
        self._rows, self._cut = rows, cut
        self.shape, self.dtype = (len(rows), *shape), dtype

    @property
    def nbytes(self) -> int:
        """Bytes of the whole array."""
        return prod(self.shape) * self.dtype.itemsize

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, rows: Any) -> np.ndarray:
        if isinstance(rows, tuple):
            found = self[rows[0]]
            return found[rows[1:] if found.ndim < len(self.shape) else (slice(None), *rows[1:])]
        chosen = self._rows[rows]
        return self._cut(chosen) if chosen.ndim else self._cut(chosen[None])[0]

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        whole = self[:]
        return whole if dtype is None else whole.astype(dtype, copy=False)


def windows(values: np.ndarray, starts: np.ndarray, steps: int) -> np.ndarray:
    """The stretch of `steps` rows from each start on.

    Shapes: (rows, columns), (windows,) -> (windows, steps, columns), cut when it is read.
    """
    if len(values) < steps:
        values = np.zeros((steps, values.shape[1]), values.dtype)  # there are no windows in it
    every = np.lib.stride_tricks.sliding_window_view(values, steps, axis=0).transpose(0, 2, 1)
    shape = (steps, values.shape[1])
    return cast("np.ndarray", Lazy(starts, shape, values.dtype, lambda some: np.ascontiguousarray(every[some])))


def season_ago(values: np.ndarray, origins: np.ndarray, first: np.ndarray, horizon: int, season: int) -> np.ndarray:
    """What each step of a forecast was the last time that its season was known; NaN before the series begins.

    `origins` are the first rows to forecast, `first` where their series begin.

    Shapes: (rows, columns), (windows,), (windows,) -> (windows, horizon, columns), cut when it is read.
    """
    back = np.arange(horizon) % season - season

    def cut(some: np.ndarray) -> np.ndarray:
        places = origins[some][:, None] + back
        there = places >= first[some][:, None]
        return np.where(there[..., None], values[np.maximum(places, 0)], np.nan)

    shape = (horizon, values.shape[1])
    return cast("np.ndarray", Lazy(np.arange(len(origins)), shape, values.dtype, cut))
