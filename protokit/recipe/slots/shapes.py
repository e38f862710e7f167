"""Shapes of a network as far as they are known without data or Keras: what finds a kernel larger than its input."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from math import prod
from typing import Any, TypeAlias

from protokit.core.places import Fault
from protokit.menu.graph import Graph, Node, Ref
from protokit.menu.menu import Menu
from protokit.represent.words import Represent

Shape: TypeAlias = "tuple[int | None, ...]"  # without the batch
_SAME = frozenset(
    {
        "Activation", "ActivityRegularization", "AlphaDropout", "BatchNormalization", "Dropout", "ELU",
        "GaussianDropout", "GaussianNoise", "GroupNormalization", "Identity", "LayerNormalization",
        "LeakyReLU", "PReLU", "RMSNormalization", "ReLU", "Rescaling", "Softmax", "SpatialDropout1D",
        "SpatialDropout2D", "SpatialDropout3D", "UnitNormalization",
    }
)  # fmt: skip
_MERGES = frozenset({"Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum"})
_WINDOW = re.compile(r"(?:Separable|Depthwise)?Conv([123])D|(?:Max|Average)Pooling([123])D")
_RECURRENT = frozenset({"LSTM", "GRU", "SimpleRNN"})


def too_small(graph: Graph, inputs: Mapping[str, Shape]) -> list[Fault]:
    """Kernels and pools that are larger than what comes to them, and shapes that do not hold it."""
    shapes: dict[str, Shape | None] = dict(inputs)
    faults: list[Fault] = []
    for node in graph.nodes:
        given = _given(node.inputs, shapes)
        found = _out(node, given)
        if isinstance(found, Fault):
            faults.append(found)
            found = None
        shapes[node.name] = found
    return faults


def inputs_of(menu: Menu, represent: Represent) -> dict[str, Shape]:
    """The shapes of the inputs of a menu: its own, else those of a recipe whose size it says."""
    if menu.inputs:
        return {name: tuple(spec["shape"]) for name, spec in menu.inputs.items()}
    found: dict[str, Shape] = {}
    for column in represent.columns:
        options = represent.options(column)
        if isinstance(size := getattr(options, "size", None), (list, tuple)) and len(size) == 2:
            found[column] = (*(int(n) for n in size), None)
    return found


def _given(taken: Any, shapes: Mapping[str, Shape | None]) -> list[Shape | None]:
    if isinstance(taken, Ref):
        return [shapes.get(taken.node) if taken.part is None else None]
    parts = taken.values() if isinstance(taken, Mapping) else taken
    return [shape for part in parts for shape in _given(part, shapes)]


def _out(node: Node, given: Sequence[Shape | None]) -> Shape | Fault | None:
    """What a layer gives; a fault where it cannot; None where that is not known."""
    kind, arguments = node.kind, node.arguments
    if kind == "residual":
        return given[-1]
    if kind in _MERGES:
        return next((shape for shape in given if shape is not None), None)
    shape = given[0] if given else None
    if shape is None:
        return None
    if kind == "Concatenate":
        return (*shape[:-1], None) if arguments.get("axis", -1) == -1 else None
    if kind in _SAME:
        return shape
    if kind == "Flatten":
        return (_size(shape),)
    if kind == "Dense":
        return (*shape[:-1], _whole(arguments.get("units")))
    if kind == "Embedding":
        return (*shape, _whole(arguments.get("output_dim")))
    if kind == "Reshape":
        return _reshaped(node, shape)
    if kind in _RECURRENT:
        units = _whole(arguments.get("units"))
        return (shape[0], units) if arguments.get("return_sequences") else (units,)
    if (found := _WINDOW.fullmatch(kind)) and arguments.get("data_format") in (None, "channels_last"):
        return _windowed(node, shape, int(found[1] or found[2]))
    return None


def _windowed(node: Node, shape: Shape, rank: int) -> Shape | Fault | None:
    if len(shape) != rank + 1:
        return None
    pools = "Pooling" in node.kind
    word = "pool_size" if pools else "kernel_size"
    kernel = _each(node.arguments.get(word, 2 if pools else None), rank)
    strides = _each(node.arguments.get("strides") or (kernel if pools else 1), rank)
    dilation = _each(node.arguments.get("dilation_rate", 1), rank)
    if not (kernel and strides and dilation):
        return None
    channels = shape[-1] if pools else _whole(node.arguments.get("filters"))
    padding = node.arguments.get("padding", "valid")
    sizes: list[int | None] = []
    for n, k, stride, gap in zip(shape[:-1], kernel, strides, dilation, strict=True):
        reach = gap * (k - 1) + 1
        if n is None:
            sizes.append(None)
        elif padding != "valid":
            sizes.append(-(-n // stride))
        elif reach > n:
            rule = f"the {word} of {node.kind}, {_by(kernel)}, is larger than what comes to it, {_by(shape[:-1])}"
            return Fault(rule, "lower it, write padding: same, or shrink less before it", (*node.path, word))
        else:
            sizes.append((n - reach) // stride + 1)
    return (*sizes, channels)


def _reshaped(node: Node, shape: Shape) -> Shape | Fault | None:
    target = node.arguments.get("target_shape")
    if not isinstance(target, (list, tuple)) or not all(isinstance(n, int) for n in target):
        return None
    new = tuple(int(n) for n in target if isinstance(n, int))
    whole = _size(shape)
    if whole is not None and -1 not in new and prod(new) != whole:
        rule = f"{_by(new)} does not hold what comes to Reshape, {_by(shape)}"
        return Fault(rule, f"its product is {whole}", (*node.path, "target_shape"))
    return new if -1 not in new else None


def _size(shape: Shape) -> int | None:
    known = [n for n in shape if n is not None]
    return prod(known) if len(known) == len(shape) else None


def _each(value: object, rank: int) -> tuple[int, ...]:
    """A size for each axis; none where they are not known."""
    several = (value,) * rank if isinstance(value, int) and not isinstance(value, bool) else value
    if not isinstance(several, (list, tuple)) or len(several) != rank:
        return ()
    found = tuple(n for n in several if isinstance(n, int) and n > 0)
    return found if len(found) == rank else ()


def _whole(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _by(sizes: Sequence[int | None]) -> str:
    return " x ".join("?" if n is None else str(n) for n in sizes)
