"""Baselines of a class for each step: those of rows, of which each step is one with its own columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from protokit.core.values.arrays import Features
from protokit.core.values.signature import TargetSpec
from protokit.evaluate.baselines.baseline import Fitted


class Fits(Protocol):
    """A baseline of rows."""

    def fit(
        self, features: Features, truth: np.ndarray, target: TargetSpec, seed: int, weights: np.ndarray | None = None
    ) -> Fitted:
        """See Baseline."""


def by_step(
    model: Fits,
    features: Features,
    truth: np.ndarray,
    target: TargetSpec,
    seed: int,
    weighed: Mapping[str, np.ndarray],
) -> Fitted:
    """A model of the steps that have a label: of their own numbers, and the columns of the whole sequence.

    Shapes: truth (rows, steps), below 0 where there is no label; `weighed` has the weights of the rows, if any.
    """
    known = truth >= 0
    row = np.repeat(np.arange(len(truth)), known.sum(axis=1))
    labels = truth[known]
    there = np.unique(labels)
    of_steps = TargetSpec(target.name, "multiclass", tuple(target.classes))
    by = {name: of_rows[row] for name, of_rows in weighed.items()}
    return _BySteps(model.fit(_of_steps(features, known), labels, of_steps, seed, **by), there, target)


@dataclass(frozen=True)
class _BySteps:
    """A model of steps, and the classes that it knows."""

    model: Fitted
    known: np.ndarray
    target: TargetSpec

    def scores(self, features: Features) -> np.ndarray:
        """See Fitted. Shapes: (rows, steps, classes)."""
        assert features.history is not None, "sequences have their steps"
        rows, steps = features.history.shape[:2]
        said = self.model.scores(_of_steps(features, np.ones((rows, steps), bool)))
        found = np.zeros((len(said), len(self.target.classes)))
        found[:, self.known] = said / said.sum(axis=1, keepdims=True, dtype=np.float64)
        return found.reshape(rows, steps, -1)


def steps_as_rows(features: Features, truth: np.ndarray, rows: np.ndarray) -> tuple[Features, np.ndarray]:
    """The steps that have a label of some sequences as rows, and the places of their classes.

    Shapes: truth (sequences, steps), rows (some,) of positions among the sequences.
    """
    known = np.zeros(truth.shape, bool)
    known[rows] = truth[rows] >= 0
    return _of_steps(features, known), truth[known]


def _of_steps(features: Features, known: np.ndarray) -> Features:
    """Steps as rows. Shapes: known (rows, steps)."""
    assert features.history is not None, "sequences have their steps"
    row = np.repeat(np.arange(len(known)), known.sum(axis=1))
    numbers = np.concatenate([features.history[known], features.numbers[row]], axis=1)
    return Features(numbers, features.codes[row], features.levels)
