"""What is wrong with the arguments given to a class of the catalogue."""

from __future__ import annotations

from typing import Any

from protokit.core.places import Fault
from protokit.core.suggest import did_you_mean, nearest, one_of
from protokit.menu import catalogue

# The section that a text or mapping is looked up in, by the end of the argument's name.
_REFERENCES = {
    "activation": "activations",
    "initializer": "initializers",
    "regularizer": "regularizers",
    "constraint": "constraints",
}
_ONE_OF = {
    "padding": ("valid", "same", "causal"),
    "data_format": ("channels_last", "channels_first"),
    "interpolation": ("nearest", "bilinear", "bicubic", "lanczos3", "lanczos5", "area"),
}
_NOUN = {"integer": "a whole number", "number": "a number", "boolean": "true or false"}


def check_arguments(entry: catalogue.Entry, given: dict[Any, Any]) -> list[Fault]:
    """What is wrong with the arguments given to a class; paths are relative to the mapping."""
    faults: list[Fault] = []
    for name, value in given.items():
        if name not in entry.arguments:
            cure = did_you_mean(str(name), entry.arguments)
            cure = cure or f"`protokit list {entry.section} {entry.name}` lists its arguments"
            if name == "name" and entry.section == "layers":
                cure = f"a name stands beside the layer: {{{entry.name}: ..., name: stem}}"
            faults.append(Fault(f"unknown argument {name!r} of {entry.name}", cure, (name,), "key"))
        else:
            faults += [fault.under((name,)) for fault in _check_value(entry, name, value)]
    missing = [name for name in entry.required if name not in given]
    if missing and not any(nearest(str(name), missing) for name in given if name not in entry.arguments):
        faults.append(
            Fault(f"{entry.name} needs {one_of(missing).removeprefix('one of: ')}", f"write {missing[0]}: ...")
        )
    return faults


def _check_value(entry: catalogue.Entry, name: str, value: Any) -> list[Fault]:
    argument = entry.arguments[name]
    if value is catalogue.OPEN or catalogue.takes_layer(entry, name):
        return []
    if value is None or (isinstance(value, str) and value == argument.get("default")):
        if value is None and "default" not in argument:
            return [Fault(f"{name} of {entry.name} needs a value")]
        return []
    rule = f"{name} of {entry.name}"
    kind = argument.get("type")
    if kind and not _is(kind, value):
        cure = "1, 2, 3, ... without quotes" if kind == "integer" else None
        return [Fault(f"{rule} is {_NOUN[kind]}, not {value!r}", cure)]
    if kind in {"integer", "number"} and name in {"units", "filters", "num_heads", "key_dim"} and value < 1:
        return [Fault(f"{rule} is at least 1, not {value!r}")]
    if name in {"rate", "dropout", "recurrent_dropout"} and isinstance(value, (int, float)) and not 0 <= value <= 1:
        return [Fault(f"{rule} is a share from 0 to 1, not {value!r}")]
    if name in _ONE_OF and isinstance(value, str) and value not in _ONE_OF[name]:
        return [Fault(f"{rule} cannot be {value!r}", did_you_mean(value, _ONE_OF[name]))]
    for ending, section in _REFERENCES.items():
        if name == ending or name.endswith("_" + ending):
            return check_reference(section, value, rule)
    return []


def check_reference(section: str, value: Any, rule: str) -> list[Fault]:
    """What is wrong with a name, or a mapping of one name to its arguments, taken from a section."""
    if section == "activations":
        if isinstance(value, str) and value in catalogue.activations():
            return []
        cure = did_you_mean(str(value), catalogue.activations())
        return [Fault(f"{rule}: unknown activation {value!r}", cure)]
    if isinstance(value, str):
        found = catalogue.find(section, value)
        if found is None:
            known = [*catalogue.aliases(section), *catalogue.names(section)]
            return [Fault(f"{rule}: unknown {section[:-1]} {value!r}", did_you_mean(value, known))]
        return check_arguments(found, {})
    if isinstance(value, dict) and len(value) == 1:
        [(name, arguments)] = value.items()
        found = catalogue.find(section, str(name))
        if found is None:
            return [catalogue.unknown(section, name).under((name,))]
        given = arguments_of(found, arguments)
        if isinstance(given, Fault):
            return [given.under((name,))]
        return [fault.under((name,)) for fault in check_arguments(found, given)]
    return [Fault(f"{rule} is a name, or one name with its arguments, not {value!r}")]


def arguments_of(entry: catalogue.Entry, given: Any) -> dict[str, Any] | Fault:
    """Arguments in full: a lone value is the first argument, nothing is none."""
    if given is None:
        return {}
    if isinstance(given, dict):
        return given
    if entry.first is None:
        return Fault(f"{entry.name} takes no arguments, not {given!r}")
    if isinstance(given, (list, tuple)):
        return Fault(f"a list stands where {entry.name} takes its arguments", f"write {{{entry.first}: [...]}}")
    return {entry.first: given}


def _is(kind: str, value: Any) -> bool:
    if kind == "boolean":
        return isinstance(value, bool)
    if isinstance(value, bool):
        return False
    return isinstance(value, int) if kind == "integer" else isinstance(value, (int, float))
