"""Slots: places in a recipe or menu whose value a search may choose."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from protokit.core.errors import SpecError
from protokit.core.names import as_text
from protokit.core.places import Fault
from protokit.grammar.writing import on_a_line

KEYS = ("choice", "int", "float", "step", "log", "default")
_LARGEST = 2**53  # of a bound: up to there whole numbers and floats are the same
_NEAR = 1e-6  # of a step: how far from it a number may be that was computed


@dataclass(frozen=True)
class Slot:
    """A place with several possible values and a default. Made by `choice`, `integer` and `real`.

    `options` are those of a choice, or the lowest and highest number, both possible. `name` is given by the menu, or is
    the path in the recipe. Outside the menu an option may be plain data with slots in it, which are asked where it is
    chosen.

    >>> slot = protokit.integer(1, 3)
    >>> slot.count, list(slot.values), slot.default, slot.said
    (3, [1, 2, 3], 2, 'a whole number from 1 to 3')
    >>> slot.holds(4), slot.own(2.0), slot.as_plain()
    (False, 2, {'int': [1, 3]})
    >>> protokit.choice("relu", "gelu").place_of("gelu")
    1
    """

    kind: Literal["choice", "int", "float"]
    options: tuple[Any, ...]
    default: Any
    step: float | None = None
    log: bool = False
    name: str = ""

    def holds(self, value: object) -> bool:
        """Whether the slot may have a value."""
        if self.kind == "choice":
            return any(_same(value, option) for option in self.options)
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            return False
        if self.kind == "int" and not isinstance(value, int):
            return False
        return bool(self.options[0] <= value <= self.options[1]) and _on_step(value, self.options[0], self.step)

    def own(self, value: object) -> Any:
        """The slot's value that a value stands for, which may have come through JSON: a list for a tuple, 1 for 1.0.

        Raises:
            SpecError: it is none of the slot's.
        """
        if self.kind == "choice":
            found = [option for option in self.options if _same(_listed(value), _listed(option))]
            found += [option for option in self.options if _number(value) and _number(option) and value == option]
            if found:
                return found[0]
        elif self.kind == "float" and _number(value) and self.holds(value):
            return float(value)  # type: ignore[arg-type]
        elif self.kind == "int" and _number(value) and value == int(value) and self.holds(int(value)):  # type: ignore[call-overload]
            return int(value)  # type: ignore[call-overload]
        raise SpecError.one(f"{self.name or 'the slot'} cannot be {value!r}", self.said)

    def place_of(self, value: object) -> int:
        """The place among the options of a choice."""
        return next(i for i, option in enumerate(self.options) if _same(_listed(value), _listed(option)))

    @property
    def count(self) -> int | None:
        """How many values there are; None where they are not countable."""
        if self.kind == "choice":
            return len(self.options)
        low, high = self.options
        if self.step is not None:
            turns: float = (high - low) / self.step
            return round(turns) + 1
        return int(high) - int(low) + 1 if self.kind == "int" else None

    @property
    def values(self) -> Iterator[Any]:
        """Every value, in order; of a range without a step its ends alone."""
        if self.kind == "choice" or self.count is None:
            yield from self.options
        elif self.kind == "int":
            yield from range(self.options[0], self.options[1] + 1, int(self.step or 1))
        else:
            yield from (float(f"{self.options[0] + i * (self.step or 0):.12g}") for i in range(self.count))

    @property
    def said(self) -> str:
        """The values in a few words."""
        if self.kind == "choice":
            return f"one of: {', '.join(map(label, self.options))}"
        low, high = map(as_text, self.options)
        more = ", log scale" if self.log else f" in steps of {as_text(self.step)}" if self.step is not None else ""
        return f"{'a whole number ' if self.kind == 'int' else ''}from {low} to {high}{more}"

    def as_plain(self) -> dict[str, Any]:
        """The slot as it is written."""
        plain: dict[str, Any] = {self.kind: [_listed(option) for option in self.options]}
        if self.step is not None:
            plain["step"] = self.step
        if self.log:
            plain["log"] = True
        if self.default != _default(self.kind, self.options, self.step, self.log):
            plain["default"] = _listed(self.default)
        return plain


def label(value: object) -> str:
    """A value in a word or a few: of a name with its arguments the name."""
    if isinstance(value, Mapping) and len(value) == 1:
        [(name, inner)] = value.items()
        return str(name) if isinstance(inner, (Mapping, list)) and inner else as_text(name)
    return on_a_line(_listed(value)) if isinstance(value, (Mapping, list, tuple)) or value is None else as_text(value)


def choice(*options: Any, default: Any = None) -> Slot:
    """One of some values; the first where no default is given.

    >>> protokit.choice("relu", "gelu").default
    'relu'
    """
    return read({"choice": list(options), **({} if default is None else {"default": default})})


def integer(low: int, high: int, *, step: int | None = None, log: bool = False, default: int | None = None) -> Slot:
    """A whole number between two, both possible.

    >>> protokit.Menu([{"Dense": protokit.integer(8, 64, log=True)}]).as_plain()
    [{'Dense': {'int': [8, 64], 'log': True}}]
    """
    return read(_given("int", [low, high], step, log, default))


def real(
    low: float, high: float, *, step: float | None = None, log: bool = False, default: float | None = None
) -> Slot:
    """A number between two; with `log`, on the scale of its logarithm.

    >>> protokit.real(0.0, 0.5).as_plain()
    {'float': [0.0, 0.5]}
    """
    return read(_given("float", [low, high], step, log, default))


def is_slot(value: object) -> bool:
    """Whether a mapping is written as a slot."""
    return isinstance(value, Mapping) and any(kind in value for kind in KEYS[:3])


def of_lists(value: object) -> bool:
    """Whether a mapping is a slot for sure: what its values are is a list, which the value of a name never is."""
    return isinstance(value, Mapping) and any(isinstance(value.get(kind), (list, tuple)) for kind in KEYS[:3])


def holds_slots(value: object, deep: int = 0) -> bool:
    """Whether there is a slot in plain data."""
    if isinstance(value, Slot) or is_slot(value):
        return True
    parts = value.values() if isinstance(value, Mapping) else value if isinstance(value, (list, tuple)) else ()
    return deep < _DEEPEST and any(holds_slots(part, deep + 1) for part in parts)


def read(plain: Mapping[str, Any], *, nested: bool = False) -> Slot:
    """A slot from its written form. `nested`: whether options may hold slots.

    Raises:
        SpecError: with every fault, its path relative to the mapping.
    """
    kinds = [kind for kind in KEYS[:3] if kind in plain]
    if len(kinds) != 1:
        raise SpecError.one(f"a slot is one of choice, int and float, not {' and '.join(kinds)}", "remove one")
    [kind] = kinds
    allowed = {"choice": ("choice", "default"), "int": KEYS[1:], "float": KEYS[1:]}[kind]
    for key in plain:
        if key not in allowed or (key != kind and key in KEYS[:3]):
            raise SpecError([Fault(f"unknown key {key!r} of a slot", f"one of: {', '.join(allowed)}", (key,), "key")])
    given = plain[kind]
    values = tuple(tuple(v) if isinstance(v, list) else v for v in given) if isinstance(given, (list, tuple)) else ()
    step, log = plain.get("step"), plain.get("log", False)
    faults = _of_choice(given, values, nested) if kind == "choice" else _of_range(kind, given, values, step, log)
    if faults:
        raise SpecError(faults)
    middle = _default(kind, values, step, log)  # type: ignore[arg-type]
    default = plain.get("default", middle)
    default = tuple(default) if isinstance(default, list) else default
    if kind == "choice" and isinstance(default, str):  # an option may be named by its one key
        named = [value for value in values if isinstance(value, Mapping) and list(value) == [default]]
        default = named[0] if len(named) == 1 and default not in values else default
    slot = Slot(kind, values, default, step, log)  # type: ignore[arg-type]
    if not slot.holds(default):
        raise SpecError([Fault(f"the default {default!r} is not a value of the slot", slot.said, ("default",))])
    return slot


_DEEPEST = 60


def _of_choice(written: object, values: tuple[Any, ...], nested: bool) -> list[Fault]:
    """What is wrong with the values of a choice."""
    if not values:
        return [Fault(f"choice is a list of values, not {written!r}", "write {choice: [32, 64]}", ("choice",))]
    if len(values) == 1:
        rule = f"a choice of one, {label(values[0])}: nothing is searched there"
        return [Fault(rule, f"write {label(values[0])}, or give it more values", ("choice",))]
    faults: list[Fault] = []
    for i, value in enumerate(values):
        if any(_same(value, other) or (_number(value) and _number(other) and value == other) for other in values[:i]):
            faults.append(Fault(f"{label(value)} is there twice", "remove one", ("choice", i)))
        elif isinstance(value, Slot) or (of_lists(value) if nested else is_slot(value)):
            cure = "write all values in the one list, or one range"
            faults.append(Fault("a slot is a value of another slot", cure, ("choice", i)))
        elif not nested and holds_slots(value):
            cure = "write choose: {one: [...], other: [...]}, or a slot under hyperparameters"
            faults.append(Fault("a slot of the menu holds no other slots", cure, ("choice", i)))
    return faults


def _of_range(kind: str, written: object, values: tuple[Any, ...], step: Any, log: Any) -> list[Fault]:
    """What is wrong with the lowest and the highest, and with how it goes from one to the other."""
    good = len(values) == 2 and all(_number(v, whole=kind == "int") and abs(v) <= _LARGEST for v in values)
    if not good or values[0] > values[1]:
        cure = "write {int: [1, 4]}" if kind == "int" else "write {float: [0.0, 0.5]}"
        cure = f"write {{{kind}: [{values[1]!r}, {values[0]!r}]}}" if good else cure
        return [Fault(f"{kind} is a list of the lowest and the highest, not {written!r}", cure, (kind,))]
    low, high = values
    if low == high:
        rule = f"from {low!r} to {high!r} is one value: nothing is searched there"
        return [Fault(rule, f"write {low!r}, or raise the highest", (kind,))]
    if not isinstance(log, bool):
        return [Fault(f"log is true or false, not {log!r}", None, ("log",))]
    if log and low <= 0:
        return [Fault(f"log needs numbers above 0, not {low!r}", "raise the lowest", (kind,))]
    if step is None:
        return []
    if not _number(step, whole=kind == "int") or not 0 < step <= _LARGEST or log:
        return [Fault(f"step is a number above 0 and not with log, not {step!r}", "remove it", ("step",))]
    if step > high - low:
        return [Fault(f"a step of {step!r} leads out of {low!r} to {high!r}", "lower it", ("step",))]
    if not _on_step(high, low, step):
        last = float(f"{low + step * math.floor((high - low) / step):.10g}")
        last = int(last) if kind == "int" else last
        rule = f"steps of {step!r} from {low!r} do not end at {high!r}"
        return [Fault(rule, f"write {kind}: [{low!r}, {last!r}]", ("step",))]
    return []


def _number(value: object, *, whole: bool = False) -> bool:
    """Whether a value is a number, and finite."""
    if isinstance(value, bool) or not isinstance(value, int if whole else (int, float)):
        return False
    return not isinstance(value, float) or math.isfinite(value)


def _on_step(value: float, low: float, step: float | None) -> bool:
    """Whether a number is one of the steps from the lowest on."""
    if step is None:
        return True
    turns = (value - low) / step
    return abs(turns - round(turns)) < _NEAR


def _same(one: object, other: object) -> bool:
    return type(one) is type(other) and one == other


def _listed(value: object) -> object:
    """Plain data: lists for tuples, mappings for slots."""
    if isinstance(value, Slot):
        return value.as_plain()
    if isinstance(value, Mapping):
        return {key: _listed(part) for key, part in value.items()}
    return [_listed(part) for part in value] if isinstance(value, (list, tuple)) else value


def _default(kind: str, values: tuple[Any, ...], step: float | None, log: bool) -> Any:
    """A choice's first; else the middle of the range, on its scale."""
    if kind == "choice":
        return values[0]
    low, high = values
    middle = math.sqrt(low * high) if log else (low + high) / 2
    if step is not None:
        middle = low + step * math.floor((middle - low) / step)
    return int(middle) if kind == "int" else float(f"{middle:.4g}") if low < float(f"{middle:.4g}") < high else middle


def _given(kind: str, values: list[Any], step: Any, log: bool, default: Any) -> dict[str, Any]:
    plain = {kind: values, "step": step, "log": log or None, "default": default}
    return {key: value for key, value in plain.items() if value is not None}
