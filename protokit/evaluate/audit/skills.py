"""How well something predicts a target: shares of the error that is made without it, with their bounds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import rankdata

from protokit.core.values.signature import TargetSpec

_Z = 1.645  # one-sided, 95 of 100


@dataclass(frozen=True)
class Skill:
    """How much of the error that is made without any column goes away, from 0 (none) to 1 (all).

    Of classes `plain` counts rows and `even` counts each class the same; of numbers `plain` is R2 and `even` R2 of
    the ranks. `low` and `high` are bounds of `plain`. `score` is accuracy or R2.
    """

    plain: float
    even: float
    low: float
    high: float
    score: float
    auc: float | None = None
    errors: int | None = None

    @property
    def both(self) -> float:
        """The lower of the two."""
        return min(self.plain, self.even)

    @property
    def luck(self) -> float:
        """What `plain` may owe to luck."""
        return self.plain - self.low

    @property
    def sure(self) -> float:
        """The lower of the two, were the rows as unlucky as one sample in twenty."""
        return self.both - self.luck

    @property
    def name(self) -> str:
        """What `score` is."""
        return "R2" if self.errors is None else "accuracy"


def mean(values: np.ndarray, weights: np.ndarray | None) -> np.ndarray:
    """The mean over the rows, each by its weight. Shapes: (rows, ...) -> (...)."""
    found: np.ndarray = values.mean(axis=0) if weights is None else np.average(values, axis=0, weights=weights)
    return found


def ranks(values: np.ndarray) -> np.ndarray:
    """Ranks from 0 to 1; equal values share one."""
    _, positions, counts = np.unique(values, return_inverse=True, return_counts=True)
    middles = np.cumsum(counts) - (counts + 1) / 2
    ranks: np.ndarray = middles[positions] / max(1, len(values) - 1)
    return ranks


def judged(
    found: np.ndarray, wanted: np.ndarray, truth: np.ndarray, target: TargetSpec, weights: np.ndarray | None = None
) -> Skill:
    """The skill of what was found of rows that nothing was fitted on; bounds are those of as many equal rows as the
    weighted ones are worth.

    Shapes: found and wanted (rows, classes), or (rows, 2): the number without its tails and its rank; truth (rows,).

    Source: Kish, Survey Sampling, 1965 (the effective sample size).
    """
    rows = len(truth) if weights is None else float(weights.sum() ** 2 / (weights**2).sum())
    if not target.has_classes:
        middle = mean(wanted, weights)
        spread = np.maximum(wanted.var(axis=0) if weights is None else mean((wanted - middle) ** 2, weights), 1e-300)
        if spread.min() <= 1e-300:  # a constant, of which there is nothing to know
            return Skill(0.0, 0.0, 0.0, 0.0, 0.0)
        left = mean((found - wanted) ** 2, weights) / spread
        sway = _Z * float(np.sqrt(2 / rows))
        error, even_error = float(left[0]), float(left[1])
        return Skill(1 - error, 1 - even_error, 1 - error * (1 + sway), 1 - error * (1 - sway), 1 - error)
    share = mean(wanted, weights)
    present = share > 0
    wrong = found.argmax(axis=1) != truth
    errors = int(wrong.sum())
    wrongly = errors / rows if weights is None else float(mean(wrong, weights))
    without = max(1 - share.max(), 1e-9)
    by_class = np.where(present, found / np.where(present, share, 1), -1).argmax(axis=1) != truth
    weighed = wanted[:, present] if weights is None else wanted[:, present] * weights[:, None]
    even = float((by_class @ weighed / weighed.sum(axis=0)).mean())
    low, high = _wilson(wrongly, rows)
    auc = roc_auc(truth, found[:, 1]) if len(share) == 2 and present.all() else None
    plain = float(1 - wrongly / without)
    return Skill(
        plain,
        float(1 - even / (1 - 1 / max(2, int(present.sum())))),
        float(1 - high / without),
        float(1 - low / without),
        1 - wrongly,
        auc,
        errors,
    )


def roc_auc(truth: np.ndarray, scores: np.ndarray) -> float:
    """The area under the ROC curve, by ranks: many times as fast as scikit-learn's for few rows."""
    positive = int(truth.sum())
    above = rankdata(scores)[truth == 1].sum() - positive * (positive + 1) / 2
    return float(above / (positive * (len(truth) - positive)))


def _wilson(share: float, rows: float) -> tuple[float, float]:
    """Bounds of a share. Source: Wilson, Probable inference, J. Am. Stat. Assoc. 22, 1927."""
    z2 = _Z**2 / rows
    middle, width = share + z2 / 2, _Z * np.sqrt(share * (1 - share) / rows + z2 / (4 * rows))
    return float((middle - width) / (1 + z2)), float((middle + width) / (1 + z2))
