"""The course of a training."""

from __future__ import annotations

from matplotlib.figure import Figure

from protokit.show.plots.curves import curves
from protokit.workflow.look.plot import PLOTS, Plot


@PLOTS.add
class Curves(Plot):
    """Learning curves."""

    name = "curves"
    about = "loss of training and validation rows by epoch, and the epoch that was kept"
    of_target = False
    title = "Loss"

    def draw(self, *, theme: str = "light") -> Figure:
        """Of several networks each has its lines."""
        history = self.view.results["history"]
        if not history:
            raise self.unfit("this run has no epochs")
        networks = self.view.metrics["networks"]
        return curves(history, networks[0]["best_epoch"] if len(networks) == 1 else 0, theme=theme)

    def alt(self, target: str) -> str:
        """See Plot."""
        return "Loss of training and validation rows by epoch."
