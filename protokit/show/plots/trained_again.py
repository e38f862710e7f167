"""Candidates that were trained several times: each training, their mean with its interval, and what was seen before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from protokit.show.plots.style import MARKS, drawn, label, numbered
from protokit.show.plots.themes import THEMES


@dataclass(frozen=True)
class Candidate:
    """A candidate: the mean of its trainings with its interval, each training by its group, and its value before."""

    name: str
    mean: float
    low: float
    high: float
    trainings: tuple[tuple[str, float], ...]
    before: float
    chosen: bool = False


def trained_again(candidates: Sequence[Candidate], measured: str, *, theme: str = "light") -> Figure:
    """A line for each candidate, from top to bottom. What is not finite is not drawn."""
    look = THEMES[theme]
    groups = list(dict.fromkeys(group for one in candidates for group, _ in one.trainings))
    marks = {group: MARKS[1:][i % (len(MARKS) - 1)] for i, group in enumerate(groups)}
    longest = max((len(label(one.name, 30)) for one in candidates), default=4)
    with drawn(theme, 4.6 + 0.07 * longest, 1.3 + 0.46 * len(candidates)) as (figure, axes):
        for row, one in enumerate(candidates):
            colour = look.series[1] if one.chosen else look.series[0]
            if np.isfinite(one.before):
                axes.plot(one.before, row, "o", ms=7, mfc="none", mec=look.quiet, mew=1.4)
                if np.isfinite(one.mean):
                    axes.annotate(
                        "", (one.mean, row), (one.before, row),
                        arrowprops={"arrowstyle": "->", "color": look.quiet, "lw": 0.8, "shrinkA": 5, "shrinkB": 5},
                    )  # fmt: skip
            for group, value in one.trainings:
                if np.isfinite(value):
                    axes.plot(value, row + 0.24, marks[group], ms=3.6, color=look.quiet, alpha=0.85)
            if np.isfinite(one.low) and np.isfinite(one.high):
                axes.plot([one.low, one.high], [row, row], "-", color=colour, lw=1.8, alpha=0.8)
            if np.isfinite(one.mean):
                axes.plot(one.mean, row, "o", ms=6.5, color=colour)
        axes.set_ylim(len(candidates) - 0.4, -0.6)
        axes.set_yticks(range(len(candidates)), [label(one.name, 30) for one in candidates])
        axes.tick_params(axis="y", length=0, labelcolor=look.ink)
        axes.spines["left"].set_visible(False)
        axes.grid(axis="x")
        axes.locator_params(axis="x", nbins=5)
        axes.margins(x=0.08)
        axes.set_xlabel(label(measured, 40))
        numbered(axes, "x")
        handles = [
            Line2D([], [], ls="-", marker="o", ms=6, color=look.series[0]),
            Line2D([], [], ls="", marker="o", ms=6, mfc="none", mec=look.quiet),
            *(Line2D([], [], ls="", marker=marks[group], ms=4, color=look.quiet) for group in groups[:4]),
        ]
        keys = ["mean, 95% interval", "in the search", *(label(group, 14) for group in groups[:4])]
        figure.legend(handles, keys, loc="outside upper left", ncols=3)
    return figure
