"""A metric that is declared in a line: by the name of a function that computes it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import inf
from typing import TYPE_CHECKING, Literal

from protokit.core.values.arrays import Predictions
from protokit.evaluate.metrics.metric import Metric

if TYPE_CHECKING:
    import numpy as np

    from protokit.evaluate.scoring.resampled import Fast

Needs = Literal["", "two classes", "every class", "different numbers", "no zeros"]
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
        needs: what the truth of the rows has to have; the metric is undefined otherwise.
        above: bounds that truth and predictions have to be above; the metric is undefined otherwise.
        fewest: values that it is defined on.
        rows: a function of protokit.evaluate.scoring.rowwise: what the metric is the mean of.
        confusion: a function of protokit.evaluate.scoring.confusion: the metric of confusion matrices.
        resampled: a function of protokit.evaluate.scoring.resampled: the metric of many resamplings.
        bounds: see Metric; from 0 to 1 where nothing else is said.
    """

    name: str
    about: str
    tasks: tuple[str, ...]
    takes: Takes = "values"
    function: str = ""
    greater_is_better: bool | None = True
    average: str = ""
    options: Mapping[str, str | float] = field(default_factory=dict)
    needs: Needs = ""
    above: tuple[float, float] | None = None
    fewest: int = 1
    rows: str = ""
    confusion: str = ""
    resampled: str = ""
    root: bool = False
    bounds: tuple[float, float] = (0.0, 1.0)
    chooses_threshold: bool = False
    default_for: Mapping[str, int] = field(default_factory=dict)
    rank = 0

    @property
    def needs_labels(self) -> bool:  # type: ignore[override]
        """Whether it holds clusters against labels."""
        return self.takes == "labels and clusters"

    @property
    def unbounded(self) -> bool:  # type: ignore[override]
        """See Metric."""
        return bool(self.rows) and self.bounds[1] == inf

    @property
    def undefined(self) -> str:  # type: ignore[override]
        """Why it may have no value on some rows."""
        if self.above is not None:
            return f"it is for numbers {self._bound}, and one of theirs or of the network's is not"
        if "clustering" in self.tasks:
            return "they hold one cluster only"
        return "it would be divided by 0" if self.confusion else "it has no finite value there"

    @property
    def _bound(self) -> str:
        return "above -1" if self.above is not None and self.above[0] == -1 else "above 0"

    @property
    def of_positive(self) -> bool:  # type: ignore[override]
        """See Metric."""
        ratio = self.confusion.endswith("likelihood_ratio")
        return self.average == "binary" or ratio or (self.function == "average_precision_score" and not self.average)

    @property
    def squared(self) -> bool:  # type: ignore[override]
        """See Metric."""
        return self.rows in {"squared_error", "squared_log_error", "standard_square"}

    @property
    def weighs(self) -> bool:
        """See Metric: scikit-learn's ROC of each pair of classes takes no weights."""
        return self.options.get("multi_class") != "ovo" and "clustering" not in self.tasks

    def fault_of_truth(self, predictions: Predictions) -> str | None:
        """See Metric."""
        from protokit.evaluate.scoring import defined

        return defined.fault(self.needs, self.above, self.fewest, self._bound, predictions)

    def score(self, predictions: Predictions) -> float:
        """See Metric."""
        from protokit.evaluate.scoring import confusion, scikit

        if self.needs and self.fault_of_truth(predictions) is not None:
            return float("nan")
        if self.function:
            return scikit.score(self, predictions)
        if self.confusion and not self.rows:
            return float(self.of_confusion(confusion.matrices(predictions, confusion.once(predictions)))[0])
        return super().score(predictions)

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
        from protokit.evaluate.scoring import against_labels, confusion, resampled

        if self.needs_labels:
            return against_labels.fast(self.function, predictions)
        if self.resampled:
            function: Fast | None = getattr(resampled, self.resampled)(predictions)
            return function
        if self.confusion and not self.rows and confusion.few_enough(predictions):
            two = self.needs == "two classes"
            return lambda p, counts: self._of_matrices(confusion.matrices(p, counts), two)
        return super().fast(predictions)

    def drawn(self, predictions: Predictions, seed: int) -> tuple[float, float] | None:
        """See Metric."""
        from protokit.evaluate.scoring import against_labels

        return against_labels.drawn(self.function, predictions, seed) if self.needs_labels else None

    def unseen(self, predictions: Predictions) -> float:
        """See Metric: a mean over classes counts those as 0 of which none was found, and few or none were there."""
        from protokit.evaluate.scoring import confusion

        of_classes = self.confusion and self.average == "macro"
        return confusion.not_found(predictions) if of_classes and confusion.few_enough(predictions) else 0.0

    def _of_matrices(self, cells: np.ndarray, two: bool) -> np.ndarray:
        """The metric of resamplings: NaN where one holds one class only, and the metric needs two."""
        import numpy as np

        found = self.of_confusion(cells)
        return np.where((cells.sum(axis=2) > 0).sum(axis=1) > 1, found, np.nan) if two else found
