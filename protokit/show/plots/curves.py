"""Loss and metrics by epoch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator

from protokit.show.plots.style import LINES, drawn, label, numbered
from protokit.show.plots.themes import THEMES

_MOST, _BESIDE = 6, 3  # metrics


def curves(history: Sequence[Mapping[str, float]], best_epoch: int = 0, *, theme: str = "light") -> Figure:
    """Loss of training and validation rows by epoch; of several networks each has its thin lines.

    `history` has a row for each epoch; the epoch that was kept is marked where there is one network.
    """
    look = THEMES[theme]
    runs: dict[tuple[float | None, float | None], list[Mapping[str, float]]] = {}
    for row in history:
        runs.setdefault((row.get("fold"), row.get("seed")), []).append(row)
    single = len(runs) == 1
    with drawn(theme, 5.4, 2.8) as (figure, axes):
        for i, rows in enumerate(runs.values()):
            epochs = [row["epoch"] for row in rows]
            for j, name in enumerate(("loss", "validation_loss")):
                said = ("training", "validation")[j] if i == 0 else None
                losses = [row[name] for row in rows]
                mark = "." if len(rows) == 1 else None
                axes.plot(
                    epochs,
                    losses,
                    ls=LINES[j],
                    marker=mark,
                    color=look.series[j],
                    lw=1.6 if single else 0.7,
                    label=said,
                )
        losses = [row[name] for row in history for name in ("loss", "validation_loss")]
        if min(losses) > 0 and max(losses) > 20 * min(losses):
            axes.set_yscale("log")
            axes.minorticks_off()
            axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5), numticks=8))
        if single and 0 < best_epoch <= len(history):
            kept = history[best_epoch - 1]
            axes.plot(
                kept["epoch"], kept["validation_loss"], "o", ms=6, color=look.series[1], label=f"kept: {best_epoch}"
            )
        axes.set_xlabel("epoch")
        axes.set_ylabel("loss")
        axes.grid(axis="y")
        axes.margins(x=0.02)
        numbered(axes)
        if max(row["epoch"] for row in history) < 10:
            axes.set_xticks(sorted({int(row["epoch"]) for row in history}))
        axes.legend(loc="upper right")
    return figure


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
