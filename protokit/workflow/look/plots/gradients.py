"""How the gradient comes through the layers."""

from __future__ import annotations

from matplotlib.figure import Figure

from protokit.show.plots.gradients import gradients
from protokit.workflow.look.plot import PLOTS, Plot


@PLOTS.add
class Gradients(Plot):
    """The gradient at each layer."""

    name = "gradients"
    about = "how large the gradient is at each layer, and the share of its units that are dead or saturated"
    of_target = False
    title = "Gradients"

    def fits(self) -> bool:
        """See Plot."""
        return bool(self.view.layers)

    def draw(self, *, theme: str = "light") -> Figure:
        """Of the first network of the run."""
        if not self.view.layers:
            raise self.unfit("this run kept no gradients")
        return gradients(self.view.layers, theme=theme)

    def alt(self, target: str) -> str:
        """See Plot."""
        return "Size of the gradient at each layer, and the share of dead or saturated units."
