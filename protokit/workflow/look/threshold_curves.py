"""Curves over all thresholds of a probability, for the plots of ranking."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from protokit.show.plots.ranking import Line
from protokit.workflow.look.plot import Plot

_MOST_LINES = 5
Curve = Callable[[np.ndarray, np.ndarray, np.ndarray | None], Line]


def threshold_curves(
    plot: Plot, target: str | None, line: Callable[[np.ndarray, np.ndarray, np.ndarray | None], Line]
) -> dict[str, Line]:
    """A curve for the network and the best baseline; of several classes or labels one for each of the largest.

    `line` makes a curve of what is true (0 or 1), the scores of rows, and their weights.

    Raises:
        SpecError: the test rows are of one class.
    """
    p = plot.predictions(target)
    if p.target.has_positive:
        models = {"network": p, **plot.view.best(p.target.name)}
        if len(np.unique(p.truth)) < 2:
            raise plot.unfit("the test rows are of one class")
        return {
            name: line(one.is_positive.astype(int), one.positive_scores, one.weights) for name, one in models.items()
        }
    several = p.target.form == "labels"
    names = p.target.columns if several else p.target.classes
    truth = p.truth if several else np.eye(len(names), dtype=int)[p.truth]
    counts = truth.sum(axis=0)
    drawn = [i for i in np.argsort(-counts, kind="stable") if 0 < counts[i] < len(truth)][:_MOST_LINES]
    if not drawn:
        raise plot.unfit("the test rows are of one class")
    return {str(names[i]): line(truth[:, i], p.scores[:, i], p.weights) for i in sorted(drawn)}


def of_positive(plot: Plot, target: str) -> str:
    """A target's name, with the class of two that a curve is of."""
    p = plot.view.predicted.network[target]
    return f"{target} = {p.target.positive_class}" if p.target.positive_class is not None else target
