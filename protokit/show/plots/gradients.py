"""How much of the loss reaches each layer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, TypedDict

from matplotlib.figure import Figure

from protokit.show.plots.style import drawn, label, powers
from protokit.show.plots.themes import THEMES


class Layer(TypedDict):
    """The root mean square of the loss's gradient for a layer's kernel, and the shares of its units."""

    layer: str
    gradient: float | None
    dead: float | None
    saturated: float | None


def gradients(layers: Sequence[Layer], *, theme: str = "light") -> Figure:
    """The size of the gradient by layer, from the input to the output, and the share of units that are dead or
    saturated.
    """
    look = THEMES[theme]
    shown = [one for one in layers if one["gradient"] is not None]
    shares: tuple[Literal["dead", "saturated"], ...] = ("dead", "saturated")
    with drawn(theme, 6.8, 1.2 + 0.27 * max(2, len(shown)), columns=2) as (figure, (left, right)):
        lines = range(len(shown))
        sizes = [max(float(one["gradient"] or 0.0), 1e-30) for one in shown]
        left.hlines(lines, min(sizes) / 3, sizes, color=look.rule, lw=1.2)
        left.plot(sizes, lines, "o", ms=6, color=look.series[0])
        left.set_xscale("log")
        left.minorticks_off()
        left.locator_params(axis="x", numticks=5)
        left.xaxis.set_major_formatter(powers)
        left.set_xlim(min(sizes) / 3, max(sizes) * 3)
        left.set_yticks(lines, [label(one["layer"], 22) for one in shown])
        left.tick_params(axis="y", labelcolor=look.ink, length=0)
        left.set_title("gradient")
        for i, name in enumerate(shares):
            values = [(one[name], at) for at, one in enumerate(shown) if one.get(name) is not None]
            if values:
                right.barh(
                    [at + (i - 0.5) * 0.3 for _, at in values], [share for share, _ in values], 0.26,
                    color=look.series[i + 1], alpha=0.8, label=name, hatch=("", "////")[i], edgecolor=look.ground, lw=0,
                )  # fmt: skip
        right.set_xlim(0, 1)
        right.set_yticks([])
        right.set_title("share of units")
        right.xaxis.set_major_formatter(lambda value, _: f"{value:.0%}")
        if right.get_legend_handles_labels()[0]:
            right.legend(loc="lower right")
        for axes in (left, right):
            axes.set_ylim(len(shown) - 0.5, -0.5)
            axes.grid(axis="x")
            axes.spines["left"].set_visible(False)
    return figure
