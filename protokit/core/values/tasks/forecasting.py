"""The next steps of series."""

from __future__ import annotations

from typing import TYPE_CHECKING

from protokit.core.values.signature import TASKS, Reader, TargetSpec, Task

if TYPE_CHECKING:
    import numpy as np


class Forecasting(Task):
    """The next steps of series. Truth and scores: (rows, horizon, columns) in the series' own units."""

    name = "forecasting"
    about = "The next steps of series."
    rank = 60
    form = "steps"
    numeric = True
    head = "forecast"
    takes_members = False
    metrics = ("mase", "mean_absolute_error", "smape")

    def shape(self, target: TargetSpec) -> tuple[int, ...]:
        """See Task."""
        return (target.horizon, len(target.columns))

    def truth_columns(self, target: TargetSpec, truth: np.ndarray) -> dict[str, np.ndarray]:
        """See Task."""
        return {column: truth[:, :, i].ravel() for i, column in enumerate(target.columns)}

    def score_columns(
        self, target: TargetSpec, scores: np.ndarray, thresholds: np.ndarray | None
    ) -> dict[str, np.ndarray]:
        """See Task."""
        return {f"{column} predicted": scores[:, :, i].ravel() for i, column in enumerate(target.columns)}

    def read_truth(self, target: TargetSpec, reader: Reader) -> np.ndarray:
        """See Task."""
        return reader.stacked(len(target.columns)).reshape(-1, target.horizon, len(target.columns))

    def read_scores(self, target: TargetSpec, reader: Reader, *, chosen: bool) -> tuple[np.ndarray, np.ndarray | None]:
        """See Task."""
        return self.read_truth(target, reader), None


TASKS.add(Forecasting())
