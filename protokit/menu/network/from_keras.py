"""A Keras model read back as the plain data of a menu, from its configuration alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from protokit.core.errors import SpecError
from protokit.core.libraries.backend import keras
from protokit.menu import catalogue
from protokit.menu.network.layer_config import item

_OF_MEMBERS = ("Members", "MembersHead")
_MODELS = ("Functional", "Sequential", "Model")
History = tuple[str, int]  # a name, and which output
Takes: TypeAlias = "History | list[Takes] | dict[str, Takes]"


@dataclass
class _Call:
    """One call of a layer: its item, what it takes, and the name that its output goes by."""

    name: str
    item: Any
    takes: Takes
    again: bool


@dataclass
class _Reading:
    calls: list[_Call] = field(default_factory=list)
    layers: dict[int, str] = field(default_factory=dict)  # the name in the menu of each layer object
    names: set[str] = field(default_factory=set)


def read(model: keras.Model) -> dict[str, object]:
    """The plain data of a menu: inputs, layers, outputs.

    Raises:
        SpecError: the model is subclassed, or has a layer or call that a menu cannot write.
    """
    try:
        config, kind = _functional(model)
    except (NotImplementedError, AttributeError, TypeError, ValueError) as error:
        raise SpecError.one(f"{model!r} is no functional or sequential model", "build it with keras.Model") from error
    if kind not in _MODELS or "layers" not in config:
        raise SpecError.one(
            f"{kind} is a subclassed model: its layers are not in its configuration",
            "write it as a functional model",
        )
    reading = _Reading()
    inputs = {
        layer["config"]["name"]: _input(layer["config"])
        for layer in config["layers"]
        if layer["class_name"] == "InputLayer"
    }
    reading.names |= set(inputs)
    known = {(name, 0, 0): (name, 0) for name in inputs}
    ends = _walk(config, known, model, reading)
    return _plain(inputs, reading.calls, ends)


def even_sums(model: keras.Model) -> frozenset[str]:
    """The names of the layers that add tensors of one shape, wherever they are called."""
    even: set[str] = set()
    odd: set[str] = set()
    for layer in model._flatten_layers(include_self=False):
        if type(layer) is keras.layers.Add:
            nodes = layer._inbound_nodes
            good = nodes and all(len({tuple(x.shape) for x in node.input_tensors}) == 1 for node in nodes)
            (odd if layer.name in even or not good else even).add(layer.name)
    return frozenset(even - odd)


def _functional(model: keras.Model) -> tuple[dict[str, Any], str]:
    kind = type(model).__name__
    if kind == "Sequential":
        model.build() if not model.built and model.inputs else None
        model = model._functional
        if model is None:
            raise SpecError.one("a sequential model without an input shape", "begin it with keras.Input")
        kind = "Functional"
    return model.get_config(), kind


def _input(config: dict[str, Any]) -> object:
    shape = list(config["batch_shape"][1:])
    return shape if config["dtype"] == "float32" else {"shape": shape, "dtype": config["dtype"]}


def _walk(
    config: dict[str, Any], known: dict[tuple[str, int, int], History], model: keras.Model, reading: _Reading
) -> list[History]:
    """Every call in a functional config, in an order in which each comes after what it takes."""
    waiting = [
        (layer, i, node)
        for layer in config["layers"]
        for i, node in enumerate(layer.get("inbound_nodes", ()))
        if layer["class_name"] != "InputLayer"
    ]
    while waiting:
        later = []
        for layer, i, node in waiting:
            if all(tensor in known for tensor in _tensors(node)):
                _call(layer, i, node, known, model, reading)
            else:
                later.append((layer, i, node))
        if len(later) == len(waiting):
            raise SpecError.one(f"the layer {later[0][0]['name']!r} takes what no layer of the model gives")
        waiting = later
    outputs = config["output_layers"]
    return [known[_history(tensor)] for tensor in _leaves(outputs)]


def _leaves(value: Any) -> Iterator[list[object]]:
    if isinstance(value, dict):
        for part in value.values():
            yield from _leaves(part)
    elif isinstance(value, (list, tuple)) and len(value) == 3 and isinstance(value[0], str):
        yield list(value)
    else:
        for part in value:
            yield from _leaves(part)


def _history(tensor: Any) -> tuple[str, int, int]:
    name, node, part = tensor
    return str(name), int(node), int(part)


def _is_tensor(value: object) -> bool:
    return isinstance(value, dict) and value.get("class_name") == "__keras_tensor__"


def _tensors(value: Any) -> Iterator[tuple[str, int, int]]:
    if _is_tensor(value):
        yield _history(value["config"]["keras_history"])
    elif isinstance(value, dict):
        for part in value.values():
            yield from _tensors(part)
    elif isinstance(value, (list, tuple)):
        for part in value:
            yield from _tensors(part)


def _call(
    layer: dict[str, Any],
    i: int,
    node: dict[str, Any],
    known: dict[tuple[str, int, int], History],
    model: keras.Model,
    reading: _Reading,
) -> None:
    own = str(layer["config"].get("name") or layer["name"])
    kind = layer["class_name"]
    if kind in _MODELS:
        _nested(layer, i, node, known, model.get_layer(layer["name"]), reading)
        return
    if str(layer.get("module", "")).startswith("keras.src.ops"):
        _operation(layer, i, node, known, reading)
        return
    entry = catalogue.find("layers", kind)
    if kind in _OF_MEMBERS:
        rule = f"the layer {own!r} is of an ensemble, whose heads a menu does not write"
        raise SpecError.one(rule, "take the menu that it was built from")
    if entry is None:
        rule = f"the layer {own!r} is a {kind}, which a menu cannot name"
        raise SpecError.one(rule, "register it with @protokit.layer")
    key = id(model.get_layer(layer["name"]))  # a layer shared with a model inside is one object, but two configs
    first = key not in reading.layers
    if first:
        reading.layers[key] = _unique(own, reading)
    layer_name = reading.layers[key]
    name = layer_name if first else _unique(f"{layer_name}_again", reading)
    written = item(entry, layer["config"], layer_name)
    reading.calls.append(_Call(name, written if first else layer_name, _takes(entry, node, known), not first))
    for part in range(16):
        known[(str(layer["name"]), i, part)] = (name, part)


def _operation(
    layer: dict[str, Any], i: int, node: dict[str, Any], known: dict[tuple[str, int, int], History], reading: _Reading
) -> None:
    """Arithmetic on tensors: `a + b`, `x * 2`."""
    word = catalogue.snake(layer["class_name"]).replace("true_divide", "divide")
    given = [*node.get("args", ()), *node.get("kwargs", {}).values()]
    tensors: list[Takes] = [known[_history(v["config"]["keras_history"])] for v in given if _is_tensor(v)]
    numbers = [v for v in given if isinstance(v, (int, float)) and not isinstance(v, bool)]
    if catalogue.find("layers", f"ops.{word}") is None or len(tensors) + len(numbers) != len(given) or not tensors:
        raise SpecError.one(f"the operation {layer['name']!r} is a {layer['class_name']}, which a menu cannot name")
    arguments: dict[str, Any] = {"value": numbers[0]} if numbers else {}
    if numbers and not _is_tensor(given[0]):
        arguments["reverse"] = True
    name = _unique(f"{word}_1", reading)
    takes = tensors[0] if len(tensors) == 1 else tensors
    reading.calls.append(_Call(name, {f"ops.{word}": arguments or None, "name": name}, takes, False))
    known[(str(layer["name"]), i, 0)] = (name, 0)


def _nested(
    layer: dict[str, Any],
    i: int,
    node: dict[str, Any],
    known: dict[tuple[str, int, int], History],
    model: keras.Model,
    reading: _Reading,
) -> None:
    """A model used as a layer: its own layers in its place."""
    config = _as_functional(layer)
    starts = [_history(tensor) for tensor in _leaves(config["input_layers"])]
    given = list(_tensors(node.get("args", ())))
    if len(starts) != len(given):
        raise SpecError.one(f"the model {layer['name']!r} is called on {len(given)} inputs, it takes {len(starts)}")
    inner = {start: known[tensor] for start, tensor in zip(starts, given, strict=True)}
    ends = _walk(config, inner, model, reading)
    for part, end in enumerate(ends):
        known[(str(layer["name"]), i, part)] = end


def _as_functional(layer: dict[str, Any]) -> dict[str, Any]:
    """The config of a nested model; a sequential one is written as a functional one."""
    config = dict(layer["config"])
    if layer["class_name"] != "Sequential":
        return config
    layers: list[Any] = []
    last: str | None = None
    for part in config["layers"]:
        name = part["config"]["name"]
        tensor = {"class_name": "__keras_tensor__", "config": {"keras_history": [last, 0, 0]}}
        inbound: list[Any] = [] if last is None else [{"args": [tensor], "kwargs": {}}]
        layers.append({**part, "name": name, "inbound_nodes": inbound})
        last = name
    if not layers or layers[0]["class_name"] != "InputLayer":
        raise SpecError.one(f"the sequential model {layer['name']!r} has no input shape", "begin it with keras.Input")
    return {"layers": layers, "input_layers": [[layers[0]["name"], 0, 0]], "output_layers": [[last, 0, 0]]}


def _unique(name: str, reading: _Reading) -> str:
    name = "".join(c if c.isalnum() or c in "_-" else "_" for c in name)
    found, number = name, 2
    while found in reading.names or found in {"input", "inputs", "numbers", "categories"} - reading.names:
        found, number = f"{name}_{number}", number + 1
    reading.names.add(found)
    return found


def _takes(entry: catalogue.Entry, node: dict[str, Any], known: dict[tuple[str, int, int], History]) -> Takes:
    """What a call takes: one history, a list, or a mapping by the names of the layer's call."""

    def read(value: Any) -> Takes:
        if _is_tensor(value):
            return known[_history(value["config"]["keras_history"])]
        if isinstance(value, (list, tuple)):
            return [read(part) for part in value]
        raise SpecError.one(f"{entry.name} is called with {value!r}", "a menu calls layers on tensors only")

    given = [read(value) for value in node.get("args", ())]
    named = {k: read(v) for k, v in node.get("kwargs", {}).items() if v is not None and _holds_tensor(v)}
    plain = {k: v for k, v in node.get("kwargs", {}).items() if not _holds_tensor(v)}
    usual = {"training": entry.always}
    if other := [k for k, v in plain.items() if v not in (None, usual.get(k, False))]:
        raise SpecError.one(f"{entry.name} is called with {other[0]}", "a menu calls layers on tensors only")
    if len(given) == 1 and not named:
        return given[0]
    return {**dict(zip(entry.call, given, strict=False)), **named}


def _holds_tensor(value: object) -> bool:
    return next(_tensors(value), None) is not None


def _plain(inputs: dict[str, object], calls: list[_Call], ends: list[History]) -> dict[str, object]:
    """The menu: `from` only where an item does not take the one before it."""
    layers: list[object] = []
    last: str | None = next(iter(inputs)) if len(inputs) == 1 else None
    for call in calls:
        body = {"share": call.item, "name": call.name} if call.again else dict(call.item)
        if call.takes != (last, 0):
            body["from"] = _source(call.takes)
        layers.append(body)
        last = call.name
    plain: dict[str, object] = {"inputs": inputs, "layers": layers}
    if ends != [(last, 0)]:
        plain["outputs"] = [_source(end) for end in ends]
    return plain


def _source(takes: Takes) -> object:
    if isinstance(takes, tuple):
        name, part = takes
        return name if part == 0 else f"{name}.{part}"
    if isinstance(takes, dict):
        return {name: _source(part) for name, part in takes.items()}
    return [_source(part) for part in takes]
