"""A menu drawn: every layer with its output shape and parameters, repeats folded."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from protokit.core.libraries.backend import keras
from protokit.core.values.signature import Signature
from protokit.menu import catalogue
from protokit.menu.expand import expand
from protokit.menu.graph import Node, Ref, Taken
from protokit.menu.items import Outline
from protokit.menu.network.build import build
from protokit.show.graph import Box, svg, tree


@dataclass(frozen=True)
class Drawing:
    """A picture of a menu. `print` gives a tree; a notebook shows a graph."""

    boxes: tuple[Box, ...]
    title: str

    def __str__(self) -> str:
        return tree(self.boxes, self.title)

    def html(self) -> str:
        """The graph as SVG."""
        return svg(self.boxes, self.title)

    def __repr__(self) -> str:
        return f"<Drawing: {self.title}>"

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return {"text/plain": str(self), "text/html": self.html()}


def draw(menu: Outline, signature: Signature | None = None) -> Drawing:
    """A picture of a menu, its slots at their defaults.

    Shapes and parameters are shown where the inputs are known: by the menu, or by the data's signature.
    """
    graph = expand(menu)
    network = build(menu, signature, folder=None) if menu.inputs or signature else None
    layers = {layer.name: layer for layer in network.layers} if network is not None else {}
    inputs = [spec.name for spec in signature.inputs] if signature else list(menu.inputs)
    boxes = [_input(name, layers) for name in inputs or ["inputs"]]
    seen: set[str] = set()
    turns = Counter(node.twin for node in graph.nodes)
    folded = {node.name: node.twin for node in graph.nodes}
    for node in graph.nodes:
        if node.twin == node.name:
            boxes.append(_box(node, layers, seen, folded, turns[node.name]))
    slots = len(menu.slots)
    count = len(graph.nodes)
    parts = [f"{network.count_params():,} parameters" if network is not None else f"{count} layer" + "s" * (count != 1)]
    parts += [f"{slots} slot{'s' if slots > 1 else ''} at their defaults"] if slots else []
    return Drawing(tuple(boxes), ", ".join(parts))


def _input(name: str, layers: Mapping[str, keras.Layer]) -> Box:
    layer = layers.get(name)
    return Box(name, name, "", _shape(layer.output) if layer is not None else "")


def _box(node: Node, layers: Mapping[str, keras.Layer], seen: set[str], folded: Mapping[str, str], times: int) -> Box:
    layer = layers.get(node.layer)
    own = node.layer not in seen
    seen.add(node.layer)
    shape = _shape(layer.get_output_at(0) if hasattr(layer, "get_output_at") else layer.output) if layer and own else ""
    both = (layer, layers.get(f"{node.layer}_projection"))
    count = sum(part.count_params() for part in both if part is not None) if layer is not None and own else None
    names = {"residual": "Add (residual)", "ensemble": f"Ensemble ({node.members} members)"}
    title = names.get(node.kind) or (node.kind if own else f"{node.kind} again")
    given = re.fullmatch(rf".*{re.escape(catalogue.snake(node.kind).replace('.', '_'))}_\d+_*(__\d+)?", node.name)
    label = "" if given or times > 1 else node.name
    takes = tuple(dict.fromkeys(folded.get(name, name) for name in _names(node.inputs)))
    depth = 1 if times > 1 else 0
    return Box(node.name, title, label, shape, count if count is None else count * times, takes, depth, times)


def _names(taken: Taken) -> list[str]:
    if isinstance(taken, Ref):
        return [taken.node]
    parts = taken.values() if isinstance(taken, Mapping) else taken
    return [name for part in parts for name in _names(part)]


def _shape(output: keras.KerasTensor | Sequence[keras.KerasTensor]) -> str:
    if isinstance(output, Sequence):
        return _shape(output[0]) + " …"
    return " × ".join("any" if n is None else str(n) for n in output.shape[1:])
