"""Clusters of rows that nothing is known of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from protokit.core.values.signature import TASKS, Reader, TargetSpec, Task

if TYPE_CHECKING:
    import numpy as np


class Clustering(Task):
    """Clusters in what a network makes of rows. Truth: points (rows, width). Scores: (rows, clusters)."""

    name = "clustering"
    about = "Clusters of rows that nothing is known of."
    rank = 70
    form = "clusters"
    has_target = False
    head = "reconstruction"
    takes_members = False
    metrics = ("adjusted_rand", "adjusted_mutual_info", "silhouette", "davies_bouldin")

    def shape(self, target: TargetSpec) -> tuple[int, ...]:
        """See Task."""
        return (target.width,)

    def labels(self, target: TargetSpec, scores: np.ndarray, thresholds: np.ndarray | None) -> np.ndarray:
        """See Task: the cluster with the highest score."""
        likeliest: np.ndarray = scores.argmax(axis=1)
        return likeliest

    def truth_columns(self, target: TargetSpec, truth: np.ndarray) -> dict[str, np.ndarray]:
        """See Task: the points."""
        return {f"point {i + 1}": truth[:, i] for i in range(truth.shape[1])}

    def score_columns(
        self, target: TargetSpec, scores: np.ndarray, thresholds: np.ndarray | None
    ) -> dict[str, np.ndarray]:
        """See Task."""
        return {f"{target.name} = {c}": scores[:, i] for i, c in enumerate(target.classes)}

    def read_truth(self, target: TargetSpec, reader: Reader) -> np.ndarray:
        """See Task."""
        return reader.stacked(target.width)

    def read_scores(self, target: TargetSpec, reader: Reader, *, chosen: bool) -> tuple[np.ndarray, np.ndarray | None]:
        """See Task."""
        return reader.stacked(len(target.classes)), None


TASKS.add(Clustering())
