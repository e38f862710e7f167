"""The configuration of one Keras layer as the item of a menu, without what is at its default."""

from __future__ import annotations

import importlib
import inspect
import math
import re
import warnings
from collections.abc import Mapping
from typing import Any

import numpy as np

from protokit.core.errors import SpecError
from protokit.core.libraries.backend import keras
from protokit.core.libraries.keras_inside import functional_in, inputs_of, nodes_by_depth, operations_of, outputs_of
from protokit.menu import catalogue
from protokit.menu.expressions import LONGEST, is_expression
from protokit.menu.network.keras_models.of_hub import hub_function, of_hub
from protokit.menu.network.keras_models.state import state_of
from protokit.menu.slots import is_slot

_INITS = {"initializer": "initializers", "regularizer": "regularizers", "constraint": "constraints"}
_OF_MEMBERS = ("Members", "MembersHead")
# in Keras's configs and no arguments: what follows from the others, or was found in rows and is read from the layer
_FOLLOWS = {
    "name", "trainable", "dtype", "vocabulary_size", "batch_input_shape", "build_config", "vocabulary_dtype",
    "quantization_config", "synchronized", "num_bins",
}  # fmt: skip
_OF_HUB = "keras_hub"
_ADDRESS = re.compile(r" at 0x[0-9a-f]+")  # of an object, which says nothing to a reader
_GRID = (-6.0, 6.0, 97)  # where a function is held against Keras's of the same name


def entry_of(layer: Any) -> catalogue.Entry:
    """The entry of a layer in the catalogue.

    Raises:
        SpecError: no menu can name it.
    """
    kind = type(layer)
    name, named = kind.__name__, f"the layer {layer.name!r}"
    if name in _OF_MEMBERS:
        rule = f"{named} is of an ensemble, whose heads a menu does not write"
        raise SpecError.one(rule, "take the menu that it was built from")
    if kind.__module__.split(".")[0] == _OF_HUB:
        name = catalogue.hub_name(kind.__module__, name)
    elif kind.__module__.split(".")[0] == "keras" and getattr(keras.layers, name, None) is None:
        name = next((one for one, value in vars(keras.layers).items() if value is kind), name)
    entry = catalogue.find("layers", name)
    if name in catalogue.REFUSED:
        raise SpecError.one(f"{named} is a {name}, which a menu cannot name: it runs code", "write a layer class of it")
    if isinstance(layer, keras.Model):
        rule = f"{named} is a subclassed model, {name}, which a menu cannot name"
        raise SpecError.one(rule, "write it as a functional model, or as a layer with @protokit.layer")
    if entry is None:
        rule = f"{named} is a {name}, which a menu cannot name"
        raise SpecError.one(rule, f"register it: protokit.layer({name})")
    home = importlib.import_module(entry.home) if entry.home else keras.layers
    own = entry.own or getattr(home, entry.class_name, None)
    if own is not kind:
        theirs = "one that was registered" if entry.own else "Keras's own"
        rule = f"{named} is a {kind.__module__}.{kind.__qualname__}, and {name} in a menu is {theirs}"
        raise SpecError.one(rule, "give the class another name, and register it with @protokit.layer")
    return entry


def item(entry: catalogue.Entry, layer: Any) -> dict[str, object]:
    """The item of a layer.

    Raises:
        SpecError: its configuration holds what a menu cannot write, or would lose.
    """
    return {entry.name: _of_layer(entry, layer) or None}


def _of_layer(entry: catalogue.Entry, layer: Any) -> dict[str, object]:
    named = f"the layer {layer.name!r} ({entry.name})"
    if entry.extra is not None:
        return _arguments(entry, of_hub(entry, layer, named), layer, named)
    try:
        with warnings.catch_warnings():  # of lambdas, which are refused below
            warnings.simplefilter("ignore")
            config = dict(layer.get_config())
    except NotImplementedError as error:
        needs = ", ".join(name for name in entry.arguments if name not in {"trainable", "dtype"})
        cure = f"write get_config that returns {{**super().get_config(), ...}} with its arguments: {needs}"
        raise SpecError.one(f"{named} has no get_config of its own: its arguments are not known", cure) from error
    except Exception as error:
        said = _ADDRESS.sub("", str(error).splitlines()[0])[:200]
        rule = f"{named} gives no configuration: {type(error).__name__}: {said}"
        given = "give it activations, initializers and the like by Keras's names, not functions of your own"
        raise SpecError.one(rule, given if entry.own is None else "mend its get_config") from error
    if getattr(layer, "quantization_mode", None):
        rule = f"{named} is quantized to {layer.quantization_mode}, which a menu does not write"
        raise SpecError.one(rule, "read the model as it was before quantize()")
    if entry.own is not None:
        config = _held(entry, layer, config, named)
    config |= state_of(layer)
    config |= {"trainable": bool(layer.trainable)} if "trainable" in entry.arguments else {}
    return _arguments(entry, config, layer, named)


def _held(entry: catalogue.Entry, layer: Any, config: dict[str, Any], named: str) -> dict[str, Any]:
    """The config of a person's own layer, which its constructor takes whole."""
    taken = {*entry.arguments, *_FOLLOWS, *(["autocast"] if config.get("autocast") is True else [])}
    odd = [key for key in config if key not in taken and config[key] is not None]
    if odd:
        rule = f"{named}: get_config has {odd[0]!r}, which is no argument of its constructor and would be lost"
        raise SpecError.one(rule, f"add {odd[0]} to the arguments of {entry.name}, or take it out of get_config")
    for name, about in entry.arguments.items():
        if name in config or name in {"trainable", "dtype"}:
            continue
        now = getattr(layer, name, None)
        if "default" not in about or (isinstance(now, (bool, int, float, str)) and now != about["default"]):
            rule = f"{named}: get_config lacks its argument {name!r}"
            raise SpecError.one(rule, f"return {{**super().get_config(), {name!r}: self.{name}}}")
    return config


def _arguments(
    entry: catalogue.Entry, config: Mapping[str, object], layer: Any = None, named: str = ""
) -> dict[str, object]:
    """The arguments in a config that are not at their defaults."""
    found: dict[str, object] = {}
    for name, about in entry.arguments.items():
        if name not in config:
            continue
        value = _argument(entry, name, config[name], layer, named or entry.name)
        if about.get("type") == "integer" and isinstance(value, list) and len(value) == 1:
            value = value[0]
        if "default" in about and _same(name, value, about["default"]):
            continue
        found[name] = value
    return found


def _argument(entry: catalogue.Entry, name: str, value: object, layer: Any, named: str) -> object:
    plain = isinstance(value, (bool, type(None))) or (entry.own and isinstance(value, str))
    if name.endswith("activation") and not plain:
        return _activation(name, value, getattr(layer, name, None), named)
    if isinstance(value, dict) and "class_name" in value:
        kind, config = str(value["class_name"]), value.get("config") or {}
        if kind == "DTypePolicy":
            return None if config["name"] == "float32" else config["name"]
        if kind == "__tuple__":
            return _argument(entry, name, value.get("items", []), layer, named)
        if kind == "__numpy__":
            return value["config"]["value"]
        if kind == "SeedGenerator":  # each call of it draws anew: what stays is where it begins
            return config.get("seed")
        if catalogue.takes_layer(entry, name):
            return _inner(kind, config, value, named)
        for ending, section in _INITS.items():
            found = catalogue.find(section, kind) if name.endswith(ending) else None
            if found and str(value.get("module", "keras")).split(".")[0] == "keras":
                return {found.name: _arguments(found, config, None, named)}
        rule = f"{named}: a menu cannot write {_kind(value)} for {name}"
        cure = f"take one of Keras for {name}, or write the whole layer as one of your own with @protokit.layer"
        if entry.own:
            cure = f"let {entry.name} make it, of arguments that are numbers, texts and lists"
        raise SpecError.one(rule, cure)
    if isinstance(value, (list, tuple)):
        return [_argument(entry, name, part, layer, named) for part in value]
    if isinstance(value, np.ndarray):
        return value.tolist()
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, str) and is_expression(value):
        return _quoted(value, f"{named}: {name}")
    if is_slot(value):
        rule = f"{named}: {name} is {value!r}, which a menu reads as a slot"
        raise SpecError.one(rule, "rename the argument's keys in its get_config and in its constructor")
    if isinstance(value, dict):
        return {key: _argument(entry, "", part, layer, named) for key, part in value.items()}
    finite = not isinstance(value, float) or math.isfinite(value)
    if not finite or (value is not None and not isinstance(value, (bool, int, float, str))):
        said = f"the function {value.__name__}" if inspect.isfunction(value) else _ADDRESS.sub("", repr(value))
        rule = f"{named}: a menu cannot write {said} for {name}"
        cure = (
            "take a finite number, a text or a list, or write the whole layer as one of your own with @protokit.layer"
        )
        raise SpecError.one(rule, cure)
    return value


def _quoted(text: str, named: str) -> str:
    """A text with a `$` in it, as the expression that is this text and nothing else."""
    marks = [mark for mark in "'\"" if mark not in text]
    if not marks or len(text) > LONGEST - 2:
        rule = f"{named} is the text {text[:40]!r}, which a menu cannot write beside its `$`"
        raise SpecError.one(rule, "take a text without one of its quotation marks, or a shorter one")
    return f"{marks[0]}{text}{marks[0]}"


def _kind(value: dict[str, Any]) -> str:
    of = str(value["class_name"])
    if of == "function":
        return f"the function {value['config']}"
    return "a lambda" if of == "__lambda__" else of


def _activation(name: str, value: object, function: Any, named: str) -> object:
    """An activation by its name, or as the layer that it is."""
    if isinstance(function, keras.Layer):
        entry = entry_of(function)
        return {entry.name: _of_layer(entry, function) or None}
    if hub := hub_function(function):
        return hub
    said = str(value)
    if isinstance(value, dict):  # of a lambda it is its code
        said = str(value["config"] if value.get("class_name") == "function" else value.get("class_name", "lambda"))
    if said in catalogue.activations():
        own = getattr(keras.activations, said)
        if function is None or function is own or _as_keras(function, own):
            return said
        rule = f"{named}: {name} is a function named {said} that is not Keras's"
    else:
        rule = f"{named}: a menu cannot write the function {said} for {name}"
    raise SpecError.one(
        rule, f"take one of Keras for {name}, or write a layer of it with @protokit.layer after this one"
    )


def _as_keras(function: Any, own: Any) -> bool:
    """Whether a function gives what Keras's of the same name gives, to the bit."""
    x = keras.ops.convert_to_tensor(np.linspace(*_GRID, dtype="float32").reshape(1, -1))
    try:
        one, other = (keras.ops.convert_to_numpy(f(x)) for f in (function, own))
    except Exception:
        return False
    return bool(one.dtype == other.dtype and np.array_equal(one, other))


def _inner(kind: str, config: Mapping[str, object], value: dict[str, Any], named: str) -> object:
    entry = catalogue.find("layers", kind)
    ours = str(value.get("module", "keras")).split(".")[0] in {"keras", "protokit"}
    if entry is None or (entry.own is None) != ours:
        rule = f"{named}: inside is a {kind}, which a menu cannot name"
        raise SpecError.one(rule, f"register it: protokit.layer({kind})")
    arguments = _arguments(entry, config, None, f"{named}, {config.get('name')!r} inside it")
    return {entry.name: arguments or None, "name": config["name"]}


def unrolled(layer: Any) -> list[tuple[Any, dict[str, object]]]:
    """`TimeDistributed` around a chain, as one around each layer of it: the layer, and the item; else nothing."""
    if type(layer) is not keras.layers.TimeDistributed or not isinstance(layer.layer, keras.Model):
        return []
    inner = layer.layer
    graph = functional_in(inner) if isinstance(inner, keras.Sequential) else inner
    levels = nodes_by_depth(graph).values()
    nodes = [node for level in levels for node in level if not node.is_input]
    chain = [one for one in operations_of(graph) if not isinstance(one, keras.layers.InputLayer)]
    last = inputs_of(graph)[0] if nodes and len(inputs_of(graph)) == 1 else None
    for one in chain:
        node = next(node for node in nodes if node.operation is one)
        taken = keras.tree.flatten([node.arguments.args, node.arguments.kwargs])
        if last is None or taken[:1] != [last] or any(part is not None for part in taken[1:]):
            last = None
            break
        last = node.outputs[0] if len(node.outputs) == 1 else None
    whole = last is not None and len(chain) == len(nodes) and all(isinstance(one, keras.Layer) for one in chain)
    if not whole or [last] != outputs_of(graph) or any(isinstance(one, keras.Model) for one in chain):
        return []
    found: list[tuple[Any, dict[str, object]]] = []
    for one in chain:
        entry = entry_of(one)
        body = {entry.name: _of_layer(entry, one) or None, "name": one.name}
        found.append((one, {"TimeDistributed": {"layer": body}}))
    return found


def _same(name: str, value: object, default: object) -> bool:
    """Whether a config's value is the default, however it is spelled."""
    if value == default and type(value) is type(default):
        return True
    if name == "dtype" or name == "trainable":
        return bool(value == default)
    if name == "activation" and {value, default} <= {None, "linear"} if isinstance(value, (str, type(None))) else False:
        return True
    if isinstance(value, dict) and isinstance(default, str) and len(value) == 1:
        [(kind, arguments)] = value.items()
        return not arguments and default in {kind, catalogue.snake(kind)}
    if isinstance(value, list) and value and not isinstance(default, (list, tuple)):
        return all(type(part) is type(default) and part == default for part in value)
    if isinstance(value, (int, float)) and isinstance(default, (int, float)):
        return value == default and isinstance(value, bool) == isinstance(default, bool)
    return isinstance(value, list) and isinstance(default, (list, tuple)) and list(value) == list(default)
