"""How well probabilities rank: true against false positives."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure
from sklearn.metrics import auc, roc_curve

from protokit.show.plots.ranking import Line, ranking
from protokit.workflow.look.plot import PLOTS, Plot
from protokit.workflow.look.threshold_curves import of_positive, threshold_curves


@PLOTS.add
class Roc(Plot):
    """The receiver operating characteristic."""

    name = "roc"
    about = "true against false positives at each threshold; of several classes each against all others"
    tasks = ("binary", "multiclass", "multilabel")
    section = "trust"
    title = "ROC"

    def draw(self, target: str | None = None, *, theme: str = "light") -> Figure:
        """Of a target of classes or labels, the first one if none is given."""
        lines = threshold_curves(self, target, _line)
        return ranking(lines, "false positive rate", "true positive rate", chance="diagonal", theme=theme)

    def alt(self, target: str) -> str:
        """See Plot."""
        return f"True against false positive rate of {of_positive(self, target)}."


def _line(truth: np.ndarray, scores: np.ndarray, weights: np.ndarray | None) -> Line:
    false, true, _ = roc_curve(truth, scores, sample_weight=weights)
    return false, true, float(auc(false, true))
