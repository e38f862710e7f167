"""What comes after a recipe's menu: one head for each target."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from protokit.core.errors import SpecError
from protokit.core.libraries.backend import keras
from protokit.core.places import Fault, Path
from protokit.core.values.signature import Signature
from protokit.menu.fitting import KNOWN_UNITS
from protokit.menu.graph import Graph, Ref, Taken
from protokit.menu.items import Outline
from protokit.menu.network.inputs import Inputs
from protokit.menu.network.members import MembersHead
from protokit.menu.network.refusal import shape

CODE = "code"  # the item whose output is the embedding, where there is no target
_OF_NO_MEMBERS = ("clustering", "forecasting")
_ACTIVATIONS = {"binary": "sigmoid", "multilabel": "sigmoid", "multiclass": "softmax"}


def heads(
    menu: Outline, graph: Graph, of: Callable[[Ref], keras.KerasTensor], inputs: Inputs, signature: Signature
) -> keras.KerasTensor | dict[str, keras.KerasTensor]:
    """The output of the network, or a mapping of them by target: the menu's own, or heads made for the targets.

    `of` gives what came out of a node.

    Raises:
        SpecError: the menu's own outputs are not those of the targets.
    """
    targets = signature.targets
    if graph.members and targets[0].task in _OF_NO_MEMBERS:
        rule = f"an ensemble is for classes, numbers, labels and quantiles, and the task is {targets[0].task}"
        path = next(node.path[:-1] for node in graph.nodes if node.kind == "ensemble")
        raise SpecError([Fault(rule, "write its layers without ensemble, and learn: {networks: 4}", path)])
    if targets[0].task == "clustering":
        _has_code(graph, of)
    names = menu.outputs or (("output",) if "output" in graph.names else ())
    named = tuple(target.name for target in targets if target.name in graph.names)
    if not names and len(named) == len(targets):
        names = named
    elif not names and named:
        missing = next(target.name for target in targets if target.name not in named)
        rule = f"the item {named[0]!r} has a target's name, but none is named {missing!r}"
        raise SpecError([Fault(rule, "name one item for each target", _path(graph, named[0]))])
    if names and graph.members:
        rule = f"the item {names[0]!r} is to be an output, and the heads of an ensemble are made: one for each member"
        raise SpecError([Fault(rule, "rename it", _path(graph, names[0].partition(".")[0]))])
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
                raise SpecError([Fault(rule, "remove the name to have the head made", _path(graph, name))])
        found = {target.key: ends[target.name][1] for target in targets}
    else:
        last = of(graph.last)
        found = _of_members(last, signature) if graph.members else _made(last, inputs, graph, signature)
    return next(iter(found.values())) if len(found) == 1 else found


def _has_code(graph: Graph, of: Callable[[Ref], keras.KerasTensor]) -> None:
    """Whether a layer is named for the embedding in which clusters are found.

    Raises:
        SpecError: none is, or what has the name is no single layer.
    """
    if CODE not in graph.names:
        rule = f"no item is named {CODE!r}: clusters are found in what that item gives"
        cure = f"name a layer in the middle: {{Dense: 10, name: {CODE}}}"
        raise SpecError([Fault(rule, cure, ("layers",))])
    operation = of(graph.names[CODE])._keras_history.operation
    if operation.name != CODE or len(operation._inbound_nodes) > 1:
        rule = f"the item named {CODE!r} is no single layer that is used once"
        raise SpecError([Fault(rule, "give the name to one layer", _path(graph, CODE))])


def _made(x: keras.KerasTensor, inputs: Inputs, graph: Graph, signature: Signature) -> dict[str, keras.KerasTensor]:
    if signature.targets[0].task == "forecasting":
        return {signature.targets[0].key: _forecast(x, inputs, graph, signature)}
    if len(x.shape) > 2:
        x = keras.layers.Flatten(name="flat_for_output")(x)
    return {
        target.key: keras.layers.Dense(target.units, kernel_initializer="zeros", **_options(i, signature))(x)
        for i, target in enumerate(signature.targets)
    }


def _of_members(x: keras.KerasTensor, signature: Signature) -> dict[str, keras.KerasTensor]:
    """Heads of an ensemble, one map for each member."""
    return {
        target.key: MembersHead(target.units, **_options(i, signature))(x) for i, target in enumerate(signature.targets)
    }


def _options(i: int, signature: Signature) -> dict[str, str]:
    """What every head has: its activation by the task, its name, and 32 bits."""
    name = "output" if len(signature.targets) == 1 else f"output_{i + 1}"
    activation = _ACTIVATIONS.get(signature.targets[i].task, "linear")
    return {"activation": activation, "dtype": "float32", "name": name}


def _forecast(x: keras.KerasTensor, inputs: Inputs, graph: Graph, signature: Signature) -> keras.KerasTensor:
    """The last known values, and what is added to them: of steps by a map over time that all columns share.

    Columns whose future is known, and that no item takes, add what one hidden layer makes of them at each step.

    Source: Zeng et al., Are Transformers Effective for Time Series Forecasting?, 2023 (NLinear).
    """
    horizon, columns = signature.targets[0].shape
    options = {"kernel_initializer": "zeros", "dtype": "float32", "name": "output"}
    if len(x.shape) == 3:
        if x.shape[-1] != columns:
            x = keras.layers.Dense(columns, name="columns_for_output")(x)
        by_column = keras.layers.Permute((2, 1), name="time_last")(x)
        change = keras.layers.Permute((2, 1), name="columns_last")(keras.layers.Dense(horizon, **options)(by_column))
    else:
        flat = keras.layers.Flatten(name="flat_for_output")(x) if len(x.shape) > 2 else x
        change = keras.layers.Reshape((horizon, columns), name="steps")(
            keras.layers.Dense(horizon * columns, **options)(flat)
        )
    parts = [change, inputs.tensors["last"]()]
    if any(spec.kind == "known" for spec in signature.inputs) and not any(
        _takes(n.inputs, "known") for n in graph.nodes
    ):
        hidden = keras.layers.Dense(KNOWN_UNITS, activation="relu", name="known_hidden")(inputs.given["known"])
        last = {**options, "name": "known_output"}
        parts.append(keras.layers.Dense(columns, **last)(hidden))
    return keras.layers.Add(name="forecast")(parts)


def _takes(taken: Taken, name: str) -> bool:
    if isinstance(taken, Ref):
        return taken.node == name
    return any(_takes(part, name) for part in (taken.values() if isinstance(taken, Mapping) else taken))


def _path(graph: Graph, name: str) -> Path:
    return next((node.path[:-1] for node in graph.nodes if node.name == graph.names[name].node), ())
