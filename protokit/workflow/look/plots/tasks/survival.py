"""How long it takes, as said and as it was."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from protokit.evaluate.scoring.survival import curve
from protokit.show.plots.tasks.survival import survival
from protokit.workflow.look.plot import PLOTS, Plot

_NAMES = ("the soonest third", "the middle third", "the latest third")


@PLOTS.add
class Survival(Plot):
    """Curves of the rows that are said to have the event soon, later and last."""

    name = "survival"
    about = "the curve of the test rows, of each third by what is said of them, and what is said"
    tasks = ("survival",)
    section = "errors"

    def draw(self, target: str | None = None, *, theme: str = "light") -> Figure:
        """Of a target of times until an event, the first one if none is given."""
        p = self.predictions(target)
        weights = np.ones(len(p.truth)) if p.weights is None else p.weights
        thirds = np.array_split(np.argsort(p.labels, kind="stable"), 3)
        groups = [
            (of, *curve(p.truth[rows], weights[rows]), np.average(p.scores[rows], axis=0, weights=weights[rows]))
            for of, rows in zip(_NAMES, thirds, strict=True)
            if len(rows) and weights[rows].sum()
        ]
        return survival(groups, np.array(p.target.times), p.target.name, theme=theme)

    def alt(self, target: str) -> str:
        """See Plot."""
        return f"Of three groups of test rows the share whose {target} is later than each time, as it was and as said."
