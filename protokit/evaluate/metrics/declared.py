"""A metric that is declared in a line: by the name of a function that computes it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from protokit.core.values.arrays import Predictions
from protokit.evaluate.metrics.metric import Metric

if TYPE_CHECKING:
    import numpy as np

    from protokit.evaluate.scoring.resampled import Fast

Takes = Literal[
    "labels", "score", "probabilities", "positive", "likeliest", "values", "points and clusters", "labels and clusters"
]


@dataclass(frozen=True, eq=False)
class Declared(Metric):
    """A metric by the names of the functions that compute it, which are imported when it is called.

    Attributes:
        takes: what `function` is given: truth and predicted classes, scores that need all classes to be there, the
            probabilities of all classes or of the positive one, those of the likeliest, values, or clusters.
        function: of scikit-learn's metrics; without one the metric is the mean of `rows`.
        average: over classes, as scikit-learn names it.
        options: what else the function is given.
        above: bounds that truth and predictions have to be above; the metric is undefined otherwise.
        fewest: values that it is defined on.
        rows: a function of protokit.evaluate.scoring.rowwise: what the metric is the mean of.
        confusion: a function of protokit.evaluate.scoring.confusion: the metric of confusion matrices.
        resampled: a function of protokit.evaluate.scoring.resampled: the metric of many resamplings.
    """

    name: str
    about: str
    tasks: tuple[str, ...]
    takes: Takes = "values"
    function: str = ""
    greater_is_better: bool | None = True
    average: str = ""
    options: Mapping[str, str | float] = field(default_factory=dict)
    above: tuple[float, float] | None = None
    fewest: int = 1
    rows: str = ""
    confusion: str = ""
    resampled: str = ""
    root: bool = False
    unbounded: bool = False
    chooses_threshold: bool = False
    default_for: Mapping[str, int] = field(default_factory=dict)
    rank = 0

    @property
    def needs_labels(self) -> bool:  # type: ignore[override]
        """Whether it holds clusters against labels."""
        return self.takes == "labels and clusters"

    @property
    def undefined(self) -> str:  # type: ignore[override]
        """Why it may have no value on some rows."""
        if self.above is not None:
            return "it is for numbers above 0, and one of theirs or of the network's is not"
        return f"they hold one {'cluster' if 'clustering' in self.tasks else 'class'} only"

    def score(self, predictions: Predictions) -> float:
        """See Metric."""
        from protokit.evaluate.scoring import scikit

        return scikit.score(self, predictions) if self.function else super().score(predictions)

    def per_row(self, predictions: Predictions) -> np.ndarray | None:
        """See Metric."""
        from protokit.evaluate.scoring import rowwise

        found: np.ndarray | None = getattr(rowwise, self.rows)(predictions) if self.rows else None
        return found

    def of_confusion(self, cells: np.ndarray) -> np.ndarray:
        """See Metric."""
        from protokit.evaluate.scoring import confusion

        return confusion.metric(self.confusion, self.average, cells)

    def fast(self, predictions: Predictions) -> Fast | None:
        """See Metric."""
        from protokit.evaluate.scoring import confusion, resampled

        if self.resampled:
            function: Fast | None = getattr(resampled, self.resampled)(predictions)
            return function
        if self.confusion and not self.rows and confusion.few_enough(predictions):
            return lambda p, counts: self.of_confusion(confusion.matrices(p, counts))
        return super().fast(predictions)
