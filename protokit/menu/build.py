"""The one file that turns a menu into a `keras.Model`."""

from __future__ import annotations

import copy
import random
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from protokit.core.errors import SpecError
from protokit.core.lazy import prepare_keras
from protokit.core.places import Fault
from protokit.core.values import Signature
from protokit.menu import catalogue
from protokit.menu.menu import Layer, Menu

if TYPE_CHECKING:
    import keras

_ACTIVATIONS = {"binary": "sigmoid", "multiclass": "softmax", "regression": "linear"}


def build(menu: Menu, signature: Signature, *, seed: int = 0) -> keras.Model:
    """The network of a menu for given inputs and targets.

    Number inputs and embedded category codes are concatenated and go through the chain; then comes one head
    for each target (sigmoid, softmax or linear), unless the chain ends in a layer named `output`.

    Shapes:
        inputs: a mapping of `numbers` (rows, columns) and `categories` (rows, columns), those that exist.
        outputs: (rows, units) for one target, else a mapping of such by target name.

    Raises:
        SpecError: Keras refused a layer; the fault's path is relative to the menu's list.
    """
    prepare_keras()
    import keras

    with seeded(seed):
        inputs = {spec.name: keras.Input(spec.shape, dtype=spec.dtype, name=spec.name) for spec in signature.inputs}
        x = _joined(inputs, signature)
        for i, layer in enumerate(menu.layers):
            try:
                x = _layer(layer, i)(x)
            except Exception as error:
                raise SpecError([_refused(layer, i, x, error)]) from error
        outputs = _heads(menu, x, signature)
        return keras.Model(inputs, outputs, name="network")


@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Make what Keras draws inside the block follow from the seed; the caller's own streams are left alone."""
    import keras
    import numpy as np

    python, numpy_state = random.getstate(), np.random.get_state()
    keras.utils.set_random_seed(seed % 2**32)
    try:
        yield
    finally:
        random.setstate(python)
        np.random.set_state(numpy_state)


def _joined(inputs: dict[str, Any], signature: Signature) -> Any:
    import keras

    parts: list[Any] = []
    for spec in signature.inputs:
        x = inputs[spec.name]
        if spec.levels:
            x = keras.layers.Embedding(
                spec.levels,
                embedding_width(spec.levels, len(spec.columns)),
                embeddings_initializer=keras.initializers.RandomNormal(stddev=0.1),
                name="embedding",
            )(x)
            x = keras.layers.Flatten(name="embedded")(x)
        parts.append(x)
    return parts[0] if len(parts) == 1 else keras.layers.Concatenate(name="inputs")(parts)


def embedding_width(levels: int, columns: int) -> int:
    """Numbers for each category: the fourth root of the levels in a column, times four, at most 32.

    >>> embedding_width(20, 2), embedding_width(2_000, 2)
    (7, 22)
    """
    width: float = 4 * (levels / columns) ** 0.25
    return max(2, min(32, round(width)))


def _layer(layer: Layer, position: int) -> Any:
    import keras

    kind = getattr(keras.layers, layer.kind)
    arguments = {name: _value(name, value) for name, value in layer.arguments.items()}
    return kind(**arguments, name=layer.name or f"{catalogue.snake(layer.kind)}_{position + 1}")


def _value(name: str, value: Any) -> Any:
    """An argument as Keras takes it: `{L2: 1e-4}` becomes the object, a list a tuple."""
    import keras

    for ending in ("initializer", "regularizer", "constraint"):
        if name.endswith(ending) and isinstance(value, dict):
            [(kind, given)] = value.items()
            entry = catalogue.find(ending + "s", str(kind))
            arguments = catalogue.arguments_of(entry, given) if entry else {}
            if entry and isinstance(arguments, dict):
                return getattr(getattr(keras, ending + "s"), entry.name)(**arguments)
    return tuple(value) if isinstance(value, list) else copy.deepcopy(value)


def _heads(menu: Menu, x: Any, signature: Signature) -> Any:
    import keras

    if menu.has_output:
        units = signature.targets[0].units
        if len(signature.targets) > 1 or x.shape != (None, units):
            shape = ", ".join("rows" if n is None else str(n) for n in x.shape)
            rule = f"the layer 'output' gives ({shape}), the target takes (rows, {units})"
            raise SpecError([Fault(rule, "remove the name to have the head made", (len(menu.layers) - 1,))])
        return x
    if len(x.shape) > 2:
        x = keras.layers.Flatten(name="flatten")(x)
    heads = {
        target.name: keras.layers.Dense(
            target.units,
            activation=_ACTIVATIONS[target.task],
            kernel_initializer="zeros",
            name="output" if len(signature.targets) == 1 else f"output_{i + 1}",
        )(x)
        for i, target in enumerate(signature.targets)
    }
    return next(iter(heads.values())) if len(heads) == 1 else heads


def _refused(layer: Layer, position: int, x: Any, error: Exception) -> Fault:
    shape = ", ".join("rows" if n is None else str(n) for n in x.shape)
    text = str(error).split("\n\nArguments received")[0].strip()
    first = " ".join(text.replace(f"<{type(layer).__name__}", "").split("\n")[0].split())
    return Fault(f"{layer.kind} cannot take ({shape}): {first[:300]}", None, (position, layer.kind), "key")
