"""Classes of the steps of sequences, as they are and as they were said."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from protokit.show.plots.style import drawn, label
from protokit.show.plots.themes import THEMES

_MOST_NAMED = 8  # classes in the legend


def steps(
    of: Sequence[tuple[str, np.ndarray, np.ndarray]], classes: Sequence[object], *, theme: str = "light"
) -> Figure:
    """Of each sequence the class of each step, what was said, and where the two differ.

    A sequence is its title, the places of classes as they are, -1 where a step has none, and as they were said.

    Shapes: (steps,) each.
    """
    look = THEMES[theme]
    colours = [look.series[i % len(look.series)] for i in range(len(classes))]
    grounds = ListedColormap([look.ground, *colours]), ListedColormap([look.ground, look.ink])
    longest = max(len(true) for _, true, _ in of)
    with drawn(theme, 7.2, 1.0 * len(of) + 0.9, rows=len(of)) as (figure, grid):
        for axes, (title, true, said) in zip(np.atleast_1d(np.asarray(grid, object)), of, strict=True):
            count = len(true)
            for line, (values, colour, top) in enumerate(
                (
                    (true + 1, grounds[0], len(classes)),
                    (np.where(true < 0, -1, said) + 1, grounds[0], len(classes)),
                    ((true >= 0) & (true != said), grounds[1], 1),
                )
            ):
                edges = np.arange(count + 1) + 0.5, [line, line + 0.9]
                axes.pcolormesh(*edges, values[None].astype(int), cmap=colour, vmin=0, vmax=top)
            axes.set_xlim(0.5, longest + 0.5)
            axes.set_ylim(3, -0.05)
            axes.set_yticks([0.45, 1.45, 2.45], ["true", "said", "differ"])
            axes.tick_params(axis="y", length=0, labelsize=8)
            axes.set_title(label(title, 60))
            axes.spines[:].set_visible(False)
            axes.xaxis.get_major_locator().set_params(integer=True)
        figure.supxlabel("step", fontsize=9.5, color=look.quiet)
        named = list(zip(colours, classes, strict=True))[:_MOST_NAMED]
        figure.legend(
            handles=[Patch(color=colour, label=label(str(value), 20)) for colour, value in named],
            loc="outside upper left",
            ncols=min(4, len(named)),
        )
    return figure
