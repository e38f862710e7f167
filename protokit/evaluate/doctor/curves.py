"""The course of a training: the losses by epoch, and the edits of the learning rate."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from protokit.core.checkup import Checkup, Edit

_AT_END = 3  # epochs that the last value is the mean of
_USUAL = {"SGD": 1e-2}  # learning rates to go back to
_USUAL_ADAPTIVE = 1e-3


def training(checkup: Checkup) -> np.ndarray:
    """The training loss by epoch, before the first what the initial weights or a constant have, whichever is more.

    Shapes: (epochs + 1,).
    """
    start = max(checkup.start, checkup.constant) + checkup.penalty_start
    return np.array([start, *(row["loss"] for row in checkup.history)])


def from_start(checkup: Checkup) -> np.ndarray:
    """The training loss by epoch, before the first that of the initial weights.

    What the sampled rows are easier or harder than all is taken off: the kept weights show it on both.

    Shapes: (epochs + 1,).
    """
    losses = training(checkup)
    losses[0] = checkup.start + checkup.penalty_start
    if 0 < checkup.best_epoch < len(losses):
        losses[0] += losses[checkup.best_epoch] - checkup.penalty - checkup.trained
    return losses


def validation(checkup: Checkup) -> np.ndarray:
    """The validation loss by epoch. Shapes: (epochs,)."""
    return np.array([row["validation_loss"] for row in checkup.history])


def at_end(losses: np.ndarray) -> float:
    """The mean of the last epochs."""
    return float(losses[-_AT_END:].mean())


def steadiness(losses: np.ndarray) -> float:
    """The fall in the second half of a course as a share of that in the first: 1 along a line, 0 once settled."""
    middle = float(losses[len(losses) // 2])
    first, second = float(losses[0]) - middle, middle - float(losses[-1])
    return second / first if first > 0 else 1.0 if second > 0 else 0.0


def usual_rate(optimizer: str) -> float:
    """The learning rate that most trainings with an optimizer begin with."""
    return _USUAL.get(optimizer, _USUAL_ADAPTIVE)


def with_rate(checkup: Checkup, rate: float) -> Edit:
    """The edit that gives the optimizer another learning rate and leaves its other arguments."""
    kept: Mapping[str, object] = {k: v for k, v in checkup.arguments.items() if k != "learning_rate"}
    return Edit({"learn.optimizer": {checkup.optimizer: {"learning_rate": float(f"{rate:.2g}"), **kept}}})
