"""Which class is taken for which."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from protokit.show.plots.style import drawn, label, named
from protokit.show.plots.themes import THEMES

_MOST = 26


def confusion(truth: np.ndarray, predicted: np.ndarray, classes: Sequence[object], *, theme: str = "light") -> Figure:
    """Rows of each class (down) by what they were taken for (across), shaded by their share of the class.

    Of more than 26 classes those of most rows are shown.

    Shapes: truth, predicted (rows,) positions in `classes`.
    """
    look = THEMES[theme]
    counts = np.bincount(truth * len(classes) + predicted, minlength=len(classes) ** 2)
    counts = counts.reshape(len(classes), len(classes))
    shown = np.sort(np.argsort(-counts.sum(axis=1), kind="stable")[:_MOST])
    counts, total = counts[np.ix_(shown, shown)], counts.sum(axis=1)[shown]
    size = len(shown)
    names = named(size, [classes[i] for i in shown], 18 if size <= 12 else 10)
    side = min(6.4, max(2.6, 0.62 * size + 1.4))
    with drawn(theme, side + 0.4, side) as (figure, axes):
        for i in range(size):
            for j in range(size):
                share = counts[i, j] / max(1, total[i])
                if counts[i, j]:
                    colour = look.series[0 if i == j else 1]
                    # never so dark that the number on it cannot be read
                    axes.add_patch(
                        Rectangle((j - 0.48, i - 0.48), 0.96, 0.96, color=colour, alpha=0.08 + 0.42 * share, lw=0)
                    )
                if counts[i, j] or size <= 5:
                    axes.text(j, i, f"{counts[i, j]:,}", ha="center", va="center", fontsize=9.5 if size <= 12 else 7)
        axes.set_xlim(-0.5, size - 0.5)
        axes.set_ylim(size - 0.5, -0.5)
        long = (max(map(len, names)) > 5 and size > 3) or max(map(len, names)) > 10
        axes.set_xticks(range(size), names, rotation=40 if long else 0, ha="right" if long else "center")
        axes.set_yticks(range(size), names)
        axes.tick_params(length=0, labelsize=9 if size <= 12 else 7)
        axes.set_xlabel("predicted")
        axes.set_ylabel("true")
        axes.set_aspect("equal")
        for spine in axes.spines.values():
            spine.set_visible(False)
        if size < len(classes):
            axes.set_title(label(f"the {size} classes of most rows", 60))
    return figure
