"""A Keras model read back as the plain data of a menu: its calls from the live graph, its layers from their configs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

from protokit.core.errors import SpecError
from protokit.core.libraries.backend import keras
from protokit.core.libraries.keras_inside import (
    FUNCTIONAL,
    Functional,
    calls_of,
    functional_in,
    inputs_of,
    made_by,
    nodes_by_depth,
    operations_of,
    outputs_of,
    structure_of_inputs,
    structure_of_outputs,
)
from protokit.menu.network.keras_models import calls, operations
from protokit.menu.network.keras_models.config import item, unrolled
from protokit.menu.network.keras_models.names import inside, unique

History = tuple[str, int]  # a name, and which output
Takes: TypeAlias = "History | list[Takes] | dict[str, Takes]"
Key = tuple[int, int, int]  # an operation, which call of it, which output of that
_MOST_STEPS = 64  # that a model is written out for


@dataclass
class _Call:
    """One call of a layer: its item, what it takes, and the name that its output goes by."""

    name: str
    item: Any
    takes: Takes
    again: bool
    call: dict[str, Any]


@dataclass
class Reading:
    """What is found of a model: its calls in order, and the name in the menu of each layer object."""

    calls: list[_Call] = field(default_factory=list)
    layers: dict[tuple[int, ...], str] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)
    objects: dict[str, keras.Layer] = field(default_factory=dict)  # by their names in the menu


def read(model: keras.Model) -> tuple[dict[str, object], dict[str, keras.Layer]]:
    """The plain data of a menu (inputs, layers, outputs), and the layers of the model by their names in it.

    Raises:
        SpecError: the model is subclassed, or has a layer or call that a menu cannot write.
    """
    graph = functional_of(model, None)
    reading = Reading()
    inputs = {tensor.name: _input(tensor) for tensor in inputs_of(graph)}
    reading.names |= set(inputs)
    known: dict[Key, History] = {calls.key(tensor): (tensor.name, 0) for tensor in inputs_of(graph)}
    _walk(graph, known, reading, None)
    _name_outputs(graph, known, reading)
    return _plain(graph, inputs, reading.calls, known), reading.objects


def functional_of(model: Any, name: str | None) -> Functional:
    """The graph of a functional or sequential model; `name` is that of one inside another.

    Raises:
        SpecError: it has none.
    """
    said = f"the model {name!r}" if name else "the model"
    if isinstance(model, keras.Sequential):
        if functional_in(model) is None and not model.layers:
            raise SpecError.one(f"{said} is a sequential model without layers", "add some")
        if functional_in(model) is None:
            raise SpecError.one(f"{said} is a sequential model without an input shape", "begin it with keras.Input")
        return functional_in(model)
    if isinstance(model, (str, Path)):
        raise SpecError.one(f"from_keras takes a model, not {str(model)!r}", "load it: keras.saving.load_model(...)")
    if not isinstance(model, keras.Model):
        raise SpecError.one(f"{model!r} is no functional or sequential model", "build it with keras.Model")
    kind = type(model)
    if not isinstance(model, FUNCTIONAL):
        rule = f"{said} is a subclassed model, {kind.__name__}: its layers are not in its configuration"
        raise SpecError.one(rule, "write it as a functional model: keras.Model(inputs, outputs)")
    if kind.call is not FUNCTIONAL.call:
        rule = f"{said} is a {kind.__name__} with a `call` of its own, which its graph does not show"
        raise SpecError.one(rule, "remove that `call`, or write what it does into the functional graph")
    return model


def _input(tensor: Any) -> object:
    layer = made_by(tensor).operation
    more = {
        "batch_size": layer.batch_shape[0],
        **{k: getattr(layer, k, False) for k in ("sparse", "ragged", "optional")},
    }
    found = {key: value for key, value in more.items() if value}
    if str(layer.dtype) != "float32":
        found = {"dtype": str(layer.dtype), **found}
    shape = list(layer.batch_shape[1:])
    return {"shape": shape, **found} if found else shape


def _walk(graph: Functional, known: dict[Key, History], reading: Reading, training: bool | None) -> None:
    """Every call that the outputs of a graph need, in an order in which each comes after what it takes."""
    needed = _needed(graph)
    waiting = [node for node in _in_order(graph) if id(node) in needed]
    while waiting:
        later = []
        for node in waiting:
            if all(calls.key(tensor) in known for tensor in calls.tensors(node)):
                _call(node, known, reading, training)
            else:
                later.append(node)
        if len(later) == len(waiting):
            rule = f"the layer {later[0].operation.name!r} takes what no layer of the model gives"
            raise SpecError.one(rule, "build the model with keras.Model(inputs, outputs)")
        waiting = later


def _in_order(graph: Functional) -> Iterator[Any]:
    own = {id(node) for nodes in nodes_by_depth(graph).values() for node in nodes}
    for operation in operations_of(graph):
        for node in calls_of(operation):
            if id(node) in own and not node.is_input:
                yield node


def _needed(graph: Functional) -> set[int]:
    found: set[int] = set()
    starts = {calls.key(tensor) for tensor in inputs_of(graph)}
    waiting = list(outputs_of(graph))
    while waiting:
        tensor = waiting.pop()
        if calls.key(tensor) in starts:
            continue
        node = calls.node_of(tensor)
        if id(node) not in found:
            found.add(id(node))
            waiting += calls.tensors(node)
    return found


def _call(node: Any, known: dict[Key, History], reading: Reading, training: bool | None) -> None:
    operation = node.operation
    if isinstance(operation, (keras.Model, keras.Sequential)):
        _nested(node, known, reading, training)
        return
    of = _namer(known)
    if not isinstance(operation, keras.Layer):
        found = operations.read(node, of)
    else:
        if chain := unrolled(operation):
            _chain(node, chain, known, reading)
            return
        if type(operation) is keras.layers.TimeDistributed and isinstance(operation.layer, keras.Model):
            _steps(node, known, reading, training)
            return
        found = calls.read(node, of, training)
    entry, written, takes, call = found
    # an operation has no weights, and each call its own constants
    first = (id(operation),) not in reading.layers or not isinstance(operation, keras.Layer)
    if first:
        reading.layers[id(operation),] = unique(operation.name, reading.names)
    name = reading.layers[id(operation),]
    if isinstance(operation, keras.Layer):
        reading.objects[name] = operation
        written = item(entry, operation) if first else {}
    own = name if first else unique(f"{name}_again", reading.names)
    body = {**written, "name": name} if first else name
    reading.calls.append(_Call(own, body, takes, not first, call))
    for part, tensor in enumerate(node.outputs):
        known[calls.key(tensor)] = (own, part)


def _chain(node: Any, chain: list[tuple[keras.Layer, dict[str, object]]], known: Any, reading: Reading) -> None:
    """A wrapper around a chain of layers, as a wrapper around each."""
    _, _, takes, call = calls.read(node, _namer(known), None)
    for number, (inner, written) in enumerate(chain):
        first = (id(node.operation), id(inner)) not in reading.layers
        if first:
            name = unique(inside(node.operation.name, inner.name), reading.names)
            reading.layers[id(node.operation), id(inner)] = name
            reading.objects[name] = inner
        name = reading.layers[id(node.operation), id(inner)]
        own = name if first else unique(f"{name}_again", reading.names)
        taken = takes if number == 0 else (reading.calls[-1].name, 0)
        body = {**written, "name": name} if first else name
        reading.calls.append(_Call(own, body, taken, not first, call))
    known[calls.key(node.outputs[0])] = (reading.calls[-1].name, 0)


def _steps(node: Any, known: dict[Key, History], reading: Reading, training: bool | None) -> None:
    """`TimeDistributed` around any model, as Keras runs it: the model on each step, each time with the same weights."""
    layer, taken = node.operation, calls.tensors(node)
    graph = functional_of(layer.layer, layer.layer.name)
    steps = taken[0].shape[1]
    why, cure = "", "make it a layer of your own with @protokit.layer"
    if steps is None or steps > _MOST_STEPS:
        why = "an unknown number of steps" if steps is None else f"{steps} steps"
        cure = f"give its input a fixed number of steps, {_MOST_STEPS} at most, or {cure}"
    elif len(taken) > 1 or getattr(taken[0], "_keras_mask", None) is not None:
        why = "masked steps"
    elif len(inputs_of(graph)) > 1 or len(outputs_of(graph)) > 1:
        why = "several inputs or outputs of each step"
    if why:
        rule = f"the layer {layer.name!r} (TimeDistributed) has {why}, and inside is a model that is no chain of layers"
        raise SpecError.one(rule, cure)
    given = node.arguments.kwargs.get("training") if training is None else training
    ends: list[Takes] = []
    for step in range(steps):
        own = unique(f"{layer.name}_step_{step}", reading.names)
        body = {"ops.get_item": {"key": f":, {step}"}, "name": own}
        reading.calls.append(_Call(own, body, known[calls.key(taken[0])], False, {}))
        inner = {calls.key(inputs_of(graph)[0]): (own, 0)}
        _walk(graph, inner, reading, given)
        ends.append(inner[calls.key(outputs_of(graph)[0])])
    name = unique(layer.name, reading.names)
    reading.calls.append(_Call(name, {"ops.stack": {"axis": 1}, "name": name}, ends, False, {}))
    known[calls.key(node.outputs[0])] = (name, 0)


def _namer(known: dict[Key, History]) -> Callable[[Any], History]:
    return lambda tensor: known[calls.key(tensor)]


def _nested(node: Any, known: dict[Key, History], reading: Reading, training: bool | None) -> None:
    """A model used as a layer: its own layers in its place."""
    model = node.operation
    graph = functional_of(model, model.name)
    given, own = calls.of_model(node, graph)
    inner = {calls.key(start): known[calls.key(tensor)] for start, tensor in zip(inputs_of(graph), given, strict=True)}
    _walk(graph, inner, reading, own if training is None else training)
    for tensor, end in zip(node.outputs, outputs_of(graph), strict=True):
        known[calls.key(tensor)] = inner[calls.key(end)]


def _name_outputs(graph: Functional, known: dict[Key, History], reading: Reading) -> None:
    """Call a layer that gives an output by the name that the output has, where that is of a model around it."""
    for tensor in outputs_of(graph):
        (old, _), new = known[calls.key(tensor)], made_by(tensor).operation.name
        made = next((call for call in reading.calls if call.name == old), None)
        again = made is None or made.again or any(call.again and call.item == old for call in reading.calls)
        if new == old or again or new in reading.names or made is None or unique(new, reading.names) != new:
            continue
        made.name, made.item = new, {**made.item, "name": new}
        if old in reading.objects:
            reading.objects[new] = reading.objects.pop(old)
        for call in reading.calls:
            call.takes = _renamed(call.takes, old, new)
        known |= {key: (new, at) for key, (name, at) in known.items() if name == old}


def _renamed(takes: Takes, old: str, new: str) -> Takes:
    if isinstance(takes, tuple):
        return (new, takes[1]) if takes[0] == old else takes
    if isinstance(takes, dict):
        return {name: _renamed(part, old, new) for name, part in takes.items()}
    return [_renamed(part, old, new) for part in takes]


def _plain(
    graph: Functional, inputs: dict[str, object], made: list[_Call], known: dict[Key, History]
) -> dict[str, object]:
    """The menu: `from` only where an item does not take the one before it."""
    layers: list[object] = []
    last: str | None = next(iter(inputs)) if len(inputs) == 1 else None
    for call in made:
        body = {"share": call.item, "name": call.name} if call.again else dict(call.item)
        if call.takes != (last, 0):
            body["from"] = _source(call.takes)
        if call.call:
            body["call"] = call.call
        layers.append(body)
        last = call.name
    plain: dict[str, object] = {"inputs": inputs}
    takes = _structure(structure_of_inputs(graph), lambda tensor: str(tensor.name))
    if takes != (list(inputs) if len(inputs) > 1 else next(iter(inputs))):
        plain["takes"] = takes
    plain["layers"] = layers
    outputs = _structure(structure_of_outputs(graph), lambda tensor: _source(known[calls.key(tensor)]))
    if outputs != last and outputs != [last]:
        plain["outputs"] = [outputs] if isinstance(outputs, str) else outputs
    return plain


def _structure(value: Any, of: Callable[[Any], object]) -> Any:
    if isinstance(value, dict):
        return {str(name): _structure(part, of) for name, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [_structure(part, of) for part in value]
    return of(value)


def _source(takes: Takes) -> object:
    if isinstance(takes, tuple):
        name, part = takes
        return name if part == 0 else f"{name}.{part}"
    if isinstance(takes, dict):
        return {name: _source(part) for name, part in takes.items()}
    return [_source(part) for part in takes]
