"""Several numbers of a row, each as it is and as predicted."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from protokit.evaluate.scoring.parts import once, r2
from protokit.show.plots.style import label, number
from protokit.show.plots.tasks.parts import parts
from protokit.workflow.look.plot import PLOTS, Plot

_MOST = 6


@PLOTS.add
class Parts(Plot):
    """True against predicted numbers of each part of a vector."""

    name = "parts"
    about = "true against predicted numbers of each part, with the share of its variance that is explained"
    tasks = ("vector",)
    section = "errors"

    def draw(self, target: str | None = None, *, theme: str = "light") -> Figure:
        """Of a target of several numbers, the first one if none is given."""
        p = self.predictions(target)
        told = r2(p, once(p))[0]
        shown = np.arange(len(told))
        if len(told) > _MOST:
            best = np.argsort(-np.nan_to_num(told, nan=-np.inf), kind="stable")
            shown = np.concatenate([best[: _MOST // 2], best[-(_MOST // 2) :]])
        of = [
            (f"{label(p.target.columns[i], 16)}, r2 {number(told[i]) if np.isfinite(told[i]) else '-'}", *pair)
            for i, pair in ((i, (p.truth[:, i], p.scores[:, i])) for i in shown)
        ]
        return parts(of, len(told) - len(shown), theme=theme)

    def alt(self, target: str) -> str:
        """See Plot."""
        return f"True against predicted numbers of each part of {target}."
