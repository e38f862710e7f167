"""How a network is trained, as data: what every engine obeys."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from math import cos, isfinite, pi

import numpy as np

from protokit.learn.order import InBlocks, Order, drawn

PLATEAU = 6  # epochs
PLATEAU_FACTOR = 0.3


@dataclass(frozen=True)
class Plan:
    """Epochs, batches, stopping and schedule.

    `weights` are the weights of the training rows by target: by class, by the recipe's column, or both multiplied.
    `validation_weights` are those by the column. `typical_rows` are the training rows that batches and chunks follow
    from: the same for all folds, which differ in a few. `in_files` are rows that lie in files. What is not `timed` is
    trained by no way that a measured time has chosen: the same plan gives the same bits, whatever was trained before.
    What is `alone` gives the bits of a trainer of its own, however many rows the training before had: what is compiled
    for so many rows is compiled anew for others. `by_step`: the learning rate changes within an epoch, too, as the
    optimizer computes it.
    """

    epochs: int
    batch_size: int
    seed: int
    schedule: str
    patience: int | None
    monitor: str
    weights: Mapping[str, np.ndarray] | None
    validation_weights: Mapping[str, np.ndarray] | None = None
    typical_rows: int = 0
    plateau: int = PLATEAU
    in_files: bool = False
    by_step: bool = False
    timed: bool = True
    alone: bool = False

    def steps(self, rows: int) -> int:
        """Batches in an epoch; the last one may be smaller."""
        return -(-rows // self.batch_size)

    def order(self, epoch: int, rows: int) -> Order:
        """The order of the training rows in an epoch: a function of the seed and the epoch alone."""
        return InBlocks(self.seed, epoch, rows) if self.in_files else drawn(self.seed, epoch, rows)


@dataclass
class Progress:
    """How far training has come: all that stopping and the schedule remember, as plain data."""

    epoch: int = 0
    history: list[dict[str, float]] = field(default_factory=list)
    best: float | None = None
    best_epoch: int = 0
    waited: int = 0
    plateau: int = 0
    factor: float = 1.0
    done: bool = False
    engine: str = ""
    how: str = ""  # in words, what the engine does and why
    xla: bool | None = None  # what a trial of it showed
    careful: bool = False  # without XLA, after values that were not finite
    memory: list[dict[str, object]] = field(default_factory=list)  # what hooks and callbacks keep, in their order
    stopped: str = ""  # when, by which hook and why, where one ended it

    def learning_rate(self, base: float, plan: Plan) -> float:
        """The learning rate of the epoch that comes next; by step, what is multiplied by the factor of each."""
        if plan.schedule == "cosine":
            return base * 0.5 * (1 + cos(pi * self.epoch / plan.epochs))
        return base * self.factor

    def finish_epoch(self, logs: Mapping[str, float], plan: Plan) -> bool:
        """Take in the scores of an epoch; True when it is the best one so far."""
        self.epoch += 1
        self.history.append({"epoch": self.epoch, **logs})
        value = logs[plan.monitor]
        better = isfinite(value) and (self.best is None or value < self.best)
        if better:
            self.best, self.best_epoch, self.waited, self.plateau = value, self.epoch, 0, 0
        else:
            self.waited, self.plateau = self.waited + 1, self.plateau + 1
        if plan.schedule == "plateau" and self.plateau >= plan.plateau:
            self.factor, self.plateau = self.factor * PLATEAU_FACTOR, 0
        out_of_patience = plan.patience is not None and self.waited >= plan.patience
        self.done = out_of_patience or self.epoch >= plan.epochs
        return better

    def as_plain(self) -> dict[str, object]:
        """The progress as JSON values, to the bit."""
        return asdict(self)
