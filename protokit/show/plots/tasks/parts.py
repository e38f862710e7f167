"""Several numbers of a row, each as it is and as predicted."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure

from protokit.show.plots.style import drawn, numbered, some
from protokit.show.plots.themes import THEMES


def parts(of: Sequence[tuple[str, np.ndarray, np.ndarray]], left_out: int = 0, *, theme: str = "light") -> Figure:
    """Truth against prediction of each part, each in its own unit.

    A part is its title, as a picture can take it, its truth and what was predicted; `left_out` says how many further
    ones are not shown.

    Shapes: (rows,) each. Of many rows 1,000 are drawn.
    """
    look = THEMES[theme]
    columns = min(3, len(of))
    rows = -(-len(of) // columns)
    with drawn(theme, 7.2 if columns > 1 else 4.0, 0.7 + 2.4 * rows, columns=columns, rows=rows) as (figure, grid):
        cells = list(np.asarray(grid, object).ravel())
        for axes, one in zip(cells, [*of, *[None] * (len(cells) - len(of))], strict=True):
            if one is None:
                axes.set_visible(False)
                continue
            title, truth, predicted = one
            shown = some(len(truth))
            low, high = (float(f(np.concatenate([truth[shown], predicted[shown]]))) for f in (np.min, np.max))
            axes.plot([low, high], [low, high], color=look.quiet, lw=0.8, ls=(0, (2, 3)))
            few = len(shown) < 300
            size, alpha = (4, 0.6) if few else (2.6, 0.35)
            axes.plot(predicted[shown], truth[shown], "o", ms=size, alpha=alpha, mew=0, color=look.series[0])
            axes.set_title(title, color=look.ink)
            numbered(axes)
            axes.locator_params(axis="x", nbins=2 if np.abs(predicted).max() >= 1e5 else 4)
            axes.locator_params(axis="y", nbins=4)
            axes.grid(axis="y")
        figure.supxlabel("predicted", fontsize=9.5, color=look.quiet)
        figure.supylabel("true", fontsize=9.5, color=look.quiet)
        if left_out:
            text = f"{len(of)} of {len(of) + left_out} parts: those explained best and least"
            figure.suptitle(text, fontsize=9.5, color=look.quiet, x=0.01, ha="left")
    return figure
