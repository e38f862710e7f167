"""Finds the batch and the layer where training left the finite numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from protokit.core.errors import TrainingError
from protokit.core.values import Arrays
from protokit.learn.feed import batch_of
from protokit.learn.plan import Plan, Progress
from protokit.learn.snapshot import Snapshot

if TYPE_CHECKING:
    import keras

    from protokit.learn.engine import Engine

_LARGE = 1e3


@dataclass(frozen=True)
class Diagnosis:
    """The error to raise, and the state at the end of the last epoch in which all was finite."""

    error: TrainingError
    last_good: Snapshot


def diagnose(
    network: keras.Model,
    engine: Engine,
    train: Arrays,
    plan: Plan,
    last_good: Snapshot,
    progress: Progress,
    base_rate: float,
) -> Diagnosis:
    """Repeat training from the last state that was kept to the batch whose loss was not finite.

    The engine repeats what it did, to the bit, so the network is looked at in the very state that met the batch.
    The error names epoch and batch, the first layer that was not finite, and the likely cause.
    """
    done = last_good.restore(network)
    for row in progress.history[done.epoch :]:
        network.optimizer.learning_rate = row["learning_rate"]
        engine.steps(train, plan, done.epoch)
        done.epoch += 1
    start = Snapshot.take(network, last_good.best, progress)
    epoch, steps = progress.epoch, plan.steps(train.rows)
    rate = progress.learning_rate(base_rate, plan)
    network.optimizer.learning_rate = rate
    bad = engine.steps(train, plan, epoch)
    if bad is None:
        start.restore(network)
        cure = "lower learn.optimizer's learning_rate"
        return Diagnosis(TrainingError(f"the loss is not finite in epoch {epoch + 1}", cure=cure), start)
    start.restore(network)
    network.optimizer.learning_rate = rate
    engine.steps(train, plan, epoch, bad)
    rows = plan.order(epoch, train.rows)[bad * plan.batch_size : (bad + 1) * plan.batch_size]
    batch = batch_of(train, plan.weights, rows)
    error = _error(network, epoch + 1, bad + 1, steps, batch, rate)
    start.restore(network)
    return Diagnosis(error, start)


def first_bad_layer(network: keras.Model, inputs: dict[str, object]) -> str | None:
    """The first layer, in the order of the computation, with an output that is not finite, in training."""
    import keras
    import numpy as np

    own = {id(node) for nodes in network._nodes_by_depth.values() for node in nodes}
    named = [
        (operation.name, keras.tree.flatten(node.outputs))
        for operation in network.operations
        if not isinstance(operation, keras.layers.InputLayer)
        for node in operation._inbound_nodes
        if id(node) in own
    ]
    probe = keras.Model(network.input, [tensor for _, tensors in named for tensor in tensors])
    found = iter(keras.tree.flatten(probe(inputs, training=True)))
    for name, tensors in named:
        if not all(np.isfinite(keras.ops.convert_to_numpy(next(found))).all() for _ in tensors):
            return str(name)
    return None


def _error(network: keras.Model, epoch: int, step: int, steps: int, batch: Any, rate: float) -> TrainingError:
    import numpy as np
    from keras.ops import convert_to_numpy

    bad = [name for name, values in batch[0].items() if not np.isfinite(values).all()]
    weights = [convert_to_numpy(weight) for weight in network.trainable_weights]
    largest = max((float(np.abs(w).max()) if np.isfinite(w).all() else np.inf for w in weights if w.size), default=0.0)
    if bad:
        cause, cure = f"the input {bad[0]!r} holds values that are not finite", "mend the data"
    elif not all(np.isfinite(values).all() for part in batch[1:] for values in _values(part)):
        cause, cure = "a target or a weight is not finite", "mend the data"
    elif not np.isfinite(largest) or largest > _LARGE:
        cause = f"the weights grew without bound (a learning rate of {rate:g})"
        name = type(network.optimizer).__name__
        cure = f"lower it: learn.optimizer: {{{name}: {{learning_rate: {min(rate / 10, 1e-2):g}}}}}"
    else:
        cause = "the loss or an activation left the range of float32"
        cure = "lower the learning rate, or bound the activations"
    where = first_bad_layer(network, batch[0])
    layer = f", first in the layer {where!r}" if where else ""
    return TrainingError(f"the loss is not finite in epoch {epoch}, batch {step} of {steps}{layer}: {cause}", cure=cure)


def _values(part: Any) -> list[Any]:
    return list(part.values()) if isinstance(part, dict) else [part]
