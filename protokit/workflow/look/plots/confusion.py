"""Which classes are taken for which."""

from __future__ import annotations

from matplotlib.figure import Figure

from protokit.evaluate.scoring.tags import of_steps
from protokit.show.plots.confusion import confusion
from protokit.workflow.look.plot import PLOTS, Plot


@PLOTS.add
class Confusion(Plot):
    """The confusion matrix."""

    name = "confusion"
    about = "test rows, or steps, of each class by what they were taken for"
    tasks = ("binary", "multiclass", "tagging")
    section = "errors"

    def draw(self, target: str | None = None, *, theme: str = "light") -> Figure:
        """Of a target of classes, the first one if none is given."""
        p = self.predictions(target)
        if p.target.form == "tags":
            p = of_steps(p)
        return confusion(p.truth, p.labels, p.target.classes, theme=theme)

    def alt(self, target: str) -> str:
        """See Plot."""
        return f"Test rows of each class of {target} by what they were taken for."
