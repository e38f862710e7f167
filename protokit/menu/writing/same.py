"""Whether two menus are one network but for the names of layers, with the same order of weights."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from protokit.menu.graph import Graph, Node, Ref, Taken
from protokit.menu.items import Layer, Outline, plain_value
from protokit.menu.writing.shorter import shorter


def canonical(menu: Outline, graph: Graph) -> list[object]:
    """The calls that lead to the outputs, in the order in which Keras finds them, each by kind and what it takes.

    Keras orders layers, and so weights, by depth and by this order: equal lists are equal networks.
    """
    nodes = {node.name: node for node in graph.nodes}
    ends = [_output(name, graph) for name in menu.outputs] or [graph.last]
    order: dict[str, int] = {}
    layers: dict[str, int] = {}
    found: list[object] = [list(menu.inputs.items())]
    for node in _met(ends, nodes):
        order[node.name] = len(order)
        # an operation has no weights, so that it is the same whether it is called again or another one is
        layer = -1 if node.kind.startswith("ops.") else layers.setdefault(node.layer, len(layers))
        found.append((*_kind(node), layer, _takes(node, order)))
    return [*found, [_place(end, order) for end in ends]]


def _output(name: str, graph: Graph) -> Ref:
    if name in graph.names:
        return graph.names[name]
    base, _, part = name.partition(".")
    return Ref(graph.names[base].node, int(part))


def _met(ends: list[Ref], nodes: Mapping[str, Node]) -> Iterator[Node]:
    """Each node after what it takes, its first input first."""
    done: set[str] = set()
    for end in ends:
        waiting = [(end.node, False)]
        while waiting:
            name, ready = waiting.pop()
            if name in done or name not in nodes:
                continue
            if ready:
                done.add(name)
                yield nodes[name]
            else:
                waiting.append((name, True))
                waiting += [(ref.node, False) for ref in reversed(list(_leaves(nodes[name].inputs)))]


def _leaves(taken: Taken) -> Iterator[Ref]:
    if isinstance(taken, Ref):
        yield taken
    else:
        for part in taken.values() if isinstance(taken, Mapping) else taken:
            yield from _leaves(part)


def _kind(node: Node) -> tuple[str, str, str]:
    call = repr(sorted((name, plain_value(value)) for name, value in node.call.items()))
    if node.kind == "residual":
        return "Add", "[]", call
    arguments = shorter(Layer(node.kind, node.arguments)).arguments
    return node.kind, repr(sorted((name, plain_value(value)) for name, value in arguments.items())), call


def _place(ref: Ref, order: Mapping[str, int]) -> tuple[object, int]:
    return order.get(ref.node, ref.node), ref.part or 0


def _takes(node: Node, order: Mapping[str, int]) -> object:
    def read(taken: Taken) -> Any:
        if isinstance(taken, Ref):
            return _place(taken, order)
        if isinstance(taken, Mapping):
            return {name: read(part) for name, part in taken.items()}
        return [read(part) for part in taken]

    found = read(node.inputs)
    both = node.kind in {"residual", "Add"} and isinstance(found, list) and len(found) == 2
    return sorted(found, key=repr) if both else found  # a sum of two is the same to the bit in either order
