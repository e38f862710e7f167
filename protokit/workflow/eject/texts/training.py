"""Training, and what is predicted with its weights."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from protokit.core.libraries.backend import keras, tf
from protokit.workflow.eject.texts.seeds import order_of


class Judged(keras.callbacks.Callback):  # type: ignore[misc]
    """After each epoch the best weights are kept, the learning rate is set, and training ends when nothing improves."""

    def __init__(self, schedule: str, epochs: int, patience: int | None, plateau: int, monitor: str) -> None:
        super().__init__()
        self.schedule, self.epochs, self.patience, self.plateau = schedule, epochs, patience, plateau
        self.monitor, self.best, self.waited, self.level, self.factor = monitor, math.inf, 0, 0, 1.0

    def on_train_begin(self, logs: Any = None) -> None:
        """Take up the rate that the optimizer has, and the weights that the network begins with."""
        self.rate = float(self.model.optimizer.learning_rate)
        self.weights = self.model.get_weights()

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        """Set the learning rate of the epoch."""
        rate = self.rate * self.factor
        if self.schedule == "cosine":
            rate = self.rate * 0.5 * (1 + math.cos(math.pi * epoch / self.epochs))
        self.model.optimizer.learning_rate = rate

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Judge the epoch by the validation rows."""
        value = logs[self.monitor]
        if value < self.best:
            self.best, self.waited, self.level, self.weights = value, 0, 0, self.model.get_weights()
        else:
            self.waited, self.level = self.waited + 1, self.level + 1
        if self.schedule == "plateau" and self.level >= self.plateau:
            self.factor, self.level = self.factor * 0.3, 0
        if self.patience is not None and self.waited >= self.patience:
            self.model.stop_training = True

    def on_train_end(self, logs: Any = None) -> None:
        """Give the network the best weights that it had."""
        self.model.set_weights(self.weights)


def fit(
    network: keras.Model,
    rows: dict[str, Any],
    train: np.ndarray,
    validation: np.ndarray,
    seed: int,
    epochs: int,
    batch_size: int,
    judged: Judged,
) -> None:
    """Train a network on some rows, judged by others; `rows` has all of them as `inputs`, `targets` and `weights`.

    The others count by their `validation_weights`, where there are some. Batches come in an order that follows from
    the seed, the last one of an epoch being what is left.
    """
    names = ("inputs", "targets", "weights")
    data = tuple(tf.nest.map_structure(lambda values: values[train], rows[name]) for name in names if name in rows)

    def batches() -> Iterator[Any]:
        for epoch in range(epochs):
            order = order_of(seed, epoch, len(train))
            for start in range(0, len(train), batch_size):
                yield tf.nest.map_structure(lambda values: values[order[start : start + batch_size]], data)  # noqa: B023

    shapes = tf.nest.map_structure(lambda values: tf.TensorSpec((None, *values.shape[1:]), values.dtype), data)
    network.fit(
        tf.data.Dataset.from_generator(batches, output_signature=shapes),
        epochs=epochs,
        steps_per_epoch=math.ceil(len(train) / batch_size),
        validation_data=tuple(
            tf.nest.map_structure(lambda values: values[validation], rows[name])
            for name in ("inputs", "targets", "validation_weights")
            if name in rows
        ),
        validation_batch_size=4096,
        shuffle=False,
        callbacks=[judged],
        verbose=0,
    )


def predicted(network: keras.Model, rows: dict[str, Any], some: np.ndarray) -> Any:
    """What a network gives for some rows."""
    return network.predict({name: values[some] for name, values in rows["inputs"].items()}, batch_size=4096, verbose=0)
