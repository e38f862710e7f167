"""The masks that were missed by the most."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from protokit.evaluate.scoring.masks import of_each_image
from protokit.show.plots.tasks.masks import masks
from protokit.workflow.look.plot import PLOTS, Plot

_WORST = 4


@PLOTS.add
class Masks(Plot):
    """The test images whose masks overlap least with what was said."""

    name = "masks"
    about = "the masks of the test images that overlap least with what was said"
    tasks = ("segmentation",)
    section = "errors"

    def draw(self, target: str | None = None, *, theme: str = "light") -> Figure:
        """Of a target of masks, the first one if none is given."""
        p, rows = self.predictions(target), self.view.predicted.rows
        each, said = of_each_image(p), p.labels
        worst = np.argsort(each, kind="stable")[:_WORST]
        found = [(f"row {rows.shown(i)}, {each[i]:.2f}", p.truth[i], said[i]) for i in worst]
        return masks(found, p.target.classes, theme=theme)

    def alt(self, target: str) -> str:
        """See Plot."""
        return f"The {target} of the test images with the least intersection over union, as it is and as said."
