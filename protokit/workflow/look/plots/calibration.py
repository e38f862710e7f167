"""Whether probabilities mean what they say."""

from __future__ import annotations

from matplotlib.figure import Figure

from protokit.show.plots.calibration import calibration
from protokit.workflow.look.plot import PLOTS, Plot


@PLOTS.add
class Calibration(Plot):
    """The reliability diagram."""

    name = "calibration"
    about = "of the rows that were given a probability, the share for which it came true"
    section = "trust"
    title = "Calibration"

    def fits(self) -> bool:
        """See Plot."""
        return bool(self.view.metrics.get("calibration"))

    def draw(self, target: str | None = None, *, theme: str = "light") -> Figure:
        """Of a target of classes, the first one if none is given."""
        every = self.view.metrics.get("calibration", {})
        found = every[self.kept(every, target)]
        return calibration(found["bins"], found["error"]["value"], theme=theme)

    def alt(self, target: str) -> str:
        """See Plot."""
        return f"Probabilities of {target} against how often they came true."
