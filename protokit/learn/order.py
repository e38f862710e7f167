"""The order in which training rows come in an epoch: a function of a seed and the epoch alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np

from protokit.core.seeds import derive

_BLOCK = 1 << 10  # rows that stand beside each other in a file, which is read from a few places at a time
_TOGETHER = 1 << 10  # blocks whose rows are mixed


class Order(Protocol):
    """Numbers of rows, each once."""

    def __len__(self) -> int: ...

    def __getitem__(self, places: slice, /) -> np.ndarray: ...


def drawn(seed: int, epoch: int, rows: int) -> np.ndarray:
    """Rows in any order. Shapes: (rows,) int64."""
    return _generator(seed, epoch).permutation(rows)


def in_files(arrays: Mapping[str, np.ndarray]) -> bool:
    """Whether rows lie in files."""
    return any(isinstance(values, np.memmap) for values in arrays.values())


@dataclass(frozen=True)
class InBlocks:
    """Rows in an order that is drawn where it is asked for: blocks in any order, and the rows of many blocks mixed.

    The rows themselves may be more than memory has room for, and so may be the numbers of all of them.
    """

    seed: int
    epoch: int
    rows: int

    def __len__(self) -> int:
        return self.rows

    def __getitem__(self, places: slice, /) -> np.ndarray:
        """Shapes: (rows,) int64."""
        start, stop, _ = places.indices(self.rows)
        first = int(np.searchsorted(self._ends, start, side="right"))
        last = int(np.searchsorted(self._ends, stop, side="left"))
        found = [self._part(i) for i in range(first, last + 1)] if start < stop else []
        begun = int(self._ends[first - 1]) if first else 0
        return np.concatenate(found)[start - begun : stop - begun] if found else np.zeros(0, np.int64)

    @cached_property
    def _blocks(self) -> np.ndarray:
        return _generator(self.seed, self.epoch).permutation(-(-self.rows // _BLOCK))

    @cached_property
    def _ends(self) -> np.ndarray:
        """The rows that the parts have together up to each one's end."""
        sizes = np.minimum(_BLOCK, self.rows - self._blocks * _BLOCK)
        starts = np.arange(0, len(sizes), _TOGETHER)
        return np.cumsum(np.add.reduceat(sizes, starts)) if len(sizes) else np.zeros(0, np.int64)

    def _part(self, number: int) -> np.ndarray:
        chosen = self._blocks[number * _TOGETHER : (number + 1) * _TOGETHER]
        rows = (chosen[:, None] * _BLOCK + np.arange(_BLOCK)).ravel()
        return _generator(self.seed, self.epoch, number).permutation(rows[rows < self.rows])


def _generator(seed: int, epoch: int, *more: int) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64(derive(seed, "order", epoch, *more)))
