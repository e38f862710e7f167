"""How long it takes, as said and as it was."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure

from protokit.show.plots.style import LINES, drawn, label, numbered
from protokit.show.plots.themes import THEMES


def survival(
    groups: Sequence[tuple[str, np.ndarray, np.ndarray, np.ndarray]],
    times: np.ndarray,
    name: str,
    *,
    theme: str = "light",
) -> Figure:
    """Of each group of rows the curve as it was, in steps, and as it was said, in dots.

    A group is its name, the times and heights of its steps, and what was said of `times`, mean over its rows.

    Shapes: times (times,); of each group (steps,), (steps,), (times,).
    """
    look = THEMES[theme]
    with drawn(theme, 5.6, 3.6) as (figure, axes):
        for i, (of, at, left, said) in enumerate(groups):
            colour = look.series[i % len(look.series)]
            start = np.concatenate([[0.0], at]), np.concatenate([[1.0], left])
            axes.step(*start, where="post", color=colour, lw=1.6, ls=LINES[i % len(LINES)], label=label(of))
            axes.plot(times, said, "o", ms=3.5, mew=0, color=colour)
        axes.set_xlabel(label(name, 40))
        axes.set_ylabel("share later than this")
        axes.set_ylim(-0.02, 1.02)
        numbered(axes)
        axes.grid(axis="y")
        axes.legend(loc="upper right", title="lines: as it was; dots: as said", alignment="left")
    return figure
