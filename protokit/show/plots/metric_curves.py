"""Metrics by epoch, each in a picture of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure

from protokit.show.plots.style import LINES, drawn, label, numbered
from protokit.show.plots.themes import THEMES

_MOST, _BESIDE = 6, 3


def metric_curves(history: Sequence[Mapping[str, float]], names: Sequence[str], *, theme: str = "light") -> Figure:
    """Each of some metrics of training and validation rows by epoch, the first six; of several networks thin lines."""
    look, names = THEMES[theme], names[:_MOST]
    runs: dict[tuple[float | None, float | None], list[Mapping[str, float]]] = {}
    for row in history:
        runs.setdefault((row.get("fold"), row.get("seed")), []).append(row)
    columns = min(_BESIDE, len(names))
    rows = -(-len(names) // columns)
    with drawn(theme, 1.4 + 2.2 * columns, 0.4 + 2.0 * rows, columns, rows) as (figure, axes):
        places = np.atleast_1d(axes).reshape(-1)
        for name, place in zip(names, places, strict=False):
            for i, some in enumerate(runs.values()):
                for j, key in enumerate((name, f"validation_{name}")):
                    place.plot(
                        [row["epoch"] for row in some],
                        [row.get(key, np.nan) for row in some],
                        ls=LINES[j],
                        marker="." if len(some) == 1 else None,
                        color=look.series[j],
                        lw=1.6 if len(runs) == 1 else 0.7,
                        label=("training", "validation")[j] if i == 0 else None,
                    )
            place.set_title(label(name))
            place.set_xlabel("epoch")
            place.grid(axis="y")
            place.margins(x=0.02)
            numbered(place)
        for place in places[len(names) :]:
            place.set_visible(False)
        places[0].legend(loc="best")
    return figure
