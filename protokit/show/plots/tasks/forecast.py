"""What was forecast, and what came."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure

from protokit.show.plots.style import LINES, drawn, label, numbered
from protokit.show.plots.themes import THEMES


def forecast(
    truth: np.ndarray, forecasts: Mapping[str, np.ndarray], column: str, titles: Sequence[str], *, theme: str = "light"
) -> Figure:
    """Some windows side by side: the truth by step ahead, and each forecast by its name.

    Shapes: truth and each of the forecasts (windows, horizon).
    """
    look = THEMES[theme]
    count = len(truth)
    columns = min(3, count)
    rows = -(-count // columns)
    with drawn(theme, 7.2, 1.3 + 1.75 * rows, columns=columns, rows=rows) as (figure, grid):
        cells = list(grid.ravel()) if count > 1 else [grid]
        steps = list(range(1, truth.shape[1] + 1))
        short = len(steps) <= 30
        for i, axes in enumerate(cells):
            if i >= count:
                axes.set_visible(False)
                continue
            axes.plot(steps, truth[i], "-", marker="o" if short else None, ms=3, color=look.ink, lw=1.3, label="truth")
            for j, (name, values) in enumerate(forecasts.items()):
                axes.plot(steps, values[i], ls=LINES[1 + j], color=look.series[j], lw=1.6, label=label(name, 20))
            axes.set_title(label(titles[i], 30), fontsize=9)
            axes.locator_params(nbins=4)
            axes.xaxis.get_major_locator().set_params(integer=True)
            axes.grid(axis="y")
            numbered(axes)
        figure.supxlabel("steps ahead", fontsize=9.5, color=look.quiet)
        figure.supylabel(label(column, 30), fontsize=9.5, color=look.quiet)
        handles, names = cells[0].get_legend_handles_labels()
        figure.legend(handles, names, loc="outside upper left", ncols=len(names))
    return figure
