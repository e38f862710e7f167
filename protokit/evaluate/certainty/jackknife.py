"""What leaving out some of the rows tells of a metric: how far it is off on average, how skewed it is, how few count.

Source: Efron, Better bootstrap confidence intervals, 1987 (the acceleration); Quenouille, Notes on bias in estimation,
1956; Shao and Tu, The Jackknife and Bootstrap, 1995 (groups of rows); Satterthwaite, An approximate distribution of
estimates of variance components, 1946 (degrees of freedom).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from protokit.core.seeds import derive


@dataclass(frozen=True)
class Left:
    """A metric's bias, a sixth of the skewness of what rows do to it, and the excess of their kurtosis by the rows."""

    bias: float = 0.0
    acceleration: float = 0.0
    excess: float = 0.0

    def freedom(self, units: int) -> float:
        """The degrees of freedom of a variance that so many rows tell: fewer where few of them make most of it."""
        return min(units - 1.0, 2 / (self.excess + 2 / units))

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
        excess = float((pulls**4).sum()) / square**2 - 3 / len(pulls)
        return cls(bias, float((pulls**3).sum()) / (6 * square**1.5), max(0.0, excess))


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
