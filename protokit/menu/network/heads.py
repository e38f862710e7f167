"""What comes after a recipe's menu: one head for each target."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from protokit.core.errors import SpecError
from protokit.core.libraries.backend import keras
from protokit.core.places import Fault, Path
from protokit.core.values.signature import Signature
from protokit.menu.expand import expand
from protokit.menu.graph import Graph, Ref
from protokit.menu.items import Outline
from protokit.menu.network.end import ENDS, flat, options
from protokit.menu.network.inputs import Inputs
from protokit.menu.network.members import MembersHead
from protokit.menu.network.pairs import compared
from protokit.menu.network.refusal import path_of, shape


def heads(
    menu: Outline, graph: Graph, of: Callable[[Ref], keras.KerasTensor], inputs: Inputs, signature: Signature
) -> keras.KerasTensor | dict[str, keras.KerasTensor]:
    """The output of the network, or a mapping of them by target: the menu's own, or heads made for the targets.

    `of` gives what came out of a node.

    Raises:
        SpecError: the menu's own outputs are not those of the targets.
    """
    targets = signature.targets
    if graph.members and not targets[0].of_task.takes_members:
        rule = f"an ensemble is for classes, numbers, labels and quantiles, and the task is {targets[0].task}"
        path = next(node.path[:-1] for node in graph.nodes if node.kind == "ensemble")
        raise SpecError([Fault(rule, "write its layers without ensemble, and learn: {networks: 4}", path)])
    for target in targets:
        ENDS[target.of_task.head].hold(graph, of)
    own = _own_ends(menu, graph, tuple(target.name for target in targets))
    if own and (graph.members or signature.pairs):
        why = "the heads of an ensemble are made: one for each member"
        why = why if graph.members else "both sides of a pair are compared by a head that is made"
        rule = f"the item {own[0][0]!r} is to be an output, and {why}"
        raise SpecError([Fault(rule, "rename it", _place(graph, own[0][0]))])
    if own:
        if len(own) != len(targets):
            rule = f"the menu gives {len(own)} outputs, the recipe has {len(targets)} targets"
            raise SpecError([Fault(rule, "name one item for each target", ("outputs",))])
        ends = {target.name: (name, of(ref)) for target, (name, ref) in zip(targets, own, strict=True)}
        for target in targets:
            name, end = ends[target.name]
            if end.shape != (None, *target.shape):
                takes = ", ".join(map(str, target.shape))
                rule = f"the layer {name!r} gives {shape(end)}, the target takes (rows, {takes})"
                cure = "remove the name to have the head made"
                cure = f"remove inputs, and {name}, to have another head made" if menu.inputs else cure
                if target.shape == (1,) and target.has_classes and end.shape == (None, 2):
                    cure = "add {ops.get_item: '..., 1:2'} behind it: of two classes the second is learned"
                raise SpecError([Fault(rule, cure, _place(graph, name))])
        found = {target.key: ends[target.name][1] for target in targets}
    else:
        last = compared(of(graph.last)) if signature.pairs else of(graph.last)
        found = _of_members(last, signature) if graph.members else _made(last, inputs, graph, signature)
    return next(iter(found.values())) if len(found) == 1 else found


def has_own_end(menu: Outline, signature: Signature) -> bool:
    """Whether the menu brings its output, so that no head is made for the target."""
    return bool(ends_of(menu, signature))


def ends_of(menu: Outline, signature: Signature) -> list[Ref]:
    """Where the outputs come from that the menu brings itself, one for each target; none where heads are made."""
    return [ref for _, ref in _own_ends(menu, expand(menu), tuple(target.name for target in signature.targets))]


def _own_ends(menu: Outline, graph: Graph, targets: tuple[str, ...]) -> list[tuple[str, Ref]]:
    """The menu's own output for each target, with its name: of a menu with inputs, a whole model, what it gives.

    Raises:
        SpecError: some targets have an item of their name, and others none.
    """
    if isinstance(menu.gives, Mapping) and set(menu.gives) == set(targets):
        return [_end(graph, str(menu.gives[target])) for target in targets]
    if menu.outputs:
        return [_end(graph, name) for name in menu.outputs]
    if "output" in graph.names:
        return [_end(graph, "output")]
    named = tuple(name for name in targets if name in graph.names)
    if len(named) == len(targets):
        return [_end(graph, name) for name in named]
    if named:
        missing = next(name for name in targets if name not in named)
        rule = f"the item {named[0]!r} has a target's name, but none is named {missing!r}"
        raise SpecError([Fault(rule, "name one item for each target", path_of(graph, named[0]))])
    return [(graph.last.node, graph.last)] if menu.inputs else []


def _end(graph: Graph, name: str) -> tuple[str, Ref]:
    base, _, part = (name, "", "") if name in graph.names else name.rpartition(".")
    ref = graph.names[base]
    return name, Ref(ref.node, int(part)) if part else ref


def _place(graph: Graph, name: str) -> Path:
    """The place of an item, by the name that it or its layer has."""
    known = name if name in graph.names else name.rpartition(".")[0]
    if known in graph.names:
        return path_of(graph, known)
    return next((node.path[:-1] for node in graph.nodes if node.name == name), ())


def _made(x: keras.KerasTensor, inputs: Inputs, graph: Graph, signature: Signature) -> dict[str, keras.KerasTensor]:
    ends = [ENDS[target.of_task.head] for target in signature.targets]
    x = flat(x) if all(end.takes_rows for end in ends) else x
    made = [end.made(x, i, inputs, graph, signature) for i, end in enumerate(ends)]
    return {target.key: one for target, one in zip(signature.targets, made, strict=True)}


def _of_members(x: keras.KerasTensor, signature: Signature) -> dict[str, keras.KerasTensor]:
    """Heads of an ensemble, one map for each member."""
    return {
        target.key: MembersHead(target.units, **options(i, signature))(x) for i, target in enumerate(signature.targets)
    }
