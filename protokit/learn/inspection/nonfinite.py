"""Finds the batch and the layer where training left the finite numbers."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from protokit.core.errors import TrainingError
from protokit.core.libraries.backend import keras
from protokit.core.libraries.keras_inside import calls_of, nodes_by_depth
from protokit.core.values.arrays import Arrays
from protokit.learn.engine import Training
from protokit.learn.plan import Plan, Progress
from protokit.learn.snapshot import Snapshot
from protokit.learn.training.data_feed import Batch, Part, batch_of
from protokit.learn.training.failures import spoilt_layer

_LARGE = 1e3
_ABOVE_ZERO = {"Poisson", "MeanSquaredLogarithmicError", "KLDivergence"}
_SQUARES = "write learn.loss: MeanSquaredError"


def replay(
    network: keras.Model,
    engine: Training,
    train: Arrays,
    plan: Plan,
    last_good: Snapshot,
    progress: Progress,
    base_rate: float,
) -> Snapshot:
    """Repeat training from the last state that was kept to the end of the last epoch in which all was finite.

    The engine repeats what it did, to the bit. The network is in that state afterwards.
    """
    done = last_good.restore(network)
    for row in progress.history[done.epoch :]:
        network.optimizer.learning_rate = done.learning_rate(base_rate, plan)
        engine.steps(train, plan, done.epoch)
        done.finish_epoch(row, plan)
    return Snapshot.take(network, last_good.best, progress)


def diagnose(
    network: keras.Model, engine: Training, train: Arrays, plan: Plan, start: Snapshot, base_rate: float
) -> TrainingError:
    """Repeat an epoch from its start to the batch that was not finite.

    The error names epoch and batch, the first layer that was not finite, and the likely cause. The network is at
    the start of the epoch afterwards.
    """

    def after(count: int | None) -> int | None:
        progress = start.restore(network)
        network.optimizer.learning_rate = progress.learning_rate(base_rate, plan)
        return engine.steps(train, plan, progress.epoch, count)

    progress = start.restore(network)
    steps = plan.steps(train.rows)
    met = after(None)
    bad = steps if met is None else met
    after(bad)
    spoilt = spoilt_layer(network)
    if spoilt is not None:  # the weights were lost before the loss was: find the step
        low, high = 0, bad
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (low, middle) if after(middle) is not None else (middle, high)
        bad = low
        after(bad)
    rows = plan.order(progress.epoch, train.rows)[bad * plan.batch_size : (bad + 1) * plan.batch_size]
    batch = batch_of(train, plan.weights, rows)
    place = f"in epoch {progress.epoch + 1}, batch {bad + 1} of {steps}"
    error = _error(network, place, spoilt, batch, progress.learning_rate(base_rate, plan))
    start.restore(network)
    return error


def first_bad_layer(network: keras.Model, inputs: Mapping[str, np.ndarray]) -> str | None:
    """The first layer, in the order of the computation, with an output that is not finite, in training."""
    own = {id(node) for nodes in nodes_by_depth(network).values() for node in nodes}
    named = [
        (operation.name, keras.tree.flatten(node.outputs))
        for operation in network.operations
        if not isinstance(operation, keras.layers.InputLayer)
        for node in calls_of(operation)
        if id(node) in own
    ]
    probe = keras.Model(network.input, [tensor for _, tensors in named for tensor in tensors])
    found = iter(keras.tree.flatten(probe(inputs, training=True)))
    for name, tensors in named:
        if not all(np.isfinite(keras.ops.convert_to_numpy(next(found))).all() for _ in tensors):
            return str(name)
    return None


def _error(network: keras.Model, place: str, spoilt: str | None, batch: Batch, rate: float) -> TrainingError:
    bad = [name for name, values in batch[0].items() if not np.isfinite(values).all()]
    weights = [keras.ops.convert_to_numpy(weight) for weight in network.trainable_weights]
    largest = max((float(np.abs(w).max()) if np.isfinite(w).all() else np.inf for w in weights if w.size), default=0.0)
    if bad:
        cause, cure = f"the input {bad[0]!r} holds values that are not finite", "mend the data"
    elif not all(np.isfinite(values).all() for part in batch[1:] for values in _values(part)):
        cause, cure = "a target or a weight is not finite", "mend the data"
    elif (loss := type(network.loss).__name__) in _ABOVE_ZERO and any((part < 0).any() for part in _values(batch[1])):
        cause, cure = f"the loss {loss} is for counts, and the target is standardised: half of it is below 0", _SQUARES
    elif not np.isfinite(largest) or largest > _LARGE:
        cause = f"the weights grew without bound (a learning rate of {rate:g})"
        name = type(network.optimizer).__name__
        cure = f"lower it: learn.optimizer: {{{name}: {{learning_rate: {min(rate / 10, 1e-2):g}}}}}"
    elif spoilt is not None:
        cause = "the loss or an activation is finite there, but its slope is not (as that of a root at 0)"
        cure = "choose another loss or activation"
    else:
        cause = "the loss or an activation left the range of float32"
        cure = "lower the learning rate, or bound the activations"
    if spoilt is not None:
        rule = f"a gradient is not finite {place}, first for the weights of the layer {spoilt!r}"
        return TrainingError(f"{rule}: {cause}", cure=cure)
    where = first_bad_layer(network, batch[0])
    layer = f", first in the layer {where!r}" if where else ""
    return TrainingError(f"the loss is not finite {place}{layer}: {cause}", cure=cure)


def _values(part: Part) -> list[np.ndarray]:
    return list(part.values()) if isinstance(part, Mapping) else [part]
