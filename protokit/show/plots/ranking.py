"""How well a score ranks: the trade at each threshold."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib.figure import Figure

from protokit.show.plots.style import LINES, drawn, label, thinned
from protokit.show.plots.themes import THEMES

Line = tuple["np.ndarray", "np.ndarray", float]


def ranking(
    lines: Mapping[str, Line], across: str, down: str, *, chance: str | float = "", theme: str = "light"
) -> Figure:
    """Curves by name, each with its area, on axes from 0 to 1; the first one is the network's own.

    `chance` is what guessing gives: "diagonal", or the height of a level line.
    """
    look = THEMES[theme]
    with drawn(theme, 4.6, 4.2) as (figure, axes):
        if chance == "diagonal":
            axes.plot([0, 1], [0, 1], color=look.quiet, lw=0.8, ls=(0, (2, 3)))
        elif chance != "":
            axes.axhline(float(chance), color=look.quiet, lw=0.8, ls=(0, (2, 3)))
        for i, (name, (x, y, area)) in enumerate(lines.items()):
            style, colour = LINES[i % len(LINES)], look.series[i % len(look.series)]
            axes.plot(
                *thinned(x, y),
                ls=style,
                color=colour,
                lw=1.8 if i == 0 else 1.3,
                label=f"{label(name, 22)}  {area:.3f}",
            )
        axes.set_xlim(-0.02, 1.02)
        axes.set_ylim(-0.02, 1.02)
        axes.set_aspect("equal")
        axes.grid()
        axes.set_xlabel(across)
        axes.set_ylabel(down)
        axes.legend(loc="lower right" if chance == "diagonal" else "lower left", title="area", alignment="left")
    return figure
