"""A plan that is held against its model in a way of its own."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping

import numpy as np
import pandas as pd

from protokit.core.errors import SpecError
from protokit.doors.plan import Plan


class SelfProving(Plan):
    """A plan that says itself which examples it is held on, and how far a file is from the model. See `proven`."""

    @abstractmethod
    def drawn(self, count: int, seed: int) -> pd.DataFrame:
        """Examples such as may come, with what training did not see."""

    @abstractmethod
    def count(self, examples: pd.DataFrame) -> int:
        """How many there are."""

    @abstractmethod
    def arrays(self, examples: pd.DataFrame) -> dict[str, np.ndarray]:
        """Examples as a file takes them. Shapes: (examples, steps) by column."""

    @abstractmethod
    def differs(self, said: Mapping[str, np.ndarray], examples: pd.DataFrame) -> float:
        """How far what a file said is from what the model says, at most, in the networks' own units."""


def refuse(plan: Plan, form: str) -> None:
    """Hold that a format takes a plan that is one of rows.

    Raises:
        SpecError: it is another.
    """
    if plan.what:
        rule = f"{plan.what} do not go into a file of {form}"
        raise SpecError.one(rule, "export it as ONNX, as a SavedModel, or as .keras")
