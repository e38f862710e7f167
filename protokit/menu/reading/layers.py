"""A layer of a menu with its arguments, slots and expressions, read from plain data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from protokit.core.errors import SpecError
from protokit.core.places import Fault, Part, Path
from protokit.core.suggest import did_you_mean, nearest
from protokit.menu import catalogue, items, slots
from protokit.menu.expressions import Expression, is_expression
from protokit.menu.items import Layer
from protokit.menu.reading.arguments import arguments_of, check_arguments
from protokit.menu.slots import Slot

COMPOSITES = ("use", "share", "repeat", "ensemble", "residual", "branch", "choose", "when", "layers")
DEEPEST = 60


class LayerReader:
    """Reads layers and values; `faults` holds what was found wrong. Names that expressions may give are set here."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []
        self.hyperparameters: dict[str, Any] = {}
        self.parameters: tuple[str, ...] = ()
        self.blocks: tuple[str, ...] = ()
        self.places: dict[str, Path] = {}  # where each slot stands; of a structure its item
        self._depth = 0

    def fault(self, path: Path, rule: str, cure: str | None = None, *, part: Part = "value") -> None:
        """Keep a fault."""
        self.faults.append(Fault(rule, cure, path, part))

    def layer(self, kind: Any, given: Any, path: Path, name: str | None = None, part: Part = "key") -> Layer | None:
        """A layer of a kind with what it was given; None, and faults, where it cannot be."""
        if isinstance(given, Layer):
            given = items.plain_value(given)
        if isinstance(kind, str) and (kind in {"merge", "name", "from", "default"} or kind in COMPOSITES):
            self.fault(path, f"{kind!r} needs a value", f"write {{{kind}: ...}}", part="key")
            return None
        entry = catalogue.find("layers", str(kind))
        if entry is None:
            blocks = list(self.blocks)
            cure = f"a block is used by {{use: {kind}}}" if kind in blocks else None
            fault = catalogue.unknown("layers", kind, also=(*COMPOSITES, *blocks))
            self.faults.append(replace(fault, cure=cure or fault.cure, part=part).under(path))
            return None
        if isinstance(given, Mapping) and len(given) == 1 and catalogue.takes_layer(entry, entry.first):
            [inner] = given
            if inner not in entry.arguments and catalogue.find("layers", str(inner)):
                given = {entry.first: given}
        label = name or str(kind)
        short = given is not None and not isinstance(given, Mapping)
        if isinstance(given, Mapping) and not slots.is_slot(given):
            written: Any = {
                key: self._argument(entry, key, value, (*path, key), f"{label}.{key}") for key, value in given.items()
            }
        else:
            written = self._argument(entry, entry.first, given, path, f"{label}.{entry.first}")
        arguments = arguments_of(entry, written)
        if isinstance(arguments, Fault):
            self.faults.append(arguments.under(path))
            return None
        for fault in check_arguments(entry, {key: _settled(value) for key, value in arguments.items()}):
            self.faults.append(replace(fault, path=path if short else path + fault.path))
        for key, value in arguments.items():
            if isinstance(value, Slot) and key in entry.arguments:
                for option in value.options:
                    for fault in check_arguments(entry, {**dict.fromkeys(entry.required), key: option}):
                        if fault.path == (key,) and option is not None:
                            at = path if short else (*path, key)
                            self.faults.append(Fault(fault.rule, fault.cure, at))
        return Layer(entry.name, arguments)

    def _argument(self, entry: catalogue.Entry, key: Any, value: Any, path: Path, label: str) -> Any:
        if catalogue.takes_layer(entry, key) and value is not None and not isinstance(value, bool):
            if isinstance(value, (list, tuple)):
                return tuple(self.inner(part, (*path, i)) for i, part in enumerate(value))
            return self.inner(value, path)
        return self.value(value, path, label)

    def inner(self, data: Any, path: Path) -> Any:
        """A layer that is another one's argument."""
        if self._depth > DEEPEST:
            self.fault(path, f"nested deeper than {DEEPEST}", "write it flatter")
            return Layer("Identity")
        self._depth += 1
        found = self._inner(data, path)
        self._depth -= 1
        return found

    def _inner(self, data: Any, path: Path) -> Any:
        if isinstance(data, Slot) or slots.is_slot(data):
            self.fault(path, "a slot cannot stand for a layer", "write choose: {one: [...], other: [...]}")
            return Layer("Identity")
        if isinstance(data, Layer):
            data = items.plain_value(data)
        if isinstance(data, str):
            return self.layer(data, None, path, part="value") or Layer("Identity")
        if isinstance(data, Mapping):
            heads = [key for key in data if key != "name"]
            if len(heads) == 1:
                layer = self.layer(heads[0], data[heads[0]], (*path, heads[0]))
                name = data.get("name")
                return replace(layer, name=name) if layer and isinstance(name, str) else layer or Layer("Identity")
        self.fault(path, f"here stands a layer, not {data!r}", "write {LSTM: 32}")
        return Layer("Identity")

    def value(self, value: Any, path: Path, label: str, own: str = "") -> Any:
        """An argument with its slots and expressions; `own` is the name of a hyperparameter that is being read."""
        if self._depth > DEEPEST:
            self.fault(path, f"nested deeper than {DEEPEST}", "write it flatter")
            return None
        if isinstance(value, Slot) and value.kind == "choice" and slots.holds_slots(value.options):
            value = value.as_plain()
        if isinstance(value, Slot):
            return replace(value, name=self.slot_name(own or label, path))
        if isinstance(value, Expression) or is_expression(value):
            return self.expression(value, path)
        if slots.is_slot(value):
            try:
                return replace(slots.read(value), name=self.slot_name(own or label, path))
            except SpecError as error:
                self.faults += [fault.under(path) for fault in error.faults]
                return catalogue.OPEN
        heads = [key for key in value if key not in slots.KEYS[3:]] if isinstance(value, Mapping) else []
        if isinstance(value, Mapping) and value and not heads:
            self.fault(path, f"a slot with no values to choose from, only {', '.join(value)}", "add choice: [1, 2]")
            return None
        if len(heads) == 1:
            key = str(heads[0])
            known = any(catalogue.find(s, key) for s in ("initializers", "regularizers", "constraints", "layers"))
            if not known and (own or nearest(key, slots.KEYS[:3])):
                cure = did_you_mean(key, slots.KEYS[:3])
                self.fault((*path, heads[0]), f"unknown kind of slot {key!r}", cure, part="key")
                return None
        self._depth += 1
        if isinstance(value, Mapping):
            value = {key: self.value(part, (*path, key), f"{label}.{key}") for key, part in value.items()}
        elif isinstance(value, (list, tuple)):
            value = tuple(self.value(part, (*path, i), f"{label}.{i}") for i, part in enumerate(value))
        self._depth -= 1
        return value

    def expression(self, value: Any, path: Path, part: Part = "value") -> Any:
        """An expression whose names are known."""
        try:
            found = value if isinstance(value, Expression) else Expression(str(value).strip())
        except SpecError as error:
            self.faults += [Fault(fault.rule, fault.cure, path, part) for fault in error.faults]
            return None
        names = (*self.parameters, *self.hyperparameters)
        for name in found.names:
            if name not in names:
                cure = did_you_mean(name, names) or "name it under hyperparameters"
                self.fault(path, f"no hyperparameter or parameter '{name}'", cure, part=part)
        return found

    def slot_name(self, label: str, path: Path) -> str:
        """A name that no other slot has, of the slot at a path."""
        name, number = label, 2
        while name in self.places:
            name, number = f"{label}_{number}", number + 1
        self.places[name] = path
        return name


def _settled(value: Any) -> Any:
    """An argument with its slots at their defaults; what only an expression knows stays open."""
    opened = False

    def settle(part: Any) -> Any:
        nonlocal opened
        opened = opened or isinstance(part, Expression)
        return part.default if isinstance(part, Slot) else part

    settled = items.mapped(value, settle)
    return catalogue.OPEN if opened else settled
