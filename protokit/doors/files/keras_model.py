"""A model with all that comes before and after its networks as one functional model of Keras's own parts."""

from __future__ import annotations

import inspect
import keyword
from collections.abc import Mapping, Sequence
from itertools import count
from types import MethodType
from typing import Any

import numpy as np

from protokit.core.errors import SpecError
from protokit.core.libraries.backend import BACKEND, keras, tf
from protokit.core.libraries.keras_inside import calls_of, layers_in, made_by
from protokit.core.names import identifiers
from protokit.doors.arithmetic.of_keras import UNKNOWN, OfKeras
from protokit.doors.files.networks import predicting
from protokit.doors.plan import Plan, by_target
from protokit.menu.network.members import Members, MembersHead
from protokit.menu.network.number_embeddings.number_embedding import NumberEmbedding
from protokit.menu.network.ordinal import OrdinalHead

_OURS = (Members, MembersHead, NumberEmbedding, OrdinalHead)
_DTYPES = {"object": "string"}


def names_in(plan: Plan) -> dict[str, str]:
    """What Keras calls columns and outputs: letters, digits and `_`.

    Raises:
        SpecError: something is nothing for Keras.
    """
    if BACKEND != "tensorflow":
        rule = f"texts cannot go into a network that runs on {BACKEND}"
        raise SpecError.one(rule, "export it in a process where Keras runs on tensorflow")
    for column in plan.raw.values():
        if any(UNKNOWN in level for level in column.levels or ()):
            raise SpecError.one(f"a level of {column.name!r} has a NUL in it", "mend its cells")
    return identifiers([*plan.raw, *(end.name for end in plan.ends)], {"self", *keyword.kwlist})  # no arguments


def hold_single(plan: Plan, why: str = "predict of Keras gives") -> None:
    """Hold that float32 tells apart the numbers that the model does: `why` says who has no others.

    Raises:
        SpecError: it does not.
    """
    for name in plan.fine:
        rule = f"the numbers of {name!r} are too near each other for 32 bits, which {why}"
        raise SpecError.one(rule, "export it as ONNX or as a SavedModel, or derive less large numbers")


def model_of(plan: Plan, names: Mapping[str, str]) -> keras.Model:
    """The model. Shapes: inputs (rows, *shape of the column) each by name -> outputs by name."""
    raw = {
        name: keras.Input(column.shape, dtype=_DTYPES.get(column.dtype, column.dtype), name=names[name])
        for name, column in plan.raw.items()
    }
    outputs = plan.predicted(OfKeras(), raw, lambda encoded: _networks(plan, encoded))
    return functional({names[name]: one for name, one in raw.items()}, {names[n]: one for n, one in outputs.items()})


def functional(
    given: Mapping[str, keras.KerasTensor], made: Mapping[str, keras.KerasTensor], name: str = "model"
) -> keras.Model:
    """A model of tensors by name. An operation that has the name of an input, such as `maximum`, gets another one."""
    steps, left = dict[int, Any](), [*made.values()]
    while left:
        history = made_by(left.pop())
        if id(history.operation) not in steps:
            steps[id(history.operation)] = history.operation
            left += [one for node in calls_of(history.operation) for one in node.input_tensors]
    inputs = {id(made_by(one).operation) for one in given.values()}
    own = [step for key, step in steps.items() if key not in inputs]
    taken = {*given, *(step.name for step in own)}
    for step in own:
        if step.name in given:
            step.name = next(n for i in count(1) if (n := f"{step.name}_of_model_{i}") not in taken)
            taken.add(step.name)
    return keras.Model(dict(given), dict(made), name=name)


def fed(plan: Plan, names: Mapping[str, str], given: Mapping[str, np.ndarray]) -> dict[str, tf.Tensor]:
    """Arrays as tensors by the names of a model."""
    plain = {name: array.tolist() if array.dtype == object else array for name, array in given.items()}
    return {names[name]: tf.constant(array) for name, array in plain.items()}


def said_by(plan: Plan, names: Mapping[str, str], output: Mapping[str, Any]) -> dict[str, np.ndarray]:
    """What a model gave, by the output's own name."""
    return {end.name: np.asarray(output[names[end.name]]) for end in plan.ends}


def _networks(
    plan: Plan, encoded: Sequence[Mapping[str, keras.KerasTensor]]
) -> list[list[dict[str, keras.KerasTensor]]]:
    found: list[list[dict[str, Any]]] = []
    for i, (part, own) in enumerate(zip(plan.model.parts, encoded, strict=True)):
        found.append([])
        for seed in range(len(part.weights)):
            network = plain(predicting(plan.network(i, seed)))
            wrapped = keras.Model(network.input, network.output, name=f"network_{i}_{seed}")
            found[i].append(by_target(wrapped({name: own[name] for name in network.input}), part.encoder))
    return found


def plain(network: keras.Model, parts: list[keras.KerasTensor] | None = None) -> keras.Model:
    """A network whose layers are all Keras's: in place of protokit's stand the operations that they are made of.

    `parts` gets what embeddings of numbers make of them before their weights.

    Raises:
        SpecError: a layer is neither Keras's nor one of these.
    """
    for layer in layers_in(network):
        if not isinstance(layer, _OURS) and not type(layer).__module__.startswith("keras."):
            rule = f"the layer {type(layer).__name__} is not Keras's own: such a file would not load without it"
            raise SpecError.one(rule, "export it as ONNX, or take the network alone: model.to_keras()")

    def call(layer: Any, *given: Any, **more: Any) -> Any:
        if not isinstance(layer, _OURS):
            return layer(*given, **more)
        fixed = _Fixed(layer)
        if parts is None or not isinstance(layer, NumberEmbedding):
            return MethodType(type(layer).call, fixed)(*given)
        parts.append(fixed.parts_of(*given))
        return fixed.of_parts(parts[-1])

    if not any(isinstance(layer, _OURS) for layer in network.layers):
        return network
    return keras.models.clone_model(network, call_function=call, clone_function=lambda layer: layer)


class _Fixed:
    """A layer with arrays in place of its weights."""

    def __init__(self, layer: keras.layers.Layer) -> None:
        self._layer = layer

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._layer, name)
        if isinstance(found, keras.Variable):
            return keras.ops.convert_to_numpy(found)
        return MethodType(found.__func__, self) if inspect.ismethod(found) and found.__self__ is self._layer else found
