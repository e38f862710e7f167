"""How well probabilities find the rare: precision against recall."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure
from sklearn.metrics import average_precision_score, precision_recall_curve

from protokit.show.plots.ranking import Line, ranking
from protokit.workflow.look.plot import PLOTS, Plot
from protokit.workflow.look.threshold_curves import of_positive, threshold_curves


@PLOTS.add
class PrecisionRecall(Plot):
    """The curve of precision and recall."""

    name = "pr"
    rank = 1  # in the report after the ROC
    about = "precision against recall at each threshold; of several classes each against all others"
    tasks = ("binary", "multiclass", "multilabel")
    section = "trust"
    title = "Precision and recall"

    def draw(self, target: str | None = None, *, theme: str = "light") -> Figure:
        """Of a target of classes or labels, the first one if none is given."""
        p = self.predictions(target)
        chance = float(np.average(p.is_positive, weights=p.weights)) if p.target.has_positive else ""
        return ranking(threshold_curves(self, target, _line), "recall", "precision", chance=chance, theme=theme)

    def alt(self, target: str) -> str:
        """See Plot."""
        return f"Precision against recall of {of_positive(self, target)}."


def _line(truth: np.ndarray, scores: np.ndarray, weights: np.ndarray | None) -> Line:
    precision, recall, _ = precision_recall_curve(truth, scores, sample_weight=weights)
    # scikit-learn's last point, precision 1 at recall 0, is of no threshold
    return recall[-2::-1], precision[-2::-1], float(average_precision_score(truth, scores, sample_weight=weights))
