"""Masks as they are and as they were said."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from protokit.show.plots.style import drawn, label
from protokit.show.plots.themes import MARKED, PIXELS

_MOST_NAMED = 8  # classes in the legend


def masks(
    rows: Sequence[tuple[str, np.ndarray, np.ndarray]], classes: Sequence[object], *, theme: str = "light"
) -> Figure:
    """Of each row its mask, what was said, and where the two differ.

    A row is its name, the places of classes as they are, and as they were said.

    Shapes: (height, width) each.
    """
    nothing, *series = PIXELS
    colours = [nothing, *(series[i % len(series)] for i in range(len(classes) - 1))]
    ground, odd = ListedColormap(colours), ListedColormap([nothing, MARKED])
    with drawn(theme, 5.6, 1.55 * len(rows) + 0.5, 3, len(rows)) as (figure, axes):
        grid = np.asarray(axes, object).reshape(len(rows), 3)
        for line, (name, true, said) in zip(grid, rows, strict=True):
            shown = ((true, ground, len(classes)), (said, ground, len(classes)), (true != said, odd, 2))
            for one, (mask, map_, count) in zip(line, shown, strict=True):
                one.imshow(mask, cmap=map_, vmin=-0.5, vmax=count - 0.5, interpolation="nearest")
                one.set_xticks([])
                one.set_yticks([])
            line[0].set_ylabel(label(name))
        for one, title in zip(grid[0], ("as it is", "as said", "where they differ"), strict=True):
            one.set_title(title)
        named = list(zip(colours, classes, strict=True))[:_MOST_NAMED]
        figure.legend(
            handles=[Patch(color=colour, label=label(str(value))) for colour, value in named],
            loc="outside lower center",
            ncols=len(named),
        )
    return figure
