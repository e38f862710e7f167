"""Which columns the network relies on."""

from __future__ import annotations

from matplotlib.figure import Figure

from protokit.show.plots.intervals import Dot, Panel, intervals
from protokit.workflow.look.plot import PLOTS, Plot
from protokit.workflow.record.contents import PlainDrop

_MOST_COLUMNS = 15


@PLOTS.add
class Importance(Plot):
    """Permutation importance."""

    name = "importance"
    about = "by how much the main metric drops when a column is shuffled among validation rows"
    section = "reliance"

    def fits(self) -> bool:
        """See Plot."""
        return bool(self.view.metrics.get("importance"))

    def draw(self, target: str | None = None, *, theme: str = "light") -> Figure:
        """Of a target, the first one if none is given."""
        found = self._drops(target)
        dots = tuple(
            Dot(one["column"], one["drop"]["value"] or 0.0, one["drop"]["low"], one["drop"]["high"])
            for one in found[:_MOST_COLUMNS]
        )
        return intervals([Panel(f"loss of {found[0]['metric']} when shuffled", dots, zero=True)], theme=theme)

    def alt(self, target: str) -> str:
        """See Plot."""
        metric = self._drops(target)[0]["metric"]
        return f"What the network's {metric} loses when a column is shuffled among validation rows."

    def _drops(self, target: str | None) -> list[PlainDrop]:
        every = self.view.metrics.get("importance", {})
        return every[self.kept(every, target)]
