"""Where numbers are predicted too low or too high."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from protokit.show.plots.residuals import residuals
from protokit.workflow.look.plot import PLOTS, Plot


@PLOTS.add
class Residuals(Plot):
    """Truth and errors of numbers."""

    name = "residuals"
    about = "truth against prediction, and how the errors are spread"
    tasks = ("regression", "quantile")
    section = "errors"

    def draw(self, target: str | None = None, *, theme: str = "light") -> Figure:
        """Of a target of numbers, the first one if none is given."""
        p = self.predictions(target)
        band = np.stack([p.scores.min(axis=1), p.scores.max(axis=1)], 1) if p.target.form == "quantiles" else None
        return residuals(p.truth, p.labels, p.target.name, band, theme=theme)

    def alt(self, target: str) -> str:
        """See Plot."""
        return f"True against predicted {target}, and the spread of the errors."
