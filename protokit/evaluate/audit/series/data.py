"""What the audit of a forecast looks at: the rows of the series in their order, and the windows cut from them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from protokit.core.values.tables import Split
from protokit.evaluate.audit.data import AuditData

_NAMED = 3  # series named in a sentence


@dataclass(frozen=True)
class SeriesData:
    """The series of a table and the windows of them.

    Shapes:
        values: (rows, targets) what is forecast, in its own unit, NaN where missing.
        others: by column, (rows,) the other columns of numbers, NaN where missing.
        codes, times: (rows,): the series of each row, and its time in units of the clock, ascending in each series.
        days: (rows,) the time as days since 1970; None where times are plain numbers.
        starts: (series + 1,): where each series begins, and the end.
        origins: (windows,): the row that each window forecasts first. `split` has positions of windows.

    `rows` are the same rows as a table, split as the windows are. `names` are those of the series, `by` the columns
    that tell them apart; `known` the columns whose future is known; `window`, `horizon` and `season` are in rows;
    `step` is in units of the clock.
    """

    rows: AuditData
    targets: tuple[str, ...]
    values: np.ndarray
    others: Mapping[str, np.ndarray]
    known: tuple[str, ...]
    codes: np.ndarray
    times: np.ndarray
    days: np.ndarray | None
    step: float
    starts: np.ndarray
    names: tuple[str, ...]
    by: tuple[str, ...]
    time: str
    origins: np.ndarray
    split: Split
    window: int
    horizon: int
    season: int
    folds: int = 1

    @classmethod
    def parts(
        cls, times: np.ndarray, origins: np.ndarray, horizon: int, split: Split, codes: np.ndarray | None = None
    ) -> Split:
        """The rows of each part: those of the test and of validation are forecast by their windows.

        With `codes`, the series of each row, the parts begin and end where they do in each series.

        Shapes: times and codes (rows,), origins (windows,); the positions of the result are of rows.
        """
        of = np.zeros(len(times), np.int64) if codes is None else codes
        validation, test, end = (np.full(int(of.max()) + 1, limit) for limit in (np.inf, np.inf, -np.inf))
        np.minimum.at(validation, of[origins[split.validation]], times[origins[split.validation]])
        np.minimum.at(test, of[origins[split.test]], times[origins[split.test]])
        np.maximum.at(end, of[origins[split.test]], times[origins[split.test] + horizon - 1])
        before = np.minimum(validation, test)[of]
        between = (times >= before) & (times < test[of])
        tested = (times >= test[of]) & (times <= end[of])
        return Split(np.flatnonzero(times < before), np.flatnonzero(between), np.flatnonzero(tested), split.by)

    @cached_property
    def test(self) -> np.ndarray:
        """Whether each row is of the test. Shapes: (rows,)."""
        return self._mask(self.rows.split.test)

    @cached_property
    def before(self) -> np.ndarray:
        """Whether each row is before the test. Shapes: (rows,)."""
        return self._mask(self.rows.fitting)

    def _mask(self, rows: np.ndarray) -> np.ndarray:
        found = np.zeros(len(self.times), bool)
        found[rows] = True
        return found

    @property
    def spans(self) -> Iterable[tuple[int, slice]]:
        """Each series and its rows."""
        return ((code, slice(*self.starts[code : code + 2].tolist())) for code in range(len(self.names)))

    def listed(self, series: Iterable[int]) -> str:
        """Names of the first few series in brackets, and the count of the rest; nothing where there is only one."""
        found = [self.names[code] for code in series]
        if not self.by or not found:
            return ""
        rest = f" and {len(found) - _NAMED:,} more" if len(found) > _NAMED else ""
        return f" ({', '.join(map(repr, found[:_NAMED]))}{rest})"
