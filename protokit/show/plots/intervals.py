"""Dots with their intervals, one a line: scores of models, drops of columns, scores of slices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from protokit.show.plots.style import MARKS, drawn, label, numbered
from protokit.show.plots.themes import THEMES


@dataclass(frozen=True)
class Dot:
    """A value with the bounds of its interval, where they are known. `series` chooses colour and mark."""

    name: str
    value: float
    low: float | None = None
    high: float | None = None
    series: int = 0


@dataclass(frozen=True)
class Panel:
    """What is measured, and its dots from top to bottom. Dots of one name share a line."""

    title: str
    dots: tuple[Dot, ...]
    zero: bool = False


def intervals(panels: Sequence[Panel], *, keys: Sequence[str] = (), theme: str = "light") -> Figure:
    """Panels side by side that share their lines. `keys` name the series in a legend."""
    look = THEMES[theme]
    names = list(dict.fromkeys(dot.name for panel in panels for dot in panel.dots))
    spread = max((sum(1 for d in p.dots if d.name == names[0]) for p in panels), default=1) if names else 1
    columns = max(1, len(panels))
    height = 0.95 + 0.3 * len(names) * (1 if spread == 1 else 1.35) + (0.3 if keys else 0)
    most = 40 if columns == 1 else 26
    longest = max((len(label(name, most)) for name in names), default=4)
    with drawn(
        theme, min(8.4, 0.5 + 0.08 * longest + (3.6 if columns == 1 else 2.35 * columns)), height, columns=columns
    ) as (figure, grid):
        cells = list(grid) if columns > 1 else [grid]
        for i, (panel, axes) in enumerate(zip(panels, cells, strict=True)):
            if panel.zero:
                axes.axvline(0, color=look.quiet, lw=0.8, ls=(0, (2, 3)))
            for dot in panel.dots:
                shift = 0.0 if spread == 1 else (-0.17, 0.17)[min(dot.series, 1)]
                y = names.index(dot.name) + shift
                colour = look.series[0] if dot.series == 0 else look.quiet if dot.series == 1 else look.series[1]
                if dot.low is not None and dot.high is not None:
                    axes.plot([dot.low, dot.high], [y, y], "-", color=colour, lw=1.6, alpha=0.75)
                axes.plot(dot.value, y, MARKS[dot.series], ms=6 if dot.series == 0 else 5, color=colour)
            axes.set_ylim(len(names) - 0.5, -0.5)
            axes.set_yticks(range(len(names)), [label(name, most) for name in names] if i == 0 else [])
            axes.tick_params(axis="y", length=0, labelcolor=look.ink)
            axes.spines["left"].set_visible(False)
            axes.grid(axis="x")
            axes.locator_params(axis="x", nbins=4)
            axes.margins(x=0.08)
            axes.set_title(label(panel.title, 60 if columns == 1 else 26), fontsize=9.5)
            numbered(axes, "x")
        if keys:
            colours = (look.series[0], look.quiet, look.series[1])
            handles = [
                Line2D([], [], ls="-", lw=1.6, marker=MARKS[i], ms=5, color=colours[i]) for i in range(len(keys))
            ]
            figure.legend(handles, [label(key, 30) for key in keys], loc="outside upper left", ncols=len(keys))
    return figure
