"""Finds the batch and the layer where training left the finite numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from protokit.core.errors import TrainingError
from protokit.core.values import Arrays
from protokit.learn.keras_fit import batch_of
from protokit.learn.plan import Plan
from protokit.learn.snapshot import Snapshot

if TYPE_CHECKING:
    import keras

_LARGE = 1e3


def diagnose(network: keras.Model, train: Arrays, plan: Plan, last_good: Snapshot, base_rate: float) -> TrainingError:
    """Repeat training from the last good state, batch by batch, until the loss is not finite.

    Returns:
        The error to raise: it names epoch and batch, the first layer that was not finite, and the likely cause.
    """
    import numpy as np

    progress = last_good.restore(network)
    for epoch in range(progress.epoch, plan.epochs):
        network.optimizer.learning_rate = progress.learning_rate(base_rate, plan)
        order = plan.order(epoch, train.rows)
        for step in range(plan.steps(train.rows)):
            rows = order[step * plan.batch_size : (step + 1) * plan.batch_size]
            batch = batch_of(train, plan, rows)
            where = _first_bad_layer(network, batch[0])
            network.reset_metrics()
            losses = network.train_on_batch(*batch)
            loss = float(np.ravel(losses)[0])
            if where or not np.isfinite(loss):
                return _error(network, epoch + 1, step + 1, plan.steps(train.rows), where, batch, base_rate)
        progress.epoch += 1
        if progress.epoch > last_good.progress["epoch"] + 50:
            break
    return TrainingError("the loss is not finite", cure="lower learn.optimizer's learning_rate")


def _first_bad_layer(network: keras.Model, inputs: dict[str, object]) -> str | None:
    import keras
    import numpy as np

    layers = [layer for layer in network.layers if not isinstance(layer, keras.layers.InputLayer)]
    probe = keras.Model(network.inputs, [layer.output for layer in layers])
    outputs = probe(inputs, training=False)
    for layer, output in zip(layers, outputs, strict=True):
        if not np.isfinite(np.asarray(output)).all():
            return str(layer.name)
    return None


def _error(
    network: keras.Model, epoch: int, step: int, steps: int, where: str | None, batch: Any, rate: float
) -> TrainingError:
    import numpy as np

    bad = [name for name, values in batch[0].items() if not np.isfinite(values).all()]
    weights = [np.asarray(weight) for weight in network.trainable_weights]
    largest = max((float(np.abs(w).max()) if np.isfinite(w).all() else np.inf for w in weights), default=0.0)
    if bad:
        cause, cure = f"the input {bad[0]!r} holds values that are not finite", "mend the data"
    elif not np.isfinite(largest) or largest > _LARGE:
        cause = f"the weights grew without bound (a learning rate of {rate:g})"
        name = type(network.optimizer).__name__
        cure = f"lower it: learn.optimizer: {{{name}: {{learning_rate: {min(rate / 10, 1e-2):g}}}}}"
    else:
        cause = "the loss or an activation left the range of float32"
        cure = "lower the learning rate, or bound the activations"
    layer = f", first in the layer {where!r}" if where else ""
    return TrainingError(f"the loss is not finite in epoch {epoch}, batch {step} of {steps}{layer}: {cause}", cure=cure)
