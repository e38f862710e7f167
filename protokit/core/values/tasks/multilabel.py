"""Labels that may each be there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from protokit.core.values.signature import TASKS, Reader, TargetSpec, Task

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd


class Multilabel(Task):
    """Labels that may each be there. Truth: 0 and 1 (rows, labels). Scores: probabilities (rows, labels)."""

    name = "multilabel"
    about = "Labels that may each be there or not."
    rank = 40
    form = "labels"
    stratified = True
    coding = "labels"
    probabilities = True
    activation = "sigmoid"
    loss = "BinaryCrossentropy"
    in_training = ("binary_accuracy",)
    metrics = ("f1_macro", "accuracy", "roc_auc_macro")
    importance = "hamming_loss"
    in_trees = True

    def accepts(self, loss: str) -> bool:
        """See Task."""
        return "sparse" not in loss and "categorical" not in loss

    def shape(self, target: TargetSpec) -> tuple[int, ...]:
        """See Task."""
        return (len(target.columns),)

    def labels(self, target: TargetSpec, scores: np.ndarray, thresholds: np.ndarray | None) -> np.ndarray:
        """See Task: 1 where the probability is above the threshold."""
        border = target.threshold if thresholds is None else thresholds
        above: np.ndarray = scores > border
        return above.astype(int)

    def truth_columns(self, target: TargetSpec, truth: np.ndarray) -> dict[str, np.ndarray]:
        """See Task."""
        return {label: truth[:, i] for i, label in enumerate(target.columns)}

    def score_columns(
        self, target: TargetSpec, scores: np.ndarray, thresholds: np.ndarray | None
    ) -> dict[str, np.ndarray]:
        """See Task."""
        return {f"{label} = 1": scores[:, i] for i, label in enumerate(target.columns)}

    def read_truth(self, target: TargetSpec, reader: Reader) -> np.ndarray:
        """See Task."""
        return reader.stacked(len(target.columns))

    def read_scores(self, target: TargetSpec, reader: Reader, *, chosen: bool) -> tuple[np.ndarray, np.ndarray | None]:
        """See Task."""
        return reader.stacked(len(target.columns)), None

    def predicted(self, target: TargetSpec, scores: np.ndarray) -> Mapping[str, np.ndarray | pd.Series]:
        """See Task."""
        found = target.labels(scores)
        labels = {label: found[:, i] for i, label in enumerate(target.columns)}
        return {**labels, **self.score_columns(target, scores, None)}


TASKS.add(Multilabel())
