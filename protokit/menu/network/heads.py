"""What comes after a recipe's menu: one head for each target."""

from __future__ import annotations

from collections.abc import Callable

from protokit.core.errors import SpecError
from protokit.core.libraries.backend import keras
from protokit.core.places import Fault
from protokit.core.values.signature import Signature
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
    names = menu.outputs or (("output",) if "output" in graph.names else ())
    named = tuple(target.name for target in targets if target.name in graph.names)
    if not names and len(named) == len(targets):
        names = named
    elif not names and named:
        missing = next(target.name for target in targets if target.name not in named)
        rule = f"the item {named[0]!r} has a target's name, but none is named {missing!r}"
        raise SpecError([Fault(rule, "name one item for each target", path_of(graph, named[0]))])
    if names and graph.members:
        rule = f"the item {names[0]!r} is to be an output, and the heads of an ensemble are made: one for each member"
        raise SpecError([Fault(rule, "rename it", path_of(graph, names[0].partition(".")[0]))])
    if names and signature.pairs:
        rule = f"the item {names[0]!r} is to be an output, and both sides of a pair are compared by a head that is made"
        raise SpecError([Fault(rule, "rename it", path_of(graph, names[0].partition(".")[0]))])
    if names:
        if len(names) != len(targets):
            rule = f"the menu gives {len(names)} outputs, the recipe has {len(targets)} targets"
            raise SpecError([Fault(rule, "name one item for each target", ("outputs",))])
        ends = {target.name: (name, of(graph.names[name])) for target, name in zip(targets, names, strict=True)}
        for target in targets:
            name, end = ends[target.name]
            if end.shape != (None, *target.shape):
                takes = ", ".join(map(str, target.shape))
                rule = f"the layer {name!r} gives {shape(end)}, the target takes (rows, {takes})"
                raise SpecError([Fault(rule, "remove the name to have the head made", path_of(graph, name))])
        found = {target.key: ends[target.name][1] for target in targets}
    else:
        last = compared(of(graph.last)) if signature.pairs else of(graph.last)
        found = _of_members(last, signature) if graph.members else _made(last, inputs, graph, signature)
    return next(iter(found.values())) if len(found) == 1 else found


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
