"""What is wrong with the arguments given to a class of the catalogue."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from protokit.core.places import Fault
from protokit.core.suggest import did_you_mean, nearest, one_of
from protokit.menu import catalogue
from protokit.menu.reading import slices
from protokit.menu.reading.argument_rules import rule_of

_NOUN = {"integer": "a whole number", "number": "a number", "boolean": "true or false"}


def check_arguments(entry: catalogue.Entry, given: Mapping[str, object]) -> list[Fault]:
    """What is wrong with the arguments given to a class; paths are relative to the mapping."""
    if entry.name == catalogue.BACKBONE:
        return _check_backbone(entry, given)
    faults: list[Fault] = []
    for name, value in given.items():
        if name not in entry.arguments:
            cure = did_you_mean(str(name), entry.arguments)
            every = f"`protokit list {entry.section} {entry.name}` lists its arguments"
            cure = cure or every
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


def _check_backbone(entry: catalogue.Entry, given: Mapping[str, object]) -> list[Fault]:
    """A backbone is one application, by its name, with its arguments."""
    for name, value in given.items():
        application = catalogue.find("applications", str(name))
        if application is None:
            cure = did_you_mean(str(name), catalogue.names("applications")) or "see protokit list applications"
            if name in {"weights", "trainable", "pooling"}:
                cure = f"it stands inside: {{{entry.name}: {{MobileNetV2: {{{name}: ...}}}}}}"
            return [Fault(f"unknown application {name!r}", cure, (name,), "key")]
        if value is catalogue.OPEN or value is None:
            continue
        if not isinstance(value, Mapping):
            cure = f"write {{{name}: {{weights: imagenet}}}}"
            return [Fault(f"{name} takes its arguments by name, not {value!r}", cure, (name,))]
        faults = check_arguments(application, value)
        weights = value.get("weights")
        if weights is not None and not isinstance(weights, str) and weights is not catalogue.OPEN:
            cure = "write imagenet, the path of a file of weights, or null"
            faults.append(Fault(f"weights of {name} cannot be {weights!r}", cure, ("weights",)))
        if faults:
            return [fault.under((name,)) for fault in faults]
    if len(given) != 1:
        rule = f"a {entry.name} is one application" + (f", not {len(given)}" if given else "")
        return [Fault(rule, f"write {{{entry.name}: MobileNetV2}}")]
    return []


def _check_value(entry: catalogue.Entry, name: str, value: object) -> list[Fault]:
    rule, said = rule_of(entry, name), f"{name} of {entry.name}"
    if value is catalogue.OPEN or rule.layers:
        return []
    if entry.name == "ops.get_item":
        try:
            slices.parse(value)
        except ValueError as error:
            return [Fault(f"{said}: {error}", "write ':, 0' or '..., 0:2'")]
    if isinstance(value, float) and not math.isfinite(value):
        written = f"write {str(value)!r} as a text" if name == "value" else "leave it out, or write a finite number"
        return [Fault(f"{said} is {value}, which is not a finite number", written)]
    if value is None:
        return [] if rule.null else [Fault(f"{said} needs a value")]
    if isinstance(value, str) and value == rule.default:
        return []
    if rule.lists and not isinstance(value, (list, tuple)):
        return [Fault(f"{said} is a list, not {value!r}: no file is opened", f"write {name}: [...]")]
    if rule.kind and not rule.is_of_kind(value):
        cure = "1, 2, 3, ... without quotes" if rule.kind == "integer" else None
        return [Fault(f"{said} is {_NOUN[rule.kind]}, not {value!r}", cure)]
    if isinstance(value, (int, float)) and (bounds := rule.why_not(value)):
        return [Fault(f"{said} is {bounds}, not {value!r}")]
    if rule.names and isinstance(value, str) and value not in rule.names and not catalogue.hub_activation(value):
        return [Fault(f"{said} cannot be {value!r}", did_you_mean(value, rule.names))]
    return check_reference(rule.section, value, said) if rule.section else []


def check_reference(section: str, value: object, rule: str) -> list[Fault]:
    """What is wrong with a name, or a mapping of one name to its arguments, taken from a section."""
    if section == "activations":
        if isinstance(value, str) and (value in catalogue.activations() or catalogue.hub_activation(value)):
            return []
        if isinstance(value, Mapping) and len(value) == 1:  # a layer that is one
            [(name, arguments)] = value.items()
            layer = catalogue.find("layers", str(name))
            given = arguments_of(layer, arguments) if layer is not None else catalogue.unknown("layers", name)
            if isinstance(given, Fault) or layer is None:
                return [given.under((name,))] if isinstance(given, Fault) else []
            return [fault.under((name,)) for fault in check_arguments(layer, given)]
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
    if entry.name == catalogue.BACKBONE and isinstance(given, str):
        return {given: None}
    if entry.first is None:
        return Fault(f"{entry.name} takes no arguments, not {given!r}")
    if isinstance(given, (list, tuple)):
        return Fault(f"a list stands where {entry.name} takes its arguments", f"write {{{entry.first}: [...]}}")
    return {entry.first: given}
