"""Rows that could be: several numbers, drawn together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from protokit.core.values.signature import TASKS, TargetSpec
from protokit.core.values.tasks.vector import Vector

if TYPE_CHECKING:
    import numpy as np


class Generation(Vector):
    """Several numbers, drawn together. Truth: numbers (rows, parts). Scores: a draw for each row (rows, parts)."""

    name = "generation"
    about = "Rows that could be: several numbers, drawn together for what the other columns say."
    rank = 32
    form = "drawn"
    sided = False
    head = "drawn"
    takes_members = False
    in_training = ()
    metrics = ("energy_distance", "marginal_distance", "two_sample_accuracy")
    importance = "energy_distance"

    def sides(self, target: TargetSpec, truth: np.ndarray) -> list[tuple[TargetSpec, np.ndarray]]:
        """See Task: none, a column that tells much of what is drawn is what it is drawn for."""
        return []


TASKS.add(Generation())
