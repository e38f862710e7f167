"""What leaving out some of the rows tells of a metric: how far it is off on average, and how skewed it is.

Source: Efron, Better bootstrap confidence intervals, 1987 (the acceleration); Quenouille, Notes on bias in estimation,
1956; Shao and Tu, The Jackknife and Bootstrap, 1995 (groups of rows).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from protokit.core.seeds import derive


@dataclass(frozen=True)
class Left:
    """A metric's bias, and a sixth of the skewness of what rows do to it; 0 where they cannot be told."""

    bias: float = 0.0
    acceleration: float = 0.0

    @classmethod
    def of(cls, value: float, without: np.ndarray, sizes: np.ndarray) -> Left:
        """From the metric of all rows, and that without each group.

        Shapes: without (groups,), NaN where undefined; sizes (groups,), how much all rows but the group's count.
        """
        known = np.isfinite(without)
        if not np.isfinite(value) or known.sum() < 3:
            return cls()
        middle = float(np.average(without[known], weights=sizes[known]))
        pulls = middle - without[known]
        square = float((pulls**2).sum())
        if square <= 1e-24 * max(1.0, value**2) * len(pulls):
            return cls()
        bias = (len(pulls) - 1) * (middle - value)
        return cls(bias, float((pulls**3).sum()) / (6 * square**1.5))


def groups(units: int, most: int, seed: int, at_a_time: int) -> Iterator[np.ndarray]:
    """Which units are kept where those of one group are left out, some groups at a time; a group is one, or several.

    Shapes: (groups, units), 1 and 0.
    """
    count = min(units, most)
    order = np.random.Generator(np.random.PCG64(derive(seed, "groups", units))).permutation(units)
    group = np.empty(units, np.int64)
    group[order] = np.arange(units) % count
    for start in range(0, count, at_a_time):
        some = np.arange(start, min(count, start + at_a_time))
        yield (group != some[:, None]).astype(np.float64)
