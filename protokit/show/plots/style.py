"""One look for all pictures: light or dark, quiet, and told apart by readers who see no colour."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any
from zlib import crc32

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from protokit.show.plots.svg import inline, svg
from protokit.show.plots.themes import THEMES

# what tells series apart where colour does not
Line = str | tuple[int, tuple[float, ...]]
LINES: tuple[Line, ...] = (
    "-",
    (0, (5, 2)),
    (0, (1, 1.5)),
    (0, (6, 2, 1, 2)),
    (0, (3, 1)),
    (0, (8, 3)),
)
MARKS = ("o", "s", "^", "D", "v", "P")
_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
FEW = 1000  # points of a cloud: more say no more, and make a large file


@contextmanager
def drawn(theme: str, width: float, height: float, columns: int = 1, rows: int = 1) -> Iterator[tuple[Figure, Any]]:
    """A figure in inches and its axes, one or an array of them; all that is put into it has the theme's look."""
    look = THEMES[theme]
    settings = {
        "font.size": 9.5,
        "font.family": ["DejaVu Sans"],
        "text.color": look.ink,
        "axes.labelcolor": look.quiet,
        "axes.labelsize": 9.5,
        "axes.titlesize": 10,
        "axes.titlecolor": look.quiet,
        "axes.titlelocation": "left",
        "axes.facecolor": "none",
        "axes.edgecolor": look.rule,
        "axes.linewidth": 0.8,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.axisbelow": True,
        "xtick.color": look.rule,
        "ytick.color": look.rule,
        "xtick.labelcolor": look.quiet,
        "ytick.labelcolor": look.quiet,
        "xtick.major.size": 3,
        "ytick.major.size": 3,
        "grid.color": look.rule,
        "grid.linewidth": 0.6,
        "figure.facecolor": look.ground,
        "figure.constrained_layout.use": True,
        "legend.frameon": False,
        "legend.fontsize": 9,
        "lines.solid_capstyle": "round",
    }
    with mpl.rc_context(settings):
        figure = _figure(theme)(figsize=(width, height))
        yield figure, figure.subplots(rows, columns)


@cache
def _figure(theme: str) -> type[Figure]:
    """A Figure that a notebook shows, though pyplot does not know it: in the notebook's own colours, light or dark.

    One that was asked for in dark keeps its own. Its label says what it shows.
    """

    class Shown(Figure):  # type: ignore[misc]
        def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
            own = svg(self)
            if theme != "light":
                return {"image/svg+xml": own}
            key = f"figure-{crc32(own.encode()):08x}"
            return {"text/html": inline(self, str(self.get_label() or "a figure"), key), "image/svg+xml": own}

    Shown.__name__ = Shown.__qualname__ = "Figure"
    return Shown


def label(text: object, most: int = 28) -> str:
    """A name as a picture can take it: one line, cut where it is long, a dollar no beginning of a formula.

    >>> label("price in $ and $"), label("a" * 40, 6)
    ('price in \\\\$ and \\\\$', 'aaaaa…')
    """
    plain = (
        re.sub(r"[\s\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]+", " ", str(text)).strip() or "(empty)"
    )
    return (plain if len(plain) <= most else plain[: most - 1] + "…").replace("$", r"\$")


def number(value: float) -> str:
    """A number of a picture, short.

    >>> number(0.5), number(12345.6), number(0.00012)
    ('0.5', '12,346', '0.00012')
    """
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def numbered(axes: Axes, *axis: str) -> None:
    """Ticks with commas, plain and never as powers; whole where `x` counts."""
    for name in axis or ("x", "y"):
        formatter = FuncFormatter(lambda value, _: f"{value:,.10g}")
        getattr(axes, f"{name}axis").set_major_formatter(formatter)


def powers(value: float, _: object = None) -> str:
    """The label of a tick that is a power of ten.

    >>> powers(0.001), powers(1)
    ('10⁻³', '1')
    """
    power = round(np.log10(value))
    return "1" if power == 0 else "10" + str(power).translate(_RAISED)


def some(count: int, most: int = FEW) -> np.ndarray:
    """Positions of at most so many rows, always the same ones."""
    if count <= most:
        return np.arange(count)
    return np.sort(np.random.default_rng(0).choice(count, most, replace=False))


def thinned(x: np.ndarray, y: np.ndarray, most: int = 200) -> tuple[np.ndarray, np.ndarray]:
    """A line with as many points as an eye can tell apart; first and last are kept."""
    if len(x) <= most:
        return x, y
    # evenly along the line's own length, so that steep parts keep theirs
    spread = [np.ptp(values) or 1.0 for values in (x, y)]
    length = np.concatenate([[0], np.cumsum(np.abs(np.diff(x)) / spread[0] + np.abs(np.diff(y)) / spread[1])])
    kept = np.unique(np.searchsorted(length, np.linspace(0, length[-1], most)).clip(0, len(x) - 1))
    kept = np.unique(np.concatenate([[0], kept, [len(x) - 1]]))
    return x[kept], y[kept]


def named(count: int, names: Sequence[object], most: int) -> list[str]:
    """The labels of an axis, each at most so long."""
    return [label(name, most) for name in names][:count]
