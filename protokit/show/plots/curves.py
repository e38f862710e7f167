"""Loss by epoch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator

from protokit.show.plots.style import LINES, drawn, numbered
from protokit.show.plots.themes import THEMES


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
