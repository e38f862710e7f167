"""The start of a network's head at a linear model: what a few steps of training would not reach."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from protokit.core.errors import TrainingError
from protokit.core.libraries.backend import keras
from protokit.core.libraries.keras_inside import calls_of, made_by
from protokit.core.values.arrays import Arrays
from protokit.core.values.signature import Signature
from protokit.learn.plan import Plan
from protokit.learn.training import data_feed

_MOST_ROWS = 20_000  # that the linear model is fitted on: at even steps through the training rows
_STRENGTHS = np.logspace(-9, 0, 37)  # of the penalty, as shares of the largest squared singular value


def start_linear(network: keras.Model, signature: Signature, train: Arrays, plan: Plan) -> None:
    """Give each head the weights of a ridge regression on the inputs that come to it as they are.

    The strength of its penalty is chosen by leaving out each training row in turn. What comes through other layers
    starts with no weight.

    Raises:
        TrainingError: no input comes to a head as it is, or a head is no Dense layer of one number.
    """
    every = np.arange(0, train.rows, -(-train.rows // _MOST_ROWS))
    inputs = {name: values[every] for name, values in train.inputs.items()}
    outputs = network.output if isinstance(network.output, dict) else {signature.targets[0].key: network.output}
    for target in signature.targets:
        if not target.of_task.starts_linear:
            rule = f"a linear start is for numbers, and the task of {target.name!r} is {target.task}"
            raise TrainingError(rule, cure="write learn: {start: zero}, or leave it out")
        head = made_by(outputs[target.key]).operation
        if not isinstance(head, keras.layers.Dense) or head.units != 1 or len(head.input.shape) != 2:
            rule = f"a linear start is for a head that is a Dense layer of one number, and {target.name!r} has another"
            raise TrainingError(rule, cure="write learn: {start: zero}")
        parts = parts_of(head.input)
        if not any(straight for _, straight in parts):
            rule = "a linear start is for inputs that come to the head as they are, and none does"
            raise TrainingError(rule, cure="write learn: {start: zero}, or let a branch of the menu be empty: wide: []")
        x = _values(network, [part for part, straight in parts if straight], inputs)
        y = np.asarray(train.targets[target.key][every], np.float64).reshape(-1)
        slopes, level = _ridge(x, y, None if plan.weights is None else plan.weights[target.key][every])
        places = np.concatenate([np.full(part.shape[-1], straight) for part, straight in parts])
        kernel = np.zeros((len(places), 1), np.float32)
        kernel[places, 0] = slopes
        head.kernel.assign(kernel)
        if head.use_bias:
            head.bias.assign(np.array([level], np.float32))


def loss_now(network: keras.Model, rows: Arrays, plan: Plan) -> float:
    """The loss of the validation rows before training, penalties of layers included."""
    total, weigh = 0.0, 0
    for start in range(0, rows.rows, data_feed.VALIDATION_BATCH):
        some = np.arange(start, min(rows.rows, start + data_feed.VALIDATION_BATCH))
        inputs, targets, *weights = data_feed.batch_of(rows, plan.validation_weights, some)
        output = network(inputs, training=False)
        loss = network.compute_loss(inputs, targets, output, weights[0] if weights else None, training=False)
        total, weigh = total + float(keras.ops.convert_to_numpy(loss)) * len(some), weigh + len(some)
    network.reset_metrics()
    return total / weigh


def parts_of(tensor: keras.KerasTensor) -> list[tuple[keras.KerasTensor, bool]]:
    """What a tensor is put together of, in order, and which of it is an input as it is, or embedded categories."""
    history = made_by(tensor)
    made, taken = history.operation, calls_of(history.operation)[history.node_index].input_tensors
    if isinstance(made, keras.layers.Concatenate):
        return [part for one in taken for part in parts_of(one)]
    if isinstance(made, keras.layers.Identity):
        return parts_of(taken[0])
    embedded = isinstance(made, keras.layers.Flatten) and isinstance(
        made_by(taken[0]).operation, keras.layers.Embedding
    )
    return [(tensor, embedded or isinstance(made, keras.layers.InputLayer))]


def _values(network: keras.Model, parts: list[keras.KerasTensor], inputs: Mapping[str, np.ndarray]) -> np.ndarray:
    """Shapes: parts (rows, many) each -> (rows, all of them) float64."""
    joined = parts[0] if len(parts) == 1 else keras.ops.concatenate(parts, axis=1)
    found = keras.Model(network.input, joined)(inputs, training=False)
    return np.asarray(keras.ops.convert_to_numpy(found), np.float64)


def _ridge(x: np.ndarray, y: np.ndarray, weights: np.ndarray | None) -> tuple[np.ndarray, float]:
    """Slopes and level. Shapes: (rows, many), (rows,), weights (rows,) -> (many,)."""
    from sklearn.linear_model import RidgeCV

    largest = float(np.linalg.norm(x - x.mean(axis=0), 2)) ** 2
    if largest == 0 or len(x) < 3:
        return np.zeros(x.shape[1]), float(np.average(y, weights=weights))
    model = RidgeCV(_STRENGTHS * largest).fit(x, y, sample_weight=weights)
    return model.coef_, float(model.intercept_)
