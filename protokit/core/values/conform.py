"""Whether what was made of a file is what its class says: the types of all fields, and finite numbers."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from functools import cache
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

_MOST = 2**63  # of a whole number
_MANY = 16
_PLAIN = (str, float)
_WORDS = {str: "a text", int: "a whole number", float: "a finite number", bool: "yes or no", NoneType: "nothing"}


def fault_of(value: Any, place: str = "") -> str | None:
    """What is wrong in a dataclass and those in its fields, with the place; None where nothing is."""
    for name, kind in _kinds(value.__class__).items():
        here = f"{place}.{name}" if place else name
        if (found := _fault(getattr(value, name), kind, here)) is not None:
            return found
    return None


@cache
def _kinds(kind: type) -> dict[str, Any]:
    """The types of a dataclass's fields."""
    hints = get_type_hints(kind)
    return {one.name: hints[one.name] for one in fields(kind)}


def _fault(value: Any, kind: Any, place: str) -> str | None:
    """What is wrong with a value of a type."""
    origin, of = get_origin(kind), get_args(kind)
    if kind is Any or kind is object:
        return None if not isinstance(value, float) or math.isfinite(value) else _no(place, value, "a finite number")
    if origin is Literal:
        return None if any(value == one and type(value) is type(one) for one in of) else _no(place, value, _named(kind))
    if origin in (Union, UnionType):
        found = [_fault(value, one, place) for one in of]
        return None if None in found else _no(place, value, _named(kind))
    if origin is tuple:
        return _of_tuple(value, of, place)
    if isinstance(origin, type) and issubclass(origin, Mapping):
        if not isinstance(value, Mapping):
            return _no(place, value, "a mapping")
        return _first(value, of[0], place) or _first(value.values(), of[1], place)
    if isinstance(origin, type) and issubclass(origin, Sequence):
        listed = isinstance(value, Sequence) and not isinstance(value, str)
        return _first(value, of[0], place) if listed else _no(place, value, "a list")
    plain = origin or kind
    if plain is float:
        whole = isinstance(value, (int, float)) and not isinstance(value, bool) and _is_finite(value)
        return None if whole else _no(place, value, "a finite number")
    if plain is int:
        whole = isinstance(value, int) and not isinstance(value, bool) and abs(value) < _MOST
        return None if whole else _no(place, value, "a whole number")
    if plain in (None, NoneType):
        return None if value is None else _no(place, value, "nothing")
    protocol = getattr(plain, "_is_protocol", False)
    if isinstance(plain, type) and not protocol and not isinstance(value, plain):
        return _no(place, value, _named(plain))
    return fault_of(value, place) if is_dataclass(value) and not isinstance(value, type) else None


def _of_tuple(value: object, of: tuple[Any, ...], place: str) -> str | None:
    if not isinstance(value, tuple):
        return _no(place, value, "a list")
    if len(of) == 2 and of[1] is Ellipsis:
        return _first(value, of[0], place)
    if len(value) != len(of):
        return _no(place, value, f"a list of {len(of)}")
    return next((found for i, one in enumerate(value) if (found := _fault(one, of[i], f"{place}.{i}"))), None)


def _first(values: Iterable[Any], kind: Any, place: str) -> str | None:
    """What is wrong with the first of several that is wrong; of long lists of plain values all at once."""
    of_one = kind in _PLAIN and isinstance(values, tuple) and len(values) > _MANY and set(map(type, values)) == {kind}
    if of_one and (kind is str or all(map(math.isfinite, values))):
        return None
    return next((found for i, one in enumerate(values) if (found := _fault(one, kind, f"{place}.{i}"))), None)


def _is_finite(value: float) -> bool:
    try:
        return math.isfinite(value)
    except OverflowError:  # a whole number beyond all floats
        return False


def _no(place: str, value: object, wanted: str) -> str:
    return f"{place} is {wanted}, not {ascii(value)[:60]}"


def _named(kind: Any) -> str:
    """A type in words."""
    origin, of = get_origin(kind), get_args(kind)
    if origin is Literal:
        return " or ".join(map(repr, of))
    if origin in (Union, UnionType):
        return " or ".join(_named(one) for one in of)
    if origin is not None:
        return "a list"
    return _WORDS.get(kind, getattr(kind, "__name__", str(kind)))
