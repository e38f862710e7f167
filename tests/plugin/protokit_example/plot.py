"""A plot: the last losses as bars."""

from __future__ import annotations

from matplotlib.figure import Figure

from protokit.plugins import Plot, plot
from protokit.show.plots.style import drawn
from protokit.show.plots.themes import THEMES


@plot
class HistoryBars(Plot):
    """The loss of each epoch as a bar."""

    name = "history_bars"
    about = "the loss of each epoch as a bar"
    of_target = False

    def fits(self) -> bool:
        """Whether the run has epochs."""
        return bool(self.view.results["history"])

    def draw(self, *, theme: str = "light") -> Figure:
        """Draw the training loss of each epoch."""
        rows = self.view.results["history"]
        if not rows:
            raise self.unfit("this run has no epochs")
        with drawn(theme, 5.4, 2.8) as (figure, axes):
            axes.bar(range(1, len(rows) + 1), [row["loss"] for row in rows], color=THEMES[theme].series[0])
            axes.set_xlabel("epoch")
            axes.set_ylabel("loss")
        return figure
