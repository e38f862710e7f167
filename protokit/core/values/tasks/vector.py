"""Several numbers, which are learned as one target."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from protokit.core.values.signature import TASKS, Form, Reader, TargetSpec, Task

if TYPE_CHECKING:
    import numpy as np


class Vector(Task):
    """Several numbers as one target. Truth and scores: numbers, each in its own unit (rows, parts)."""

    name = "vector"
    about = "Several numbers that are learned as one: of several columns, or of a column of lists."
    rank = 31
    form: ClassVar[Form] = "vector"
    numeric = True
    coding = "vectors"
    standardised = True
    sided = True
    metrics = ("r2_macro", "root_mean_squared_error_macro", "mean_absolute_error_macro")
    importance = "r2_macro"  # errors of parts with other units cannot be added up

    def shape(self, target: TargetSpec) -> tuple[int, ...]:
        """See Task."""
        return (len(target.columns),)

    def sides(self, target: TargetSpec, truth: np.ndarray) -> list[tuple[TargetSpec, np.ndarray]]:
        """See Task: each part."""
        return [(TargetSpec(part, "regression"), truth[:, i]) for i, part in enumerate(target.columns)]

    def truth_columns(self, target: TargetSpec, truth: np.ndarray) -> dict[str, np.ndarray]:
        """See Task."""
        return {part: truth[:, i] for i, part in enumerate(target.columns)}

    def score_columns(
        self, target: TargetSpec, scores: np.ndarray, thresholds: np.ndarray | None
    ) -> dict[str, np.ndarray]:
        """See Task."""
        return {f"{part} predicted": scores[:, i] for i, part in enumerate(target.columns)}

    def read_truth(self, target: TargetSpec, reader: Reader) -> np.ndarray:
        """See Task."""
        return reader.stacked(len(target.columns))

    def read_scores(self, target: TargetSpec, reader: Reader, *, chosen: bool) -> tuple[np.ndarray, np.ndarray | None]:
        """See Task."""
        return reader.stacked(len(target.columns)), None

    def predicted(self, target: TargetSpec, scores: np.ndarray) -> dict[str, np.ndarray]:
        """See Task."""
        return self.truth_columns(target, scores)


TASKS.add(Vector())
