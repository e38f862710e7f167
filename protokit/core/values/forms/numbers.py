"""One number a row."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from protokit.core.values.signature import Reader, TargetSpec, Task

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd


class OfNumber(Task):
    """A row has one number. Truth and scores: numbers in the target's own unit (rows,)."""

    form = "number"
    numeric = True
    on_disk = True
    coding = "numbers"
    importance = "root_mean_squared_error"
    constant = 0.98
    audited = True
    in_trees = True
    what: ClassVar[str] = "a number"
    instead: ClassVar[str] = "mend it"

    def impossible(self, numbers: np.ndarray) -> np.ndarray:
        """Which numbers the target cannot be, as they are not `what` it is; `instead` is the cure.

        Shapes: (rows,) -> (rows,) of truth values.
        """
        none: np.ndarray = numbers != numbers
        return none

    def shape(self, target: TargetSpec) -> tuple[int, ...]:
        """See Task."""
        return (1,)

    def truth_columns(self, target: TargetSpec, truth: np.ndarray) -> dict[str, np.ndarray]:
        """See Task."""
        return {target.name: truth}

    def score_columns(
        self, target: TargetSpec, scores: np.ndarray, thresholds: np.ndarray | None
    ) -> dict[str, np.ndarray]:
        """See Task."""
        return {f"{target.name} predicted": scores}

    def read_truth(self, target: TargetSpec, reader: Reader) -> np.ndarray:
        """See Task."""
        return reader.take()

    def read_scores(self, target: TargetSpec, reader: Reader, *, chosen: bool) -> tuple[np.ndarray, np.ndarray | None]:
        """See Task."""
        return reader.take(), None

    def predicted(self, target: TargetSpec, scores: np.ndarray) -> Mapping[str, np.ndarray | pd.Series]:
        """See Task."""
        return {target.name: scores}
