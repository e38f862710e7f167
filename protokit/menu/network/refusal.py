"""A layer that Keras refused, told at its line of the menu."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TypeAlias

from protokit.core.libraries.backend import keras
from protokit.core.places import Fault, Path
from protokit.menu.graph import Graph, Node

# what a layer is called on: one tensor, several, or several by the names of its call
Tensors: TypeAlias = "keras.KerasTensor | Sequence[Tensors] | Mapping[str, Tensors]"


def shape(x: Tensors) -> str:
    """The shape of a tensor, or of several, in words."""
    if isinstance(x, Mapping):
        return ", ".join(f"{name} {shape(part)}" for name, part in x.items())
    if isinstance(x, Sequence):
        return ", ".join(map(shape, x))
    return "(" + ", ".join("rows" if i == 0 else "any" if n is None else str(n) for i, n in enumerate(x.shape)) + ")"


def path_of(graph: Graph, name: str) -> Path:
    """The place of a named item in the recipe."""
    return next((node.path[:-1] for node in graph.nodes if node.name == graph.names[name].node), ())


def refused(node: Node, taken: Tensors, error: Exception) -> Fault:
    """What Keras said, at the item that it said it of."""
    text = re.sub(r"\x1b\[\d*m", "", str(error)).split("\n\nArguments received")[0]
    lines = [" ".join(line.split()) for line in text.splitlines() if line.strip()]
    own = [line for line in lines if not line.startswith("Exception encountered when calling")]
    first = next(iter(own or lines), type(error).__name__)
    # Keras's own words for what stands before the colon already
    first = re.sub(r"^Input \d+ (with name .*? )?of layer \S+ is incompatible with the layer: ", "", first)
    first = re.sub(r"\.? ?Full shape received: .*$", "", first)
    return Fault(f"{_named(node)} cannot take {shape(taken)}: {first[:300]}", None, node.path, "key")


def not_of_members(node: Node, made: keras.KerasTensor) -> Fault | None:
    """A layer of an ensemble that does not give (rows, members, n)."""
    if len(made.shape) == 3 and made.shape[1] == node.members:
        return None
    rule = f"{_named(node)} gives {shape(made)}, and layers of an ensemble give (rows, {node.members} members, n)"
    return Fault(rule, "put it before the ensemble", node.path, "key")


def _named(node: Node) -> str:
    return {"residual": "a residual", "ensemble": "an ensemble"}.get(node.kind, node.kind)
