"""The sequences of which most steps were said wrong."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from protokit.show.plots.tasks.steps import steps
from protokit.workflow.look.plot import PLOTS, Plot

_WORST = 4


@PLOTS.add
class Steps(Plot):
    """The test sequences of which the largest share of the steps was said wrong."""

    name = "steps"
    about = "the classes of each step as they are and as said, of the test sequences with most wrong steps"
    tasks = ("tagging",)
    section = "errors"

    def draw(self, target: str | None = None, *, theme: str = "light") -> Figure:
        """Of a target of classes of steps, the first one if none is given."""
        p, rows = self.predictions(target), self.view.predicted.rows
        known, said = p.truth >= 0, p.labels
        right = (known & (p.truth == said)).sum(axis=1) / np.maximum(known.sum(axis=1), 1)
        some = np.flatnonzero(known.any(axis=1))
        if not len(some):
            raise self.unfit("no test step has a label")
        worst = some[np.argsort(right[some], kind="stable")][:_WORST]
        found = []
        for i in worst:
            end = int(np.flatnonzero(known[i]).max()) + 1
            title = f"row {rows.shown(i)}, {right[i]:.0%} of {int(known[i].sum())} steps right"
            found.append((title, np.maximum(p.truth[i, :end], -1), said[i, :end]))
        return steps(found, p.target.classes, theme=theme)

    def alt(self, target: str) -> str:
        """See Plot."""
        return f"The {target} of each step of the test sequences with most wrong steps, as it is and as said."
