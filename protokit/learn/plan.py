"""How a network is trained, as data: what every engine obeys."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from math import cos, isfinite, pi
from typing import Literal

import numpy as np

from protokit.core.errors import DataError
from protokit.core.names import as_text
from protokit.core.seeds import derive
from protokit.core.values import Arrays, Signature
from protokit.learn.words import Learn

EPOCHS, PATIENCE, PLATEAU = 200, 20, 6  # of at least so many batches, or more of them:
BATCHES = 10
PLATEAU_FACTOR = 0.3


@dataclass(frozen=True)
class Plan:
    """Epochs, batches, stopping and schedule.

    `weights` are the weights of the training rows by target: by class, by the recipe's column, or both multiplied.
    `validation_weights` are those by the column. `typical_rows` are the training rows that batches and chunks follow
    from: the same for all folds, which differ in a few.
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

    @classmethod
    def of(
        cls,
        learn: Learn,
        signature: Signature,
        train: Arrays,
        validation: Arrays,
        seed: int,
        typical_rows: int | None = None,
    ) -> Plan:
        """The plan for given rows. `seed` is the network's; `typical_rows` are `train`'s by default."""
        rows = typical_rows or train.rows
        size = min(learn.batch_size or batch_size(rows), rows)
        # few batches change little: where an epoch is of few, as many more epochs are as one
        times = max(1, -(-BATCHES // -(-rows // size)))
        return cls(
            learn.epochs or EPOCHS * times,
            size,
            seed,
            learn.schedule,
            (learn.stop.patience or PATIENCE * times) if learn.stop else None,
            learn.stop.monitor if learn.stop else "validation_loss",
            _weights(train, class_weights(learn.class_weights, signature, train)),
            _weights(validation, None),
            rows,
            PLATEAU * times,
        )

    def steps(self, rows: int) -> int:
        """Batches in an epoch; the last one may be smaller."""
        return -(-rows // self.batch_size)

    def order(self, epoch: int, rows: int) -> np.ndarray:
        """The order of the training rows in an epoch: a function of the seed and the epoch alone."""
        return np.random.Generator(np.random.PCG64(derive(self.seed, "order", epoch))).permutation(rows)


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

    def learning_rate(self, base: float, plan: Plan) -> float:
        """The learning rate of the epoch that comes next."""
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


def _weights(arrays: Arrays, by_class: dict[str, np.ndarray] | None) -> dict[str, np.ndarray] | None:
    if arrays.weights is None:
        return by_class
    return {name: arrays.weights * (by_class[name] if by_class else 1) for name in arrays.targets}


def batch_size(rows: int) -> int:
    """Rows in a batch when the recipe says nothing: a fiftieth of the training rows, from 32 to 256.

    >>> batch_size(100), batch_size(5_000), batch_size(1_000_000)
    (32, 100, 256)
    """
    return max(32, min(256, rows // 50))


def class_weights(
    given: Literal["balanced"] | Mapping[object, float] | None, signature: Signature, train: Arrays
) -> dict[str, np.ndarray] | None:
    """The weight of each training row by its class, with a mean of 1 over the rows when balanced.

    Shapes: by the target's key, (rows,) float32.

    Raises:
        DataError: the target has no classes, or not the ones that are weighted.
    """
    if given is None:
        return None
    found: dict[str, np.ndarray] = {}
    for target in signature.targets:
        truth = train.truth[target.name]
        if not target.has_classes:
            raise DataError(f"class weights, and {target.name!r} has no classes", cure="remove learn.class_weights")
        if given == "balanced":
            counts = np.bincount(truth, minlength=len(target.classes))
            weights = len(truth) / (len(target.classes) * np.maximum(counts, 1))
        else:
            by_name = {as_text(name): weight for name, weight in given.items()}
            names = [as_text(name) for name in target.classes]
            if unknown := sorted(set(by_name) - set(names)):
                raise DataError(f"class weights: {target.name!r} has no class {unknown[0]!r}", cure=f"it has {names}")
            weights = np.array([by_name.get(name, 1.0) for name in names])
        found[target.key] = weights[truth].astype(np.float32)
    return found
