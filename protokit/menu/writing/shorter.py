"""Layers with their arguments in the shortest form that means the same to Keras."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from protokit.core.libraries.backend import keras
from protokit.menu import catalogue, items
from protokit.menu.items import Layer, Value

# in these layers a number stands for as many equal ones, one for each dimension of space
_BY_SPACE = ("Conv", "DepthwiseConv", "SeparableConv", "MaxPooling", "AveragePooling", "ZeroPadding", "Cropping")
_SPACE = ("kernel_size", "strides", "dilation_rate", "pool_size", "padding", "cropping")


def shorter(layer: Layer) -> Layer:
    """A layer without names inside, its arguments in their shortest form, without those at their defaults."""
    entry = catalogue.find("layers", layer.kind)
    found: dict[str, Value] = {}
    for name, value in layer.arguments.items():
        short = argument(layer.kind, name, items.mapped(value, _unnamed))
        default = entry.arguments.get(name, {}).get("default", catalogue.OPEN) if entry else catalogue.OPEN
        usual = argument(layer.kind, name, default)
        if _alike(name, short, usual) or (name == "data_format" and short == keras.config.image_data_format()):
            continue
        found[name] = short
    if layer.kind == "Bidirectional" and _is_mirror(found.get("layer"), found.get("backward_layer")):
        del found["backward_layer"]
    return replace(layer, arguments=found)


def _alike(name: str, value: Any, usual: Any) -> bool:
    """Whether an argument is what it is where it is not given: `{RandomUniform: {}}` is `uniform`."""
    if value == usual and isinstance(value, bool) == isinstance(usual, bool):
        return True
    if not (
        name.endswith("_initializer") and isinstance(usual, str) and isinstance(value, Mapping) and len(value) == 1
    ):
        return False
    [(kind, arguments)] = list(value.items())[:1] or [("", None)]
    made = getattr(keras.initializers, str(kind), None)
    if made is None or (arguments is not None and not isinstance(arguments, Mapping)):
        return False
    default = keras.initializers.get(usual)
    return type(default) is made and _config(made(**(arguments or {}))) == _config(default)


def _config(initializer: Any) -> dict[str, Any]:
    return {key: value for key, value in initializer.get_config().items() if key != "seed"}


def _is_mirror(forward: Any, backward: Any) -> bool:
    """Whether the way back is what Keras makes of the way forth."""
    if not isinstance(forward, Layer) or not isinstance(backward, Layer):
        return False
    turned = {**forward.arguments, "go_backwards": not forward.arguments.get("go_backwards", False)}
    return shorter(replace(forward, arguments=turned)) == shorter(backward)


def argument(kind: str, name: str, value: Any) -> Any:
    """An argument's value in its shortest form."""
    single = isinstance(value, (list, tuple)) and len(value) == 1
    if name in _SPACE and kind.startswith(_BY_SPACE) and (single or not kind.endswith("1D")):
        numbers = set(_numbers(value))
        if len(numbers) == 1 and isinstance(value, (list, tuple)):
            return numbers.pop()
    return list(value) if isinstance(value, tuple) else value


def _numbers(value: Any) -> Iterator[Any]:
    """Every number in nested lists: `[[0, 1], [0, 1]]` is not `[0, 1]`, only all of one number is that number."""
    if isinstance(value, (list, tuple)):
        for part in value:
            yield from _numbers(part)
    else:
        yield value if isinstance(value, int) else repr(value)


def _unnamed(part: Any) -> Any:
    return replace(part, name=None) if isinstance(part, Layer) else part


def default_of(kind: str, name: str, blocks: Mapping[str, items.Block]) -> Any:
    """What an argument of a layer, or of a block, is where it is not given; `OPEN` where it must be."""
    if kind in blocks:
        return blocks[kind].parameters.get(name, catalogue.OPEN)
    entry = catalogue.find("layers", kind)
    about = entry.arguments.get(name, {}) if entry else {}
    return argument(kind, name, about["default"]) if "default" in about else catalogue.OPEN
