"""Numbers of each layer of a network on a few rows: gradients, dead and saturated units, the reach of its inputs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from protokit.core.checkup import LayerCheck
from protokit.core.libraries.backend import keras
from protokit.core.libraries.keras_inside import calls_of, made_by, nodes_by_depth
from protokit.learn.backends.gradients import gradients
from protokit.menu.network.members import Members

Outputs: TypeAlias = "keras.KerasTensor | Mapping[str, keras.KerasTensor]"  # of a network: of one target, or by its key
_ZERO_BELOW = {"relu": 0.0, "relu6": 0.0, "gelu": 1e-4, "silu": 1e-4, "swish": 1e-4, "mish": 1e-4, "softplus": 1e-4}
_BOUNDS = {
    "sigmoid": (0.0, 1.0), "hard_sigmoid": (0.0, 1.0), "tanh": (-1.0, 1.0), "hard_tanh": (-1.0, 1.0),
    "softsign": (-1.0, 1.0),
}  # fmt: skip
_AT_BOUND = 0.02  # of the way from one bound to the other
_RECURRENT = {"LSTM", "GRU", "ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D"}  # their gates are meant to be open or shut


@dataclass(frozen=True)
class Place:
    """A layer in the computation, its kernel, and whether what it takes comes straight from the data.

    `taken` are the tensors that it takes, where something is measured of them.
    """

    layer: keras.Layer
    kernel: int | None  # among the network's weights
    taken: tuple[keras.KerasTensor, ...]
    raw: bool
    output: bool
    gate: bool


def places(network: keras.Model) -> list[Place]:
    """The layers in the order of the computation, those that are used several times at their first place."""
    nodes = [node for depth in sorted(nodes_by_depth(network), reverse=True) for node in nodes_by_depth(network)[depth]]
    ends = {id(made_by(tensor).operation) for tensor in keras.tree.flatten(network.output)}
    multiplied = {
        id(made_by(tensor).operation)
        for node in nodes
        if isinstance(node.operation, keras.layers.Multiply)
        for tensor in node.input_tensors
    }
    numbers = {id(weight): i for i, weight in enumerate(network.weights)}
    raw: dict[int, bool] = {}
    found: dict[int, Place] = {}
    for node in nodes:
        layer = node.operation
        above = [raw[id(made_by(tensor).operation)] for tensor in node.input_tensors]
        straight = all(above)
        kernel = _kernel(layer)
        scales = type(layer).__name__.endswith("Normalization")
        raw[id(layer)] = straight and not scales and (kernel is None or isinstance(layer, keras.layers.Embedding))
        if id(layer) not in found and isinstance(layer, keras.layers.Layer):
            number = None if kernel is None or isinstance(layer, keras.layers.Embedding) else numbers[id(kernel)]
            read = scales or (number is not None and straight)
            taken = tuple(node.input_tensors) if read else ()
            place = Place(layer, number, taken, straight, id(layer) in ends, id(layer) in multiplied)
            found[id(layer)] = place
    return list(found.values())


def numbers(network: keras.Model) -> int:
    """How many numbers all layers together give for a row; steps of any number count as a hundred."""
    given = [tensor for layer in network.layers for tensor in keras.tree.flatten(layer.output)]
    return max(1, sum(int(np.prod([n or 100 for n in tensor.shape[1:]])) for tensor in given))


def _kernel(layer: keras.Layer) -> keras.Variable | None:
    """The largest trained matrix of a layer; what the members of an ensemble take numbers times is none."""
    if isinstance(layer, Members):
        return None
    own = [weight for weight in getattr(layer, "trainable_weights", ()) if len(weight.shape) > 1]
    largest: keras.Variable | None = max(own, key=lambda weight: int(np.prod(weight.shape)), default=None)
    return largest


@dataclass(frozen=True)
class Look:
    """What a network shows on some rows at some weights: outputs, loss, and numbers of each place."""

    outputs: Outputs
    penalty: float
    gradients: dict[int, float]  # by the kernel's number: root mean square
    dead: dict[str, float]
    saturated: dict[str, float]
    reach: dict[str, tuple[float, float]]
    batch_noise: dict[str, float]


def look(
    network: keras.Model,
    where: Sequence[Place],
    batch: Mapping[str, np.ndarray],
    loss: Callable[[Outputs], keras.KerasTensor],
) -> Look:
    """Run rows through the network as for prediction. `loss` makes a number of its outputs."""
    tensors = [tensor for place in where for tensor in (*place.taken, *_outputs(place))]
    inner = keras.Model(network.input, [network.output, tensors])
    kernels = {place.kernel: network.weights[place.kernel] for place in where if place.kernel is not None}

    def run() -> tuple[keras.KerasTensor, tuple[Outputs, list[keras.KerasTensor], keras.KerasTensor]]:
        outputs, given = inner(batch, training=False)
        penalty = keras.ops.convert_to_tensor(0.0)
        for one in network.losses:
            penalty = penalty + keras.ops.cast(one, "float32")
        return loss(outputs) + penalty, (outputs, given, penalty)

    (outputs, given, penalty), slopes = gradients(run, list(kernels.values()))
    by_kernel = {number: 0.0 if slope is None else _rms(slope) for number, slope in zip(kernels, slopes, strict=True)}
    arrays = iter([keras.ops.convert_to_numpy(one) for one in given])
    found = Look(outputs, float(keras.ops.convert_to_numpy(penalty)), by_kernel, {}, {}, {}, {})
    for place in where:
        taken = [next(arrays) for _ in place.taken]
        _numbers(place, taken, [next(arrays) for _ in _outputs(place)], found)
    return found


def _outputs(place: Place) -> tuple[keras.KerasTensor, ...]:
    """The one output of a layer with an activation; of others nothing is read."""
    return (calls_of(place.layer)[0].output_tensors[0],) if activation(place.layer) else ()


def activation(layer: keras.Layer) -> str:
    """The name of a layer's activation where it can die or saturate; "" for others."""
    kind = type(layer).__name__
    if kind in _RECURRENT:
        return ""
    if kind == "ReLU":
        return "relu" if not layer.negative_slope else ""
    name = str(getattr(getattr(layer, "activation", None), "__name__", ""))
    return name if name in _ZERO_BELOW or name in _BOUNDS else ""


def _numbers(place: Place, taken: list[np.ndarray], given: list[np.ndarray], found: Look) -> None:
    name, kind = place.layer.name, type(place.layer).__name__
    if kind == "BatchNormalization" and place.layer.trainable:
        rows = taken[0].astype(np.float64)
        by_row = rows.reshape(len(rows), -1, rows.shape[-1]).mean(axis=1).var(axis=0)
        whole = rows.reshape(-1, rows.shape[-1]).var(axis=0)
        # how much of the variance a batch of one row would keep in its mean
        found.batch_noise[name] = float(by_row.sum() / max(float(whole.sum()), 1e-300))
    if place.kernel is not None and place.raw:
        numbers = [part for part in taken if part.dtype.kind == "f" and part.size]
        if numbers:
            together = np.concatenate([part.ravel() for part in numbers])
            found.reach[name] = (_rms(together), float(np.abs(together).max()))
    if not given or not given[0].size:
        return
    what, values = activation(place.layer), given[0].astype(np.float32)
    by_unit = values.reshape(-1, values.shape[-1])
    if what in _ZERO_BELOW:
        found.dead[name] = float((np.abs(by_unit).max(axis=0) <= _ZERO_BELOW[what]).mean())
    elif not place.output and not place.gate:
        low, high = _BOUNDS[what]
        margin = _AT_BOUND * (high - low)
        found.saturated[name] = float(((by_unit < low + margin) | (by_unit > high - margin)).mean())


def checks(
    where: Sequence[Place],
    now: Look,
    then: Look,
    start: Sequence[np.ndarray],
    kept: Sequence[np.ndarray],
    batch_size: int,
) -> tuple[LayerCheck, ...]:
    """Each layer's numbers, `now` at the kept weights and `then` at the initial ones."""
    found = []
    for place in where:
        name, kind, i = place.layer.name, type(place.layer).__name__, place.kernel
        noise, reach = now.batch_noise.get(name), then.reach.get(name)
        found.append(
            LayerCheck(
                name,
                kind,
                output=place.output,
                trains=i is not None,
                gradient=None if i is None else now.gradients[i],
                gradient_start=None if i is None else then.gradients[i],
                weight=None if i is None else _rms(kept[i]),
                weight_start=None if i is None else _rms(start[i]),
                moved=None if i is None else _rms(kept[i] - start[i]),
                activation=activation(place.layer),
                dead=now.dead.get(name),
                dead_start=then.dead.get(name),
                saturated=now.saturated.get(name),
                saturated_start=then.saturated.get(name),
                reach=None if reach is None else reach[0],
                peak=None if reach is None else reach[1],
                batch_noise=None if noise is None else noise / batch_size,
            )
        )
    return tuple(found)


def _rms(values: np.ndarray) -> float:
    return float(np.sqrt(np.mean(np.square(values, dtype=np.float64)))) if values.size else 0.0
