"""Where numbers are predicted too low or too high."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from protokit.show.plots.style import drawn, label, numbered, some
from protokit.show.plots.themes import THEMES


def residuals(
    truth: np.ndarray, predicted: np.ndarray, name: str, band: np.ndarray | None = None, *, theme: str = "light"
) -> Figure:
    """Truth against prediction, and how the errors (truth less prediction) are spread.

    Shapes: truth, predicted (rows,); band (rows, 2), the lowest and the highest quantile. Of many rows 1,000 are drawn.
    """
    look = THEMES[theme]
    shown = some(len(truth), 1000 if band is None else 150)
    with drawn(theme, 7.2, 3.3, columns=2) as (figure, (left, right)):
        low, high = (float(f(np.concatenate([truth[shown], predicted[shown]]))) for f in (np.min, np.max))
        left.plot([low, high], [low, high], color=look.quiet, lw=0.8, ls=(0, (2, 3)))
        if band is not None:
            left.vlines(predicted[shown], band[shown, 0], band[shown, 1], color=look.series[0], lw=1, alpha=0.3)
        few = len(shown) < 300
        left.plot(
            predicted[shown],
            truth[shown],
            "o",
            ms=4 if few else 2.6,
            alpha=0.6 if few else 0.35,
            mew=0,
            color=look.series[0],
        )
        left.set_xlabel("predicted")
        left.set_ylabel(label(f"true {name}", 34))
        if len(shown) < len(truth):
            left.set_title(f"{len(shown):,} of {len(truth):,} rows")
        errors = truth - predicted
        span = (float(errors.min()), float(errors.max()))
        if span[1] - span[0] <= 1e-9 * max(1.0, float(np.abs(errors).max())):  # all the same, but for rounding
            span = (span[0] - 0.5, span[1] + 0.5)
        right.hist(
            errors, bins=min(40, max(8, int(len(errors) ** 0.5))), range=span, color=look.series[0], alpha=0.55, lw=0
        )
        right.axvline(0, color=look.quiet, lw=0.8, ls=(0, (2, 3)))
        middle = float(np.median(errors))
        right.axvline(middle, color=look.series[1], lw=1.5, label=f"median {middle:+,.3g}")
        right.set_xlabel("error: true less predicted")
        right.set_ylabel("rows")
        right.legend(loc="upper right")
        for axes in (left, right):
            numbered(axes)
            axes.locator_params(axis="x", nbins=5)
            axes.grid(axis="y")
    return figure
