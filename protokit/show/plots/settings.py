"""Settings and what came of them: one against the value, and many side by side."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, NullFormatter

from protokit.show.plots.attempts import limits
from protokit.show.plots.style import drawn, label, number, numbered, some
from protokit.show.plots.themes import THEMES

_MOST_OPTIONS = 12
_WIDEST_AXES = 9  # side by side


@dataclass(frozen=True)
class Setting:
    """One setting of every attempt: where it stands on its axis, NaN where it was not met.

    `options` name the places 0, 1, ... of one that is no number; `log` is of numbers above 0.
    """

    name: str
    places: np.ndarray
    options: tuple[str, ...] = ()
    log: bool = False
    bounds: tuple[float, float] | None = field(default=None)

    @property
    def met(self) -> np.ndarray:
        """Which attempts have it."""
        return np.asarray(np.isfinite(self.places))


def against(
    setting: Setting,
    values: np.ndarray,
    measured: str,
    *,
    pruned: np.ndarray | None = None,
    best: int | None = None,
    greater_is_better: bool = False,
    theme: str = "light",
) -> Figure:
    """The value of each attempt against one setting. Pruned ones are hollow; `best` is the place of the winner."""
    look = THEMES[theme]
    early = np.zeros(len(values), bool) if pruned is None else pruned
    known = setting.met & np.isfinite(values)
    rows = np.flatnonzero(known)
    rows = rows[some(len(rows), 400)]
    x = setting.places.astype(float).copy()
    if setting.options:  # those of one option side by side, the same in every picture
        x = x + (np.random.default_rng(0).random(len(x)) - 0.5) * 0.4
    small = 4.6 if len(rows) <= 60 else 3.0
    with drawn(theme, 4.1, 2.7 if not setting.options else 2.9) as (figure, axes):
        low, high = limits(values[known & ~early], values[known], greater_is_better=greater_is_better)
        axes.set_ylim(low, high)
        y = np.clip(values, low, high)
        for which, face, colour in ((early, False, look.quiet), (~early, True, look.series[0])):
            at = rows[which[rows]]
            axes.plot(
                x[at], y[at], "v" if not face else "o", ms=small, color=colour, mfc=colour if face else "none",
                mew=1.0, alpha=0.8, clip_on=False,
            )  # fmt: skip
        if best is not None and known[best]:
            axes.plot(x[best], y[best], "D", ms=7, color=look.series[1], mfc="none", mew=2, clip_on=False)
        if setting.options:
            _options(axes, setting)
            for place in range(len(setting.options)):
                own = known & ~early & (setting.places == place)
                if own.sum() > 2:
                    axes.plot([place - 0.3, place + 0.3], [np.median(y[own])] * 2, color=look.ink, lw=1.6)
        else:
            _scale(axes, setting)
        axes.set_ylabel(label(measured, 26))
        axes.grid(axis="y")
        axes.locator_params(axis="y", nbins=5)
        numbered(axes, "y")
    return figure


def _options(axes: Axes, setting: Setting) -> None:
    shown = setting.options[:_MOST_OPTIONS]
    long = max(map(len, shown), default=0) > 6 and len(shown) > 2
    names = [label(name, 16 if len(shown) > 2 else 22) for name in shown]
    axes.set_xticks(
        range(len(shown)), names, rotation=30 if long else 0, ha="right" if long else "center", rotation_mode="anchor"
    )
    axes.set_xlim(-0.6, len(setting.options) - 0.4)
    axes.tick_params(axis="x", length=0)


def _scale(axes: Axes, setting: Setting) -> None:
    numbers = setting.places[setting.met]
    low, high = setting.bounds or ((numbers.min(), numbers.max()) if len(numbers) else (0.0, 1.0))
    if setting.log and low > 0:
        axes.set_xscale("log")
        axes.xaxis.set_minor_formatter(NullFormatter())
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        axes.set_xlim(low / (high / low) ** 0.05, high * (high / low) ** 0.05) if high > low else None
    else:
        pad = 0.05 * (high - low) or 0.5
        axes.set_xlim(low - pad, high + pad)
        axes.locator_params(
            axis="x", nbins=5, integer=bool(len(numbers)) and bool(np.all(numbers == np.round(numbers)))
        )
        numbered(axes, "x")


def parallel(
    settings: Sequence[Setting],
    values: np.ndarray,
    measured: str,
    *,
    best: int | None = None,
    share: float = 0.1,
    greater_is_better: bool = False,
    theme: str = "light",
) -> Figure:
    """A line for each attempt across all settings to its value, at most nine settings; the best tenth in colour.

    A setting that an attempt did not meet stands below its axis. Attempts without a finite value are left out.
    """
    look = THEMES[theme]
    shown = list(settings[:_WIDEST_AXES])
    rows = np.flatnonzero(np.isfinite(values))
    if best is not None and best not in rows:
        best = None
    order = np.argsort(-values[rows] if greater_is_better else values[rows], kind="stable")
    ranked = rows[order]
    top = set(ranked[: max(1, math.ceil(share * len(ranked)))].tolist())
    drawn_rows = [*ranked[some(len(ranked), 400)][::-1]]
    jitter = np.random.default_rng(0).uniform(-0.018, 0.018, (len(values), len(shown)))
    across = np.column_stack([*(_unit(one) for one in shown), _fraction(values)]) if shown else values[:, None]
    met = np.column_stack([*(one.met for one in shown), np.isfinite(values)])
    across[:, :-1] += np.where(met[:, :-1], jitter * [bool(one.options) for one in shown], 0.0)
    across = np.where(met, across, -0.16)
    columns = len(shown) + 1
    with drawn(theme, min(9.6, 1.3 + 1.05 * columns), 3.6) as (figure, axes):
        places = np.arange(columns)
        for group, colour, width, alpha in (
            ([r for r in drawn_rows if r not in top], look.quiet, 0.7, 0.3),
            ([r for r in drawn_rows if r in top and r != best], look.series[0], 1.3, 0.85),
            ([best] if best is not None else [], look.series[1], 2.4, 1.0),
        ):
            lines = [np.column_stack([places, across[row]]) for row in group]
            axes.add_collection(LineCollection(lines, colors=colour, linewidths=width, alpha=alpha))
        for place, one in enumerate(shown):
            _axis(axes, place, one, look.ink, look.quiet, look.ground)
        finite = values[rows]
        _axis(axes, columns - 1, _as_setting(measured, finite), look.ink, look.quiet, look.ground)
        axes.set_xlim(-0.35, columns - 1 + 0.45)
        axes.set_ylim(-0.06 if met[rows].all() else -0.22, 1.06)
        axes.set_yticks([])
        names = [label(one.name, 18) for one in shown] + [label(measured, 18)]
        axes.set_xticks(places, names, rotation=20 if max(map(len, names)) > 9 else 0, ha="center")
        axes.xaxis.set_ticks_position("bottom")
        axes.tick_params(axis="x", length=0, labelcolor=look.ink)
        for side in ("left", "bottom"):
            axes.spines[side].set_visible(False)
        handles = [
            Line2D([], [], color=look.series[1], lw=2.4),
            Line2D([], [], color=look.series[0], lw=1.3),
            Line2D([], [], color=look.quiet, lw=0.7),
        ]
        keys = ["winner" if best is not None else "", f"best {share:.0%}" if top != {best} else "", "others"]
        kept = [(h, k) for h, k in zip(handles, keys, strict=True) if k]
        figure.legend(*zip(*kept, strict=True), loc="outside upper left", ncols=3)
    return figure


def _as_setting(name: str, values: np.ndarray) -> Setting:
    return Setting(name, values)


def _axis(axes: Axes, place: int, one: Setting, ink: str, quiet: str, ground: str) -> None:
    """One upright axis: a line, its ends or its options, and a place for what was not met."""
    axes.plot([place, place], [0, 1], color=quiet, lw=1.0)
    box: dict[str, Any] = {"facecolor": ground, "edgecolor": "none", "alpha": 0.75, "pad": 0.8}
    text: dict[str, Any] = {"fontsize": 8, "color": ink, "ha": "left", "va": "center", "bbox": box}
    if one.options:
        count = len(one.options)
        every = range(count) if count <= _MOST_OPTIONS else range(0, count, math.ceil(count / _MOST_OPTIONS))
        for i in every:
            axes.text(place + 0.05, _at(i, count), label(one.options[i], 13), **text)
    elif one.met.any():
        low, high = _ends(one)
        for at, value in ((0.0, low), (1.0, high)):
            axes.text(place + 0.05, at, number(value), **text)
            if low == high:
                break
    if not one.met.all():
        axes.text(place + 0.05, -0.16, "not met", **{**text, "color": quiet, "style": "italic"})


def _ends(one: Setting) -> tuple[float, float]:
    if one.bounds is not None:
        return one.bounds
    numbers = one.places[one.met]
    return float(numbers.min()), float(numbers.max())


def _at(place: float, count: int) -> float:
    return 0.5 if count < 2 else place / (count - 1)


def _unit(one: Setting) -> np.ndarray:
    """Where on an axis from 0 to 1 each attempt stands."""
    if one.options:
        return np.array([_at(place, len(one.options)) if place == place else 0.0 for place in one.places])
    if not one.met.any():
        return np.zeros(len(one.places))
    low, high = _ends(one)
    at = one.places.astype(float)
    if one.log and low > 0:
        low, high = math.log(low), math.log(high)
        at = np.log(at, where=at > 0, out=np.full(len(at), np.nan))
    return np.full(len(at), 0.5) if high == low else np.clip((at - low) / (high - low), 0, 1)


def _fraction(values: np.ndarray) -> np.ndarray:
    finite = values[np.isfinite(values)]
    if not len(finite) or finite.min() == finite.max():
        return np.full(len(values), 0.5)
    return np.asarray((values - finite.min()) / (finite.max() - finite.min()))
