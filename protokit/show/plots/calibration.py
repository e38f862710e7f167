"""Whether a probability means what it says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from matplotlib.figure import Figure

from protokit.show.plots.style import drawn
from protokit.show.plots.themes import THEMES


def calibration(
    bins: Sequence[Mapping[str, float | None]], error: float | None = None, *, theme: str = "light"
) -> Figure:
    """Reliability: of the rows that were given a probability, the share for which it came true.

    `bins` have `low` and `high`, `rows`, `predicted` (their mean probability) and `observed` (the share). The bars are
    as wide as the bins, and the upright lines as long as the share is off.

    Source: Guo et al., On Calibration of Modern Neural Networks, 2017.
    """
    look = THEMES[theme]
    filled = [one for one in bins if one["rows"] and one["observed"] is not None]
    with drawn(theme, 4.6, 4.2) as (figure, axes):
        axes.plot([0, 1], [0, 1], color=look.quiet, lw=0.8, ls=(0, (2, 3)), label="as it should be")
        x, y = [one["predicted"] for one in filled], [one["observed"] for one in filled]
        axes.vlines(x, x, y, color=look.series[1], lw=1.2)
        axes.hlines(
            y, [one["low"] for one in filled], [one["high"] for one in filled], color=look.series[0], lw=3, alpha=0.3
        )
        axes.plot(x, y, "-o", ms=5, lw=1.4, color=look.series[0], label="network")
        axes.set_xlabel("probability that the network gave")
        axes.set_ylabel("share that came true")
        axes.set_xlim(-0.02, 1.02)
        axes.set_ylim(-0.02, 1.02)
        axes.set_aspect("equal")
        axes.grid()
        title = None if error is None else f"calibration error {error:.3f}"
        axes.legend(loc="upper left", title=title, alignment="left")
    return figure
