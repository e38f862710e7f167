"""What a layer of a Keras model is called on, and with what beside tensors."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from typing import Any

from protokit.core.errors import SpecError
from protokit.core.libraries.backend import keras
from protokit.core.libraries.keras_inside import calls_of, inputs_of, made_by, structure_of_inputs
from protokit.menu import catalogue
from protokit.menu.network.keras_models.config import entry_of
from protokit.menu.network.operations import written

_DEEPEST = 8  # operations between a mask and what it is made of
Found = tuple[catalogue.Entry, dict[str, object], Any, dict[str, Any]]


def key(tensor: Any) -> tuple[int, int, int]:
    """What tells a tensor of a graph from all others."""
    operation, node, part = made_by(tensor)
    return id(operation), int(node), int(part)


def node_of(tensor: Any) -> Any:
    """The call that a tensor comes out of."""
    operation, node, _ = made_by(tensor)
    return calls_of(operation)[node]


def tensors(node: Any) -> list[Any]:
    """The tensors that a call needs, without the masks that Keras finds by itself."""
    positional, named = _given(node)
    return list(_in((positional, named)))


def read(node: Any, of: Callable[[Any], Any], training: bool | None) -> Found:
    """A call of a layer: its entry, nothing, what it takes, and what it is called with beside tensors.

    Raises:
        SpecError: the layer or the call is none that a menu can write.
    """
    layer = node.operation
    entry = entry_of(layer)
    positional, named = _given(node)
    names = list(inspect.signature(layer.call).parameters)
    by_name = {**dict(zip(names, positional, strict=False)), **named}
    if len(positional) > len(names):  # call(*tensors)
        raise SpecError.one(f"the layer {layer.name!r} is called on any number of tensors", "give it one list of them")
    takes = {name: _named(value, of, layer.name) for name, value in by_name.items() if _holds(value)}
    call: dict[str, Any] = {}
    for name, value in by_name.items():
        if name in takes or value is None or (name == "training" and value == entry.always):
            continue
        if name == "training" or value != _default(layer, name):
            try:
                call[name] = written(value)
            except (ValueError, TypeError) as error:
                rule = f"the layer {layer.name!r} is called with {name}={value!r}: {error}"
                raise SpecError.one(rule, "call it on tensors, numbers and texts") from error
    if training is not None and "training" in names:
        call["training"] = training
        if training == entry.always:
            del call["training"]
    if not takes:
        raise SpecError.one(f"the layer {layer.name!r} is called on no tensor", "call it on one")
    first = names[0]
    alone = list(takes) == [first] and not isinstance(takes[first], dict)
    return entry, {}, takes[first] if alone else takes, call


def of_model(node: Any, graph: Any) -> tuple[list[Any], bool | None]:
    """The tensors that a model inside another is called on, in its own order, and whether as in training.

    Raises:
        SpecError: it is called in a way that a menu cannot write.
    """
    positional, named = _given(node)
    name = node.operation.name
    given = dict(zip(("inputs", "training", "mask"), positional, strict=False)) | named
    inputs, training = given.pop("inputs", None), given.pop("training", None)
    if odd := [key for key, value in given.items() if value is not None]:
        cure = "call it on its inputs alone; an own mask goes to the layers inside it"
        raise SpecError.one(f"the model {name!r} is called with {odd[0]}, which a menu cannot write", cure)
    own = structure_of_inputs(graph)
    if isinstance(inputs, dict) and not isinstance(own, dict):
        found = [inputs[tensor.name] for tensor in keras.tree.flatten(own) if tensor.name in inputs]
    elif isinstance(inputs, dict) and all(not isinstance(part, (dict, list, tuple)) for part in own.values()):
        # Keras takes what it has no name for away
        found = keras.tree.flatten({name: inputs[name] for name in own if name in inputs})
    else:
        found = keras.tree.flatten(inputs)
    if len(found) != len(inputs_of(graph)):
        rule = f"the model {name!r} is called on {len(found)} inputs, it takes {len(inputs_of(graph))}"
        raise SpecError.one(rule, "call it on each of them once")
    if not all(_is_tensor(one) for one in found):
        rule = f"the model {name!r} is called on a constant"
        raise SpecError.one(rule, "make what it holds an input, or a part of the model")
    return found, None if training is None else bool(training)


def _default(layer: Any, name: str) -> object:
    parameter = inspect.signature(layer.call).parameters.get(name)
    return None if parameter is None or parameter.default is parameter.empty else parameter.default


def _named(value: Any, of: Callable[[Any], Any], layer: str) -> Any:
    if _is_tensor(value):
        return of(value)
    if isinstance(value, dict):
        return {name: _named(part, of, layer) for name, part in value.items()}
    if isinstance(value, (list, tuple)) and value:
        return [_named(part, of, layer) for part in value]
    rule = f"the layer {layer!r} is called on {value!r} among its tensors, which a menu cannot write"
    raise SpecError.one(rule, "make it a tensor of the model, as an input or by keras.ops")


def _given(node: Any) -> tuple[list[Any], dict[str, Any]]:
    """The arguments of a call, without the masks that Keras finds by itself."""
    positional, named = list(node.arguments.args), dict(node.arguments.kwargs)
    if not isinstance(node.operation, keras.Layer):
        return positional, named
    names = list(inspect.signature(node.operation.call).parameters)
    by_name = {**dict(zip(names, positional, strict=False)), **named}
    for name in [name for name in named if name == "mask" or name.endswith("_mask")]:
        base = names[0] if name == "mask" else name.removesuffix("_mask")
        if named[name] is not None and base in by_name and _is_own(named[name], by_name[base]):
            del named[name]
    return positional, named


def _is_own(mask: Any, value: Any) -> bool:
    """Whether masks are those that tensors have by themselves."""
    masks, of = keras.tree.flatten([mask]), keras.tree.flatten([value])
    if len(masks) != len(of) or not all(one is None or _is_tensor(one) for one in masks):
        return False
    own = [getattr(tensor, "_keras_mask", None) for tensor in of]
    return all(a is b or _alike(a, b) for a, b in zip(masks, own, strict=True))


def _alike(a: Any, b: Any, depth: int = 0) -> bool:
    """Whether two tensors are made alike of the same, as those that a file's model has and finds."""
    if not (_is_tensor(a) and _is_tensor(b)):
        return type(a) is type(b) and bool(a == b) if isinstance(a, (bool, int, float, str, type(None))) else a is b
    if key(a) == key(b):
        return True
    one, other = made_by(a).operation, made_by(b).operation
    if depth > _DEEPEST or isinstance(one, keras.Layer) or type(one) is not type(other):
        return False
    first, second = node_of(a).arguments, node_of(b).arguments
    parts = (keras.tree.flatten([part.args, part.kwargs]) for part in (first, second))
    x, y = map(list, parts)
    return len(x) == len(y) and all(_alike(p, q, depth + 1) for p, q in zip(x, y, strict=True))


def _is_tensor(value: object) -> bool:
    return isinstance(value, keras.KerasTensor)


def _in(value: Any) -> Iterator[Any]:
    if _is_tensor(value):
        yield value
    elif isinstance(value, dict):
        for part in value.values():
            yield from _in(part)
    elif isinstance(value, (list, tuple)):
        for part in value:
            yield from _in(part)


def _holds(value: object) -> bool:
    return next(_in(value), None) is not None
