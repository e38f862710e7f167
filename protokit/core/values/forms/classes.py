"""One of several classes, with the probability of each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from protokit.core.values.signature import Reader, TargetSpec, Task

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd


class OfClasses(Task):
    """A row is of one class. Truth: its place (rows,). Scores: probabilities (rows, classes)."""

    form = "classes"
    stratified = True
    on_disk = True
    coding = "classes"
    probabilities = True
    in_training = ("accuracy",)
    importance = "log_loss"
    constant = 0.998
    audited = True
    in_trees = True

    def shape(self, target: TargetSpec) -> tuple[int, ...]:
        """See Task."""
        return (len(target.classes),)

    def labels(self, target: TargetSpec, scores: np.ndarray, thresholds: np.ndarray | None) -> np.ndarray:
        """See Task: the likeliest class."""
        likeliest: np.ndarray = scores.argmax(axis=1)
        return likeliest

    def truth_columns(self, target: TargetSpec, truth: np.ndarray) -> dict[str, np.ndarray]:
        """See Task."""
        return {target.name: _texts(target, truth)}

    def score_columns(
        self, target: TargetSpec, scores: np.ndarray, thresholds: np.ndarray | None
    ) -> dict[str, np.ndarray]:
        """See Task."""
        chosen = {} if thresholds is None else {f"{target.name} threshold": thresholds}
        called = _texts(target, self.labels(target, scores, thresholds))
        return {f"{target.name} predicted": called, **chosen, **self._each(target, scores)}

    def read_truth(self, target: TargetSpec, reader: Reader) -> np.ndarray:
        """See Task."""
        import numpy as np

        place = {value: i for i, value in enumerate(target.classes)}
        return np.array([place[value] for value in reader.take()], np.int64)

    def read_scores(self, target: TargetSpec, reader: Reader, *, chosen: bool) -> tuple[np.ndarray, np.ndarray | None]:
        """See Task."""
        reader.skip(1)
        thresholds = reader.take() if chosen else None
        return reader.stacked(len(target.classes)), thresholds

    def predicted(self, target: TargetSpec, scores: np.ndarray) -> Mapping[str, np.ndarray | pd.Series]:
        """See Task."""
        import numpy as np
        import pandas as pd

        classes = np.array(target.classes, dtype=object)
        called = classes[target.labels(scores)]
        if not all(isinstance(one, str) for one in target.classes):
            called = pd.Series(called).infer_objects()
        return {target.name: called, **self._each(target, scores)}

    @staticmethod
    def _each(target: TargetSpec, scores: np.ndarray) -> dict[str, np.ndarray]:
        return {f"{target.name} = {c}": scores[:, i] for i, c in enumerate(target.classes)}


def _texts(target: TargetSpec, positions: np.ndarray) -> np.ndarray:
    import numpy as np

    classes = np.array([str(value) for value in target.classes], object)
    return np.asarray(classes[positions])
