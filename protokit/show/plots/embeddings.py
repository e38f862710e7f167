"""Rows where a network puts them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure

from protokit.show.plots.style import MARKS, drawn, label, some
from protokit.show.plots.themes import THEMES

_MOST = 6


def embeddings(
    points: np.ndarray,
    groups: np.ndarray | None,
    names: Sequence[object],
    shares: Sequence[float],
    *,
    theme: str = "light",
) -> Figure:
    """A cloud of rows in two directions. `shares` say how much of all variance each direction has.

    Shapes: points (rows, 2); groups (rows,) positions in `names`, each with its colour and mark; those past the fifth
    are one. Of many rows 1,000 are drawn.
    """
    look = THEMES[theme]
    shown = some(len(points))
    with drawn(theme, 5.6, 4.4) as (figure, axes):
        every = np.zeros(len(points), int) if groups is None else groups
        often = list(np.argsort(-np.bincount(every[shown], minlength=max(1, len(names))), kind="stable"))
        kept = sorted(often[:_MOST] if len(names) <= _MOST else often[: _MOST - 1])
        rest = [i for i in range(len(names)) if i not in kept]
        for i, members in enumerate([[one] for one in kept] + ([rest] if rest else [])):
            rows = shown[np.isin(every[shown], members)]
            name = f"{len(rest)} others" if members is rest else label(names[members[0]], 22) if len(names) else None
            mark = {"ms": 4.5 if len(shown) < 300 else 3.5, "mew": 0, "alpha": 0.65}
            axes.plot(
                *points[rows].T, MARKS[i], color=look.quiet if members is rest else look.series[i], label=name, **mark
            )
        for side, share in zip("xy", shares, strict=True):
            getattr(axes, f"set_{side}label")(f"direction {'xy'.index(side) + 1}: {share:.0%} of the variance")
            getattr(axes, f"set_{side}ticks")([])
        if len(names):
            figure.legend(loc="outside right upper")
        if len(shown) < len(points):
            axes.set_title(f"{len(shown):,} of {len(points):,} rows")
    return figure
