"""Two networks drawn side by side, with what differs marked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

from protokit.menu.expand import expand
from protokit.menu.graph import Node, Ref, Taken
from protokit.menu.items import Outline
from protokit.search.look.view import shown
from protokit.show.blocks import Block, Grid, Picture
from protokit.show.graph import Box, svg

_MOST_LAYERS = 60
_LONGEST = 24


@dataclass(frozen=True)
class _Layer:
    """A layer as it is compared: where it stands, what it is, and its arguments as text."""

    node: Node
    arguments: Mapping[str, str]
    times: int

    @property
    def same(self) -> tuple[str, tuple[tuple[str, str], ...], int]:
        return self.node.kind, tuple(sorted(self.arguments.items())), self.times


def side_by_side(first: Outline, second: Outline, names: tuple[str, str] = ("winner", "defaults")) -> tuple[Block, ...]:
    """Both networks as pictures, and a table of the layers that differ; one picture where they are the same.

    A layer is marked that the other network does not have, or has with other arguments.
    """
    one, other = _layers(first), _layers(second)
    rows, marked, others = _differences(one, other)
    if not rows:
        about = f"The networks of {names[0]} and {names[1]} are the same."
        return (Picture("", _drawn(one, set(), about), about),)
    pictures = tuple(
        Picture(name, _drawn(layers, own, f"The network of the {name}, what the other has not in dashes."))
        for name, layers, own in ((names[0], one, marked), (names[1], other, others))
    )
    return (*pictures, Grid("layers that differ", ("layer", *names), tuple(rows)))


def _layers(menu: Outline) -> list[_Layer]:
    """The layers of a network, those of repeats once."""
    nodes = expand(menu).nodes
    times = {node.twin: sum(other.twin == node.twin for other in nodes) for node in nodes}
    kept = [node for node in nodes if node.twin == node.name]
    folded = {node.name: node.twin for node in nodes}
    found = []
    for node in kept[:_MOST_LAYERS]:
        arguments = {name: shown(_plain(value), 200) for name, value in node.arguments.items()}
        found.append(_Layer(_folded(node, folded), arguments, times[node.name]))
    return found


def _plain(value: object) -> object:
    """An argument as it reads: a layer within a layer by its kind and arguments."""
    kind = getattr(value, "kind", None)
    return {str(kind): dict(getattr(value, "arguments", {}))} if kind is not None else value


def _folded(node: Node, folded: Mapping[str, str]) -> Node:
    def of(taken: Taken) -> Taken:
        if isinstance(taken, Ref):
            return Ref(folded.get(taken.node, taken.node), taken.part)
        if isinstance(taken, Mapping):
            return {name: of(part) for name, part in taken.items()}
        return tuple(of(part) for part in taken)

    return replace(node, inputs=of(node.inputs))


def _differences(
    one: Sequence[_Layer], other: Sequence[_Layer]
) -> tuple[list[tuple[str, str, str]], set[str], set[str]]:
    """What differs, layer by layer, and the names of the layers to mark in each network."""
    rows: list[tuple[str, str, str]] = []
    marked: set[str] = set()
    others: set[str] = set()
    matcher = SequenceMatcher(None, [layer.same for layer in one], [layer.same for layer in other], autojunk=False)
    for tag, start, end, begin, stop in matcher.get_opcodes():
        if tag == "equal":
            continue
        left, right = list(one[start:end]), list(other[begin:stop])
        marked |= {layer.node.name for layer in left}
        others |= {layer.node.name for layer in right}
        while left or right:
            a, b = (left.pop(0) if left else None), (right.pop(0) if right else None)
            if a is not None and b is not None and a.node.kind == b.node.kind:
                keys = [key for key in {**a.arguments, **b.arguments} if a.arguments.get(key) != b.arguments.get(key)]
                texts = [_some(layer, keys) for layer in (a, b)]
                rows.append((a.node.kind, *texts))  # type: ignore[arg-type]
            else:
                rows += [(a.node.kind, _some(a, list(a.arguments)), "-")] if a is not None else []
                rows += [(b.node.kind, "-", _some(b, list(b.arguments)))] if b is not None else []
    return rows, marked, others


def _some(layer: _Layer, keys: Sequence[str]) -> str:
    said = ", ".join(f"{key} {layer.arguments.get(key, 'not given')}" for key in keys)
    return " ".join(part for part in (said, f"× {layer.times}" if layer.times > 1 else "") if part) or "there"


def _drawn(layers: Sequence[_Layer], marked: set[str], about: str) -> str:
    own = {layer.node.name for layer in layers}
    inputs = dict.fromkeys(name for layer in layers for name in _names(layer.node.inputs) if name not in own)
    boxes = [Box(name, name) for name in inputs]
    for layer in layers:
        takes = tuple(dict.fromkeys(_names(layer.node.inputs)))
        detail = ", ".join(f"{name} {value}" for name, value in layer.arguments.items())
        shape = detail if len(detail) <= _LONGEST else ", ".join(layer.arguments.values())
        boxes.append(
            Box(layer.node.name, layer.node.kind, "", shape, None, takes, 0, layer.times, layer.node.name in marked)
        )
    return svg(boxes, about)


def _names(taken: Taken) -> list[str]:
    if isinstance(taken, Ref):
        return [taken.node]
    parts = taken.values() if isinstance(taken, Mapping) else taken
    return [name for part in parts for name in _names(part)]
