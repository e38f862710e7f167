"""How long it takes until something happens, where of some rows it is only known how long it did not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from protokit.core.values.signature import TASKS, Reader, TargetSpec, Task

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd


class Survival(Task):
    """How long it takes until an event.

    Truth: the time, and whether the event was seen then, 1, or the row was lost sight of, 0 (rows, 2).
    Scores: the probability that it has not happened by each of the target's `times` (rows, times), descending.
    """

    name = "survival"
    about = "How long it takes until an event that is not seen in every row."
    rank = 38
    form = "survival"
    numeric = True
    coding = "times"
    head = "log_hazards"
    takes_members = False
    sided = True
    loss = "piecewise_exponential"
    losses = ("cox",)
    in_training = ()
    metrics = ("concordance", "integrated_brier_score")
    importance = "concordance"

    def accepts(self, loss: str) -> bool:
        """See Task: none but its own."""
        return False

    def shape(self, target: TargetSpec) -> tuple[int, ...]:
        """See Task: a logarithm of the hazard for each interval."""
        return (len(target.times),)

    def labels(self, target: TargetSpec, scores: np.ndarray, thresholds: np.ndarray | None) -> np.ndarray:
        """See Task: how long it takes on average, counted up to the last of the times."""
        import numpy as np

        ends = np.array([0.0, *target.times])
        before = np.concatenate([np.ones((len(scores), 1)), scores], axis=1)
        found: np.ndarray = (0.5 * (before[:, 1:] + before[:, :-1]) * np.diff(ends)).sum(axis=1)
        return found

    def sides(self, target: TargetSpec, truth: np.ndarray) -> list[tuple[TargetSpec, np.ndarray]]:
        """See Task: how long a row was in sight, and whether the event was seen."""
        time, event = target.columns
        return [
            (TargetSpec(time, "regression"), truth[:, 0]),
            (TargetSpec(event, "binary", (0, 1)), truth[:, 1].astype(int)),
        ]

    def brought(self, own: TargetSpec, scores: np.ndarray, other: TargetSpec) -> np.ndarray:
        """See Task: at the other times. Hazards are constant between a fold's own times, and go on after the last."""
        import numpy as np

        if own.times == other.times:
            return scores
        ends = np.array([0.0, *own.times])
        sums = np.concatenate([np.zeros((len(scores), 1)), -np.log(np.maximum(scores, 1e-300))], axis=1)
        hazards = np.diff(sums, axis=1) / np.diff(ends)
        at = np.array(other.times)
        place = np.clip(np.searchsorted(ends, at, side="right") - 1, 0, len(own.times) - 1)
        later: np.ndarray = np.exp(-(sums[:, place] + hazards[:, place] * (at - ends[place])))
        return later

    def truth_columns(self, target: TargetSpec, truth: np.ndarray) -> dict[str, np.ndarray]:
        """See Task."""
        return {name: truth[:, i] for i, name in enumerate(target.columns)}

    def score_columns(
        self, target: TargetSpec, scores: np.ndarray, thresholds: np.ndarray | None
    ) -> dict[str, np.ndarray]:
        """See Task."""
        return {f"{target.name} > {time:g}": scores[:, i] for i, time in enumerate(target.times)}

    def read_truth(self, target: TargetSpec, reader: Reader) -> np.ndarray:
        """See Task."""
        return reader.stacked(2)

    def read_scores(self, target: TargetSpec, reader: Reader, *, chosen: bool) -> tuple[np.ndarray, np.ndarray | None]:
        """See Task."""
        return reader.stacked(len(target.times)), None

    def predicted(self, target: TargetSpec, scores: np.ndarray) -> Mapping[str, np.ndarray | pd.Series]:
        """See Task."""
        return {target.name: self.labels(target, scores, None), **self.score_columns(target, scores, None)}


TASKS.add(Survival())
