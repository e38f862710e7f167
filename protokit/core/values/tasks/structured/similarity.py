"""Rows of one class near each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from protokit.core.values.signature import TASKS, Reader, TargetSpec, Task

if TYPE_CHECKING:
    import numpy as np

NEAREST = 10  # rows that are looked at for each
_AT_A_TIME = 1_000


class Similarity(Task):
    """An embedding in which rows of one class are near each other.

    Truth: classes as texts (rows,). Scores: the classes of the 10 nearest other rows (rows, 10), the nearest first,
    None where there are no more rows; of a row whose class no other one has, all are None.
    """

    name = "similarity"
    about = "An embedding in which rows of one class are near each other, of classes seen in training or not."
    rank = 74
    form = "embedding"
    coding = "identities"
    head = "embedding"
    takes_members = False
    loss = "triplet"
    in_training = ()
    metrics = ("recall_at_1", "recall_at_5")

    def accepts(self, loss: str) -> bool:
        """See Task: those of Keras compare no rows with each other."""
        return False

    def shape(self, target: TargetSpec) -> tuple[int, ...]:
        """See Task."""
        return (target.width,)

    def judged(self, target: TargetSpec, scores: np.ndarray, truth: np.ndarray) -> np.ndarray:
        """See Task: the classes of the nearest rows. Shapes: (rows, any width) -> (rows, 10)."""
        import numpy as np

        points = np.asarray(scores, np.float64)
        squares = (points**2).sum(axis=1)
        found = np.full((len(points), NEAREST), None, object)
        _, of, counts = np.unique(truth, return_inverse=True, return_counts=True)
        for start in range(0, len(points), _AT_A_TIME):
            some = np.arange(start, min(len(points), start + _AT_A_TIME))
            away = squares[some, None] + squares - 2 * points[some] @ points.T
            away[np.arange(len(some)), some] = np.inf
            order = np.argsort(away, axis=1, kind="stable")[:, : min(NEAREST, len(points) - 1)]
            found[some, : order.shape[1]] = truth[order]
        found[counts[of] < 2] = None
        return found

    def truth_columns(self, target: TargetSpec, truth: np.ndarray) -> dict[str, np.ndarray]:
        """See Task."""
        return {target.name: truth}

    def score_columns(
        self, target: TargetSpec, scores: np.ndarray, thresholds: np.ndarray | None
    ) -> dict[str, np.ndarray]:
        """See Task."""
        return {f"nearest {i + 1}": scores[:, i] for i in range(scores.shape[1])}

    def read_truth(self, target: TargetSpec, reader: Reader) -> np.ndarray:
        """See Task."""
        return reader.take()

    def read_scores(self, target: TargetSpec, reader: Reader, *, chosen: bool) -> tuple[np.ndarray, np.ndarray | None]:
        """See Task."""
        return reader.stacked(NEAREST), None

    def predicted(self, target: TargetSpec, scores: np.ndarray) -> dict[str, np.ndarray]:
        """See Task: where each row is."""
        return {f"embedding {i + 1}": scores[:, i] for i in range(scores.shape[1])}


TASKS.add(Similarity())
