"""Pictures of an experiment on several sets."""

from __future__ import annotations

from matplotlib.figure import Figure

from protokit.sets.contents import PlainCell, PlainSets
from protokit.show.plots.intervals import Dot, Panel, intervals

_MOST = 40


def of_ways(results: PlainSets, *, theme: str = "light") -> Figure:
    """How much better each way is than the own network, by set, with its interval: to the right of 0 is better."""
    several = len({cell["target"] for cell in results["cells"]}) > 1
    panels = []
    for way in results["ways"]:
        own = [cell for cell in results["cells"] if cell["way"] == way and cell["against_own"].get("difference")]
        dots = tuple(_dot(cell, several) for cell in own[:_MOST])
        if way != "each" and dots:
            panels.append(Panel(f"{way}: gain in {_metrics(own)}", dots, zero=True))
    return intervals(panels, theme=theme)


def _dot(cell: PlainCell, several: bool) -> Dot:
    gap, sign = cell["against_own"]["difference"], 1.0 if cell["greater_is_better"] else -1.0
    bounds = [None if gap[key] is None else sign * gap[key] for key in ("low", "high")]
    low, high = bounds if sign > 0 else bounds[::-1]
    name = f"{cell['set']}.{cell['target']}" if several else cell["set"]
    return Dot(name, sign * gap["value"], low, high)


def _metrics(cells: list[PlainCell]) -> str:
    names = list(dict.fromkeys(cell["metric"] for cell in cells))
    return names[0] if len(names) == 1 else "the set's metric"
