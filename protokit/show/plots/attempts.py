"""Values of attempts one after the other, and the best so far."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from protokit.show.plots.style import drawn, numbered
from protokit.show.plots.themes import THEMES

Fate = Literal["complete", "pruned", "failed", "running"]
_FAR = 4.0  # so many widths of the middle half off it a value is at the edge of the picture
_ENOUGH = 8  # values that show what is usual
_FEW = 60  # attempts that are drawn large


@dataclass(frozen=True)
class Attempt:
    """One attempt: its number, its value (NaN where it has none), and what came of it."""

    number: int
    value: float
    fate: Fate = "complete"


def attempts(
    found: Sequence[Attempt],
    measured: str,
    *,
    greater_is_better: bool = False,
    first: str = "defaults",
    what: str = "trial",
    theme: str = "light",
) -> Figure:
    """Each attempt, and the best so far. Pruned ones are hollow, at their last value; those that failed or have no
    finite value are crosses at the foot; what lies far off is a triangle at the edge.

    `first` is what number 0 is called, with a level line of its own.
    """
    look = THEMES[theme]
    ordered = sorted(found, key=lambda one: one.number)
    x = np.array([one.number for one in ordered], float)
    y = np.array([one.value for one in ordered], float)
    fates = np.array([one.fate for one in ordered])
    finite = np.isfinite(y) & (fates != "failed")
    done = finite & (fates == "complete")
    size = 5.5 if len(ordered) <= _FEW else 3.4
    with drawn(theme, 7.2, 3.1) as (figure, axes):
        low, high = limits(y[done] if done.any() else y[finite], y[finite], greater_is_better=greater_is_better)
        axes.set_ylim(low, high)
        inside = finite & (y >= low) & (y <= high)
        if done.any():
            best = np.maximum.accumulate(y[done]) if greater_is_better else np.minimum.accumulate(y[done])
            axes.step(
                [*x[done], x.max(initial=0)], [*best, best[-1]], where="post", color=look.series[1], lw=1.8,
                label="best so far",
            )  # fmt: skip
        base = y[done & (x == 0)]
        if len(base):
            axes.axhline(base[0], color=look.quiet, lw=0.9, ls=(0, (5, 3)), label=first)
        _marks(axes, x, y, inside & done, "o", look.series[0], size, "complete", filled=True)
        _marks(axes, x, y, inside & (fates == "pruned"), "v", look.quiet, size * 0.9, "pruned", filled=False)
        _marks(axes, x, y, inside & (fates == "running"), "o", look.series[2], size, "running", filled=False)
        off = finite & ~inside
        edge = np.where(y > high, high, low)
        _marks(axes, x, edge, off & (fates == "pruned"), "v", look.quiet, size * 0.9, "pruned", filled=False)
        for over, mark in ((y > high, "^"), (y < low, "v")):
            _marks(axes, x, edge, off & done & over, mark, look.series[0], size, "beyond the picture", filled=True)
        none = ~finite & (fates != "running")
        _marks(axes, x, np.full(len(x), low), none, "x", look.series[5], size, "failed or no value", filled=True)
        axes.set_xlabel(what)
        axes.set_ylabel(measured)
        axes.grid(axis="y")
        axes.locator_params(axis="x", integer=True)
        pad = max(0.5, 0.02 * (x.max(initial=1) - x.min(initial=0)))
        axes.set_xlim(x.min(initial=0) - pad, x.max(initial=1) + pad)
        numbered(axes)
        handles, labels = axes.get_legend_handles_labels()
        once = dict(zip(labels, handles, strict=True))
        figure.legend(once.values(), once.keys(), loc="outside upper left", ncols=min(6, len(once)))
    return figure


def limits(kept: np.ndarray, every: np.ndarray, *, greater_is_better: bool) -> tuple[float, float]:
    """The lowest and highest value of a picture: all that is better than most, and of what is far worse the edge."""
    if not len(every):
        return 0.0, 1.0
    low, middle, high = np.quantile(kept if len(kept) >= _ENOUGH else every, [0.25, 0.5, 0.75])
    far = _FAR * max(high - low, 1e-3 * abs(middle), 1e-12)
    bottom = max(every.min(), middle - far) if greater_is_better else every.min()
    top = every.max() if greater_is_better else min(every.max(), middle + far)
    pad = 0.08 * (top - bottom) or 0.05 * abs(middle) or 1.0
    return float(bottom - pad), float(top + pad)


def _marks(
    axes: Axes, x: np.ndarray, y: np.ndarray, which: np.ndarray, mark: str, colour: str, size: float, name: str,
    *, filled: bool,
) -> None:  # fmt: skip
    if which.any():
        face = colour if filled else "none"
        axes.plot(
            x[which], y[which], mark, ms=size, color=colour, mfc=face, mew=1.2, alpha=0.9, label=name, clip_on=False
        )
