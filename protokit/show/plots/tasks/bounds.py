"""Numbers against their means, and the bounds between which most are to lie."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from protokit.show.plots.style import drawn, label, numbered, some
from protokit.show.plots.themes import THEMES

_WIDE = 30.0  # times the smallest mean, from which on a number takes as much room as its logarithm


def bounds(
    truth: np.ndarray,
    means: np.ndarray,
    line: tuple[np.ndarray, np.ndarray, np.ndarray],
    inside: np.ndarray,
    name: str,
    title: str,
    *,
    theme: str = "light",
) -> Figure:
    """Truth against the mean that was predicted, those within their bounds and the others.

    `line` is some means with the lower and the upper bound of each.

    Shapes: truth, means and inside (rows,). Of many rows 1,000 are drawn.
    """
    look = THEMES[theme]
    shown = some(len(truth))
    at, low, high = line
    with drawn(theme, 5.6, 3.8) as (figure, axes):
        axes.fill_between(at, low, high, color=look.series[0], alpha=0.15, lw=0, label="bounds")
        axes.plot(at, at, color=look.quiet, lw=0.8, ls=(0, (2, 3)))
        for mark, of, colour, text in (
            ("o", inside, look.series[0], "within"),
            ("^", ~inside, look.series[1], "beyond"),
        ):
            rows = shown[of[shown]]
            size, alpha = (4, 0.6) if len(shown) < 300 else (3, 0.4)
            axes.plot(means[rows], truth[rows], mark, ms=size, alpha=alpha, mew=0, color=colour, label=text)
        if at[-1] > _WIDE * at[0] > 0:
            axes.set_xscale("log")
            if min(float(truth.min()), float(low.min())) > 0:
                axes.set_yscale("log")
            else:
                axes.set_yscale("symlog", linthresh=1.0)
        if axes.get_yscale() != "log":
            axes.set_ylim(bottom=-0.02 * float(max(truth.max(), high.max())) if axes.get_yscale() == "linear" else -0.1)
        axes.set_xlabel("predicted mean")
        axes.set_ylabel(label(f"true {name}", 34))
        axes.set_title(label(title, 70))
        numbered(axes)
        axes.grid(axis="y")
        axes.legend(loc="upper left")
    return figure
