"""Slots: places in a menu whose value a search may choose."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from protokit.core.errors import SpecError
from protokit.core.names import as_text
from protokit.core.places import Fault

KEYS = ("choice", "int", "float", "step", "log", "default")


@dataclass(frozen=True)
class Slot:
    """A place with several possible values and a default. Made by `choice`, `integer` and `real`.

    `options` are those of a choice, or the lowest and highest number, both possible. `name` is given by the menu.
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
            return any(value == option and type(value) is type(option) for option in self.options)
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            return False
        if self.kind == "int" and not isinstance(value, int):
            return False
        return bool(self.options[0] <= value <= self.options[1])

    def as_plain(self) -> dict[str, Any]:
        """The slot as it is written."""
        plain: dict[str, Any] = {self.kind: list(self.options)}
        if self.step is not None:
            plain["step"] = self.step
        if self.log:
            plain["log"] = True
        if self.default != _default(self.kind, self.options, self.step, self.log):
            plain["default"] = self.default
        return plain


def choice(*options: Any, default: Any = None) -> Slot:
    """One of some values; the first where no default is given."""
    return read({"choice": list(options), **({} if default is None else {"default": default})})


def integer(low: int, high: int, *, step: int | None = None, log: bool = False, default: int | None = None) -> Slot:
    """A whole number between two, both possible."""
    return read(_given("int", [low, high], step, log, default))


def real(
    low: float, high: float, *, step: float | None = None, log: bool = False, default: float | None = None
) -> Slot:
    """A number between two; with `log`, on the scale of its logarithm."""
    return read(_given("float", [low, high], step, log, default))


def is_slot(value: object) -> bool:
    """Whether a mapping is written as a slot."""
    return isinstance(value, Mapping) and any(kind in value for kind in KEYS[:3])


def read(plain: Mapping[str, Any]) -> Slot:
    """A slot from its written form.

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
    values = plain[kind]
    values = tuple(tuple(v) if isinstance(v, list) else v for v in values) if isinstance(values, (list, tuple)) else ()
    step, log = plain.get("step"), plain.get("log", False)
    if faults := _faults(kind, plain[kind], values, step, log):
        raise SpecError(faults)
    middle = _default(kind, values, step, log)  # type: ignore[arg-type]
    default = plain.get("default", middle)
    default = tuple(default) if isinstance(default, list) else default
    slot = Slot(kind, values, default, step, log)  # type: ignore[arg-type]
    if not slot.holds(default):
        cure = f"one of: {', '.join(map(as_text, values))}" if kind == "choice" else f"from {values[0]} to {values[1]}"
        raise SpecError([Fault(f"the default {default!r} is not a value of the slot", cure, ("default",))])
    return slot


def _faults(kind: str, written: Any, values: tuple[Any, ...], step: Any, log: Any) -> list[Fault]:
    if kind == "choice":
        if not values:
            return [Fault(f"choice is a list of values, not {written!r}", "write {choice: [32, 64]}", (kind,))]
        return []
    number = int if kind == "int" else (int, float)
    good = len(values) == 2 and all(isinstance(v, number) and not isinstance(v, bool) for v in values)
    if not good or not all(map(math.isfinite, values)) or values[0] > values[1]:
        cure = "write {int: [1, 4]}" if kind == "int" else "write {float: [0.0, 0.5]}"
        return [Fault(f"{kind} is a list of the lowest and the highest, not {written!r}", cure, (kind,))]
    if not isinstance(log, bool):
        return [Fault(f"log is true or false, not {log!r}", None, ("log",))]
    if log and values[0] <= 0:
        return [Fault(f"log needs numbers above 0, not {values[0]!r}", "raise the lowest", (kind,))]
    if step is not None and (isinstance(step, bool) or not isinstance(step, number) or step <= 0 or log):
        return [Fault(f"step is a number above 0 and not with log, not {step!r}", "remove it", ("step",))]
    return []


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
