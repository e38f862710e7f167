"""The scores of the network and its baselines."""

from __future__ import annotations

from matplotlib.figure import Figure

from protokit.show.plots.intervals import Dot, Panel, intervals
from protokit.workflow.look.plot import PLOTS, Plot

_ARROWS = {True: " ↑", False: " ↓", None: ""}


@PLOTS.add
class Scores(Plot):
    """Scores with their intervals."""

    name = "scores"
    about = "each metric of the network and of its baselines, with 95% intervals"
    section = "scores"

    def draw(self, target: str | None = None, *, theme: str = "light") -> Figure:
        """Of a target, the first one if none is given; its first three metrics."""
        target = self.target(target)
        panels = []
        for score in self.view.metrics["scores"]:
            if score["target"] != target:
                continue
            models = {"network": score["network"], **score["baselines"]}
            dots = tuple(
                Dot(name, one["value"], one["low"], one["high"], int(i > 0))
                for i, (name, one) in enumerate(models.items())
                if one["value"] is not None
            )
            panels += [Panel(score["metric"] + _ARROWS[score["greater_is_better"]], dots)] if dots else []
        if not panels:
            raise self.unfit("no score of this run is defined")
        return intervals(panels[:3], theme=theme)

    def alt(self, target: str) -> str:
        """See Plot."""
        return f"Scores of the network and its baselines for {target}, each with its 95% interval."
