"""Numbers of rows that were drawn beside those of real ones."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure

from protokit.show.plots.style import drawn, numbered
from protokit.show.plots.themes import THEMES

_MOST_IMAGES = 12


def draws(of: Sequence[tuple[str, np.ndarray, np.ndarray]], left_out: int = 0, *, theme: str = "light") -> Figure:
    """How the numbers of each column are spread, of real and of drawn rows.

    A column is its title, as a picture can take it, its real and its drawn numbers; `left_out` says how many further
    ones are not shown.

    Shapes: (rows,) each.
    """
    look = THEMES[theme]
    columns = min(3, len(of))
    rows = -(-len(of) // columns)
    with drawn(theme, 7.2 if columns > 1 else 4.0, 0.9 + 1.9 * rows, columns=columns, rows=rows) as (figure, grid):
        cells = list(np.asarray(grid, object).ravel())
        for axes, one in zip(cells, [*of, *[None] * (len(cells) - len(of))], strict=True):
            if one is None:
                axes.set_visible(False)
                continue
            title, real, said = one
            low, high = (float(f(np.concatenate([real, said]))) for f in (np.min, np.max))
            edges = np.linspace(low, high if high > low else low + 1, min(30, max(8, int(len(real) ** 0.5))) + 1)
            axes.hist(real, edges, color=look.series[0], alpha=0.45, lw=0, label="real")
            axes.hist(said, edges, color=look.series[1], histtype="step", lw=1.4, label="drawn")
            axes.set_title(title, color=look.ink)
            numbered(axes)
            axes.locator_params(axis="x", nbins=4)
            axes.locator_params(axis="y", nbins=3)
            axes.grid(axis="y")
        cells[0].legend(loc="best")
        figure.supylabel("rows", fontsize=9.5, color=look.quiet)
        if left_out:
            text = f"{len(of)} of {len(of) + left_out} columns: those drawn worst"
            figure.suptitle(text, fontsize=9.5, color=look.quiet, x=0.01, ha="left")
    return figure


def images(real: np.ndarray, said: np.ndarray, size: tuple[int, int], *, theme: str = "light") -> Figure:
    """Images that were drawn, below real ones.

    Shapes: (rows, height * width) each; the first twelve are shown.
    """
    look = THEMES[theme]
    count = min(_MOST_IMAGES, len(real))
    with drawn(theme, 7.2, 1.9, columns=count, rows=2) as (figure, grid):
        cells = np.asarray(grid, object).reshape(2, count)
        low, high = float(real.min()), float(real.max())
        for i, (row, title) in enumerate(((real, "real"), (said, "drawn"))):
            for j in range(count):
                cells[i, j].imshow(row[j].reshape(size), cmap="gray", vmin=low, vmax=high)
                cells[i, j].set_xticks([])
                cells[i, j].set_yticks([])
            cells[i, 0].set_ylabel(title, color=look.quiet)
    return figure
