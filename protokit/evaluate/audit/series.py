"""What the audit looks at in series, and how alike two of their columns move."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

ENOUGH = 30  # pairs, to speak of likeness
_ROWS = 3000  # that likeness is looked for in, about


@dataclass(frozen=True)
class SeriesData:
    """The rows of series, each series in the order of time, and what a recipe makes of them.

    Shapes:
        codes, times: (rows,): the series of each row, ascending, and its time.
        values: by target, (rows,), NaN where missing.
        others: by column that is learned from and is one number, (rows,), NaN where missing.
        train, test: (rows,) bool: up to the last row that training forecasts; those that test windows forecast.

    `by` are the columns that tell series, `names` the series as a person reads them; `known` are columns whose future
    is known, `derived` those that a target was made of.
    """

    codes: np.ndarray
    times: np.ndarray
    values: Mapping[str, np.ndarray]
    others: Mapping[str, np.ndarray]
    train: np.ndarray
    test: np.ndarray
    window: int
    horizon: int
    season: int
    by: tuple[str, ...] = ()
    names: tuple[str, ...] = ("",)
    known: frozenset[str] = frozenset()
    derived: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def sample(self) -> SeriesData:
        """Training rows in which likeness is looked for: the first ones of many series, the end of a long one."""
        up_to = np.cumsum(self.train)
        last = self.codes[min(int(np.searchsorted(up_to, _ROWS)), len(self.codes) - 1)]
        chosen = self.train & (self.codes <= last)
        chosen &= up_to > up_to[chosen].max(initial=0) - 2 * _ROWS

        def cut(columns: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
            return {name: column[chosen] for name, column in columns.items()}

        return replace(
            self,
            codes=self.codes[chosen],
            times=self.times[chosen],
            values=cut(self.values),
            others=cut(self.others),
            train=self.train[chosen],
            test=self.test[chosen],
        )

    def moves(self, column: np.ndarray) -> np.ndarray:
        """From each row to the next of its series, NaN where there is none. Shapes: (rows,) -> (rows,)."""
        found = np.full(len(column), np.nan)
        found[:-1] = np.where(np.diff(self.codes) == 0, np.diff(column), np.nan)
        return found

    def ranks(self, column: np.ndarray) -> np.ndarray:
        """The rank of each value in its series, from 0 to 1, NaN where it is missing. Shapes: (rows,) -> (rows,).

        So a rising or falling function of a column, another one in each series, is like the column itself.
        """
        import pandas as pd

        return pd.Series(column).groupby(self.codes).rank(pct=True).to_numpy()

    def likeness(self, first: np.ndarray, second: np.ndarray, steps: int) -> float:
        """How alike a column is to another so many steps later: their correlation over the rows where both are.

        0 where there are too few, or one does not move. Shapes: (rows,) and (rows,), NaN where there is none.
        """
        if abs(steps) >= len(first):
            return 0.0
        a, b = (first[: len(first) - steps], second[steps:]) if steps >= 0 else (first[-steps:], second[:steps])
        low, high = max(0, -steps), len(first) - max(0, steps)
        codes = self.codes[low:high]
        same = codes == self.codes[low + steps : high + steps]
        chosen = same & np.isfinite(a) & np.isfinite(b)
        if chosen.sum() < ENOUGH:
            return 0.0
        a, b = a[chosen] - a[chosen].mean(), b[chosen] - b[chosen].mean()
        size = float(np.sqrt((a @ a) * (b @ b)))
        return float(a @ b) / size if size else 0.0
