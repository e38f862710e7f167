"""How good the network is on parts of the test rows."""

from __future__ import annotations

from matplotlib.figure import Figure

from protokit.core.names import counted
from protokit.show.plots.intervals import Dot, Panel, intervals
from protokit.workflow.look.plot import PLOTS, Plot


@PLOTS.add
class Slices(Plot):
    """The main metric by slice."""

    name = "slices"
    about = "the main metric on parts of the test rows, of the network and of the best baseline"
    section = "slices"
    title = "Slices"

    def fits(self) -> bool:
        """See Plot."""
        return bool(self.view.metrics.get("slices"))

    def draw(self, target: str | None = None, *, theme: str = "light") -> Figure:
        """Of a target, the first one if none is given."""
        target = self.target(target)
        found = [one for one in self.view.metrics.get("slices") or () if one["target"] == target]
        if not found:
            raise self.unfit("no slices were asked for; name columns under evaluate.slices")
        dots = []
        for one in found:
            column = one["column"] if len(one["column"]) <= 16 else one["column"][:15] + "…"
            name = f"{column}: {one['value']}, {counted(one['rows'], 'row')}"
            for i, part in enumerate((one["network"], one["baseline"])):
                if part and part["value"] is not None:
                    dots.append(Dot(name, part["value"], part["low"], part["high"], i))
        if not dots:
            raise self.unfit(f"no slice has the metric {found[0]['metric']}")
        baseline = next(v["baseline"] for v in self.view.metrics["verdicts"] if v["target"] == target)
        keys = ("network", baseline) if baseline else ("network",)
        return intervals([Panel(found[0]["metric"], tuple(dots))], keys=keys, theme=theme)

    def alt(self, target: str) -> str:
        """See Plot."""
        return f"The main metric of {target} by slice."
