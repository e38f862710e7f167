"""A class for each step of a sequence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from protokit.core.values.signature import TASKS, Reader, TargetSpec, Task

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

NO_STEP, NO_LABEL = -2, -1


class Tagging(Task):
    """A class for each step of a sequence, of at most `horizon`.

    Truth: places of classes (rows, steps), -1 where a step has none, -2 where there is no step. Scores: probabilities
    (rows, steps, classes), of whatever where there is no step.
    """

    name = "tagging"
    about = "A class for each step of a sequence."
    rank = 24
    form = "tags"
    stratified = True
    coding = "tags"
    head = "tags"
    takes_members = False
    activation = "softmax"
    loss = "step_crossentropy"
    in_training = ()
    metrics = ("step_accuracy", "step_f1_macro", "span_f1")
    importance = "step_accuracy"

    def accepts(self, loss: str) -> bool:
        """See Task: none but its own, which knows steps without a label."""
        return False

    def shape(self, target: TargetSpec) -> tuple[int, ...]:
        """See Task."""
        return (target.horizon, len(target.classes))

    def labels(self, target: TargetSpec, scores: np.ndarray, thresholds: np.ndarray | None) -> np.ndarray:
        """See Task: the likeliest class of each step. Shapes: (rows, steps)."""
        likeliest: np.ndarray = scores.argmax(axis=-1)
        return likeliest

    def steps(self, truth: np.ndarray) -> np.ndarray:
        """See Task."""
        found: np.ndarray = truth != NO_STEP
        return found

    def truth_columns(self, target: TargetSpec, truth: np.ndarray) -> dict[str, np.ndarray]:
        """See Task: None where a step has no label, NaN where there is no step."""
        return {target.name: _texts(target, truth.ravel())}

    def score_columns(
        self, target: TargetSpec, scores: np.ndarray, thresholds: np.ndarray | None
    ) -> dict[str, np.ndarray]:
        """See Task."""
        flat = scores.reshape(-1, len(target.classes))
        called = _texts(target, flat.argmax(axis=1))
        return {f"{target.name} predicted": called, **_each(target, flat)}

    def read_truth(self, target: TargetSpec, reader: Reader) -> np.ndarray:
        """See Task."""
        import numpy as np

        place: dict[object, int] = {value: i for i, value in enumerate(target.classes)}
        found = [NO_STEP if value != value else place.get(value, NO_LABEL) for value in reader.take()]
        return np.array(found, np.int64).reshape(-1, target.horizon)

    def read_scores(self, target: TargetSpec, reader: Reader, *, chosen: bool) -> tuple[np.ndarray, np.ndarray | None]:
        """See Task."""
        import numpy as np

        reader.skip(1)
        classes = len(target.classes)
        return np.nan_to_num(reader.stacked(classes), nan=1 / classes).reshape(-1, target.horizon, classes), None

    def predicted(self, target: TargetSpec, scores: np.ndarray) -> Mapping[str, np.ndarray | pd.Series]:
        """See Task: of steps one after the other, nothing where there are no scores. Shapes: (steps, classes)."""
        import numpy as np
        import pandas as pd

        classes = np.array([*target.classes, None], dtype=object)
        there = ~np.isnan(scores).any(axis=1)
        called = pd.Series(classes[np.where(there, np.nan_to_num(scores).argmax(axis=1), -1)], dtype=object)
        return {target.name: called.infer_objects(), **_each(target, scores)}


TASKS.add(Tagging())


def _each(target: TargetSpec, scores: np.ndarray) -> dict[str, np.ndarray]:
    return {f"{target.name} = {c}": scores[:, i] for i, c in enumerate(target.classes)}


def _texts(target: TargetSpec, positions: np.ndarray) -> np.ndarray:
    import numpy as np

    classes = np.array([*(str(value) for value in target.classes), np.nan, None], object)
    return np.asarray(classes[positions])  # NO_LABEL is the last one, and NO_STEP the one before
