"""Quantiles of a number."""

from __future__ import annotations

from typing import TYPE_CHECKING

from protokit.core.values.signature import TASKS, Reader, TargetSpec, Task

if TYPE_CHECKING:
    import numpy as np


class Quantile(Task):
    """Quantiles of a number. Truth: numbers (rows,). Scores: (rows, quantiles), ascending."""

    name = "quantile"
    about = "Quantiles of a number."
    rank = 50
    form = "quantiles"
    numeric = True
    on_disk = True
    coding = "numbers"
    standardised = True
    loss = "pinball"
    in_training = ()
    metrics = ("mean_pinball_loss", "coverage", "interval_width")
    importance = "mean_pinball_loss"
    constant = 0.98
    audited = True
    in_trees = True

    def accepts(self, loss: str) -> bool:
        """See Task: none but its own."""
        return False

    def shape(self, target: TargetSpec) -> tuple[int, ...]:
        """See Task."""
        return (len(target.quantiles),)

    def labels(self, target: TargetSpec, scores: np.ndarray, thresholds: np.ndarray | None) -> np.ndarray:
        """See Task: the quantile that is nearest the median."""
        middle = min(range(len(target.quantiles)), key=lambda i: abs(target.quantiles[i] - 0.5))
        found: np.ndarray = scores[:, middle]
        return found

    def truth_columns(self, target: TargetSpec, truth: np.ndarray) -> dict[str, np.ndarray]:
        """See Task."""
        return {target.name: truth}

    def score_columns(
        self, target: TargetSpec, scores: np.ndarray, thresholds: np.ndarray | None
    ) -> dict[str, np.ndarray]:
        """See Task."""
        return {f"{target.name} {q:g}": scores[:, i] for i, q in enumerate(target.quantiles)}

    def read_truth(self, target: TargetSpec, reader: Reader) -> np.ndarray:
        """See Task."""
        return reader.take()

    def read_scores(self, target: TargetSpec, reader: Reader, *, chosen: bool) -> tuple[np.ndarray, np.ndarray | None]:
        """See Task."""
        return reader.stacked(len(target.quantiles)), None


TASKS.add(Quantile())
