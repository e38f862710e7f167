"""Whether counts, or numbers above 0, lie between the bounds that are said of them."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from protokit.core.values.forms.rates import INSIDE, OfRate
from protokit.show.plots.tasks.bounds import bounds
from protokit.workflow.look.plot import PLOTS, Plot

_POINTS = 200


@PLOTS.add
class Bounds(Plot):
    """True numbers against predicted means, with the bounds between which nine rows of ten are to lie."""

    name = "bounds"
    about = "true numbers against predicted means, and the bounds between which nine of ten are to lie"
    tasks = ("count", "positive")
    section = "trust"
    title = "Bounds of predictions"

    def draw(self, target: str | None = None, *, theme: str = "light") -> Figure:
        """Of a target of counts or numbers above 0, the first one if none is given."""
        p = self.predictions(target)
        task, spec = p.target.of_task, p.target
        assert isinstance(task, OfRate)
        at = np.linspace(float(p.scores.min()), float(p.scores.max()), _POINTS)
        line, own = task.bounds(spec, at), task.bounds(spec, p.scores)
        if line is None or own is None:
            raise self.unfit("its run has kept no spread of the numbers")
        inside = (own[0] <= p.truth) & (p.truth <= own[1])
        title = f"{np.average(inside, weights=p.weights):.1%} lie within their bounds, of {INSIDE:.0%}"
        return bounds(p.truth, p.scores, (at, *line), inside, spec.name, title, theme=theme)

    def alt(self, target: str) -> str:
        """See Plot."""
        return f"True {target} against predicted means, and the bounds between which nine of ten are to lie."
