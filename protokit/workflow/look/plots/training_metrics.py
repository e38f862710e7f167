"""The course of the metrics that a recipe asks for."""

from __future__ import annotations

from matplotlib.figure import Figure

from protokit.show.plots.curves import metric_curves
from protokit.workflow.look.plot import PLOTS, Plot


@PLOTS.add
class TrainingMetrics(Plot):
    """Curves of `learn.metrics`."""

    name = "training_metrics"
    about = "metrics of training and validation rows by epoch"
    of_target = False
    title = "Metrics by epoch"
    rank = 1

    def fits(self) -> bool:
        """See Plot."""
        return bool(self._names)

    def draw(self, *, theme: str = "light") -> Figure:
        """Of several networks each has its lines.

        Raises:
            SpecError: the recipe asks for none.
        """
        if not self._names:
            raise self.unfit("the recipe names no learn.metrics")
        return metric_curves(self.view.results["history"], self._names, theme=theme)

    @property
    def _names(self) -> tuple[str, ...]:
        """The metrics in the history beside the losses and those of the tasks."""
        history = self.view.results["history"]
        own = {name for target in self.view.targets for name in target.of_task.in_training}
        keys = [f"{target.key}_" for target in self.view.targets]
        found = []
        for name in history[0] if history else ():
            bare = next((name.removeprefix(key) for key in keys if name.startswith(key)), name)
            if f"validation_{name}" in history[0] and bare != "loss" and bare not in own:
                found.append(name)
        return tuple(found)
