"""Ways to train on several sets of data, as `learn.sets` names them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from math import isfinite
from typing import Any, ClassVar, TypeAlias

from protokit.core.places import Fault
from protokit.core.suggest import did_you_mean
from protokit.grammar.faults import refuse
from protokit.grammar.words import TEXT, JsonSchema, Word, closed

AUTO = "auto"
SAMPLES = ("sqrt", "size", "equal")
BY_SIZE = "size"
_SHARE: JsonSchema = {"type": "number", "minimum": 0, "exclusiveMaximum": 1}
_WEIGHT: JsonSchema = {"type": "number", "exclusiveMinimum": 0}


class Way:
    """A way to train on several sets: a dataclass whose fields are its words."""

    name: ClassVar[str]
    about: ClassVar[str]
    schema: ClassVar[Mapping[str, JsonSchema]] = {}

    def as_plain(self) -> object:
        """As it is written: its name, or what it says where that is not the default."""
        said = {one.name: getattr(self, one.name) for one in fields(self)}  # type: ignore[arg-type]
        given = {key: _plain(value) for key, value in said.items() if value != getattr(type(self)(), key)}
        return {self.name: given} if given else self.name


@dataclass(frozen=True)
class Each(Way):
    """A network of its own for each set."""

    name = "each"
    about = "a network of its own for each set, on the compiled training of the others where shapes agree"


@dataclass(frozen=True)
class Stacked(Way):
    """One network on the rows of all sets, with the set as a column."""

    name = "stacked"
    about = "one network on the rows of all sets, below each other, with the set as a column"


@dataclass(frozen=True)
class Shared(Way):
    """Own inputs and an own head for each set around layers that all share, trained at once.

    `sample` is how much a set counts: by the root of its rows, by its rows, or all alike; `weights` multiply that.
    """

    name = "shared"
    about = "own inputs and an own head for each set around layers that all share, trained at once in joint batches"
    schema: ClassVar[Mapping[str, JsonSchema]] = {
        "sample": {"enum": list(SAMPLES)},
        "weights": {"type": "object", "additionalProperties": _WEIGHT},
    }
    sample: str = "sqrt"
    weights: Mapping[str, float] | None = None


@dataclass(frozen=True)
class Sequence(Way):
    """Set after set, each a step from where the one before ended; layers that fit all are shared.

    `order` is that of the sets, `size` the largest first; as they are written when not given. The items of the menu in
    `freeze_after_first` stay as the first set has left them. `rehearse` is how much all earlier sets together count in
    a step beside its own set.
    """

    name = "sequence"
    about = "set after set, each a step that begins where the one before ended"
    schema: ClassVar[Mapping[str, JsonSchema]] = {
        "order": {"anyOf": [{"const": BY_SIZE}, {"type": "array", "items": TEXT, "minItems": 2}]},
        "freeze_after_first": {"anyOf": [TEXT, {"type": "array", "items": TEXT}]},
        "rehearse": _SHARE,
    }
    order: str | tuple[str, ...] = ()
    freeze_after_first: tuple[str, ...] = ()
    rehearse: float = 0.0


WAYS: dict[str, type[Way]] = {way.name: way for way in (Each, Stacked, Shared, Sequence)}
Ways: TypeAlias = tuple[Way, ...]


def _plain(value: object) -> object:
    return list(value) if isinstance(value, tuple) else dict(value) if isinstance(value, Mapping) else value


def _one(given: object, path: tuple[int, ...] = ()) -> Way:
    """A way, by its name or with what it says.

    Raises:
        PydanticCustomError: it is none.
    """
    name, says = (given, None)
    if isinstance(given, Mapping) and len(given) == 1:
        [(name, says)] = given.items()
    if isinstance(given, Mapping) and len(given) > 1 and all(key in WAYS for key in given):
        raise refuse(Fault("several ways are a list", f"write sets: [{', '.join(map(str, given))}]", path))
    if not isinstance(name, str) or name not in WAYS:
        if name == AUTO:
            raise refuse(Fault("auto chooses the ways itself: it stands alone", "write sets: auto", path))
        cure = did_you_mean(str(name), [AUTO, *WAYS]) if isinstance(name, str) else f"write one of: {', '.join(WAYS)}"
        raise refuse(Fault(f"unknown way to train on sets {name!r}", cure, path))
    way = WAYS[name]
    if says is None:
        return way()
    if not isinstance(says, Mapping):
        raise refuse(Fault(f"{name} says words, not {says!r}", _example(way), (*path, name)))
    known = [one.name for one in fields(way)]  # type: ignore[arg-type]
    faults, values = list[Fault](), dict[str, Any]()
    for key, value in says.items():
        if key not in known:
            cure = did_you_mean(str(key), known) if known else f"write {name}"
            faults.append(Fault(f"{name} has no {key!r}", cure, (*path, name, str(key)), "key"))
        elif isinstance(found := _READ[key](value), Fault):
            faults.append(found.under((*path, name, key)))
        else:
            values[key] = found
    if faults:
        raise refuse(*faults)
    return way(**values)


def _example(way: type[Way]) -> str:
    known = [one.name for one in fields(way)]  # type: ignore[arg-type]
    return f"write {way.name}: {{{known[0]}: ...}}" if known else f"write {way.name}"


def _sample(value: object) -> str | Fault:
    found = value if isinstance(value, str) and value in SAMPLES else None
    return found or Fault(f"sample is one of {', '.join(SAMPLES)}, not {value!r}")


def _weights(value: object) -> Mapping[str, float] | Fault:
    if not isinstance(value, Mapping) or not value:
        return Fault(f"weights are numbers by set, not {value!r}", "write {SET: 2}")
    for name, one in value.items():
        if isinstance(one, bool) or not isinstance(one, (int, float)) or not (one > 0 and isfinite(one)):
            return Fault(f"a weight is a number above 0, not {one!r}", None, (str(name),))
    return {str(name): float(one) for name, one in value.items()}


def _order(value: object) -> str | tuple[str, ...] | Fault:
    if value == BY_SIZE:
        return BY_SIZE
    if not isinstance(value, (list, tuple)) or len(value) < 2 or not all(isinstance(one, str) for one in value):
        return Fault(f"order is the names of all sets, or {BY_SIZE}, not {value!r}")
    twice = next((name for i, name in enumerate(value) if name in value[:i]), None)
    return Fault(f"order names {twice!r} twice") if twice else tuple(value)


def _items(value: object) -> tuple[str, ...] | Fault:
    given = [value] if isinstance(value, str) else value
    if not isinstance(given, (list, tuple)) or not given or not all(isinstance(one, str) and one for one in given):
        return Fault(f"freeze_after_first is items of the menu, by name or pattern, not {value!r}")
    return tuple(given)


def _rehearse(value: object) -> float | Fault:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value < 1:
        return Fault(f"rehearse is a share from 0 to below 1, not {value!r}", "write rehearse: 0.1")
    return float(value)


_READ: dict[str, Callable[[object], Any]] = {
    "sample": _sample,
    "weights": _weights,
    "order": _order,
    "freeze_after_first": _items,
    "rehearse": _rehearse,
}


def _read(value: object) -> object:
    """`auto`, one way, or a list of ways; None where nothing is said."""
    if value is None or value == AUTO:
        return None
    if isinstance(value, tuple) and value and all(isinstance(one, Way) for one in value):
        return value
    if not isinstance(value, (list, tuple)):
        return (_one(value),)
    if not value:
        raise refuse(Fault("no way to train on sets is named", f"write sets: {AUTO}"))
    ways = tuple(_one(one, (i,)) for i, one in enumerate(value))
    names = [way.name for way in ways]
    if twice := next((name for i, name in enumerate(names) if name in names[:i]), None):
        raise refuse(Fault(f"{twice} is named twice", "name each way once"))
    return ways


def _schema() -> JsonSchema:
    words = closed({name: closed(way.schema) for name, way in WAYS.items() if way.schema}, most=1)
    one: JsonSchema = {"anyOf": [{"enum": list(WAYS)}, {**words, "minProperties": 1}]}
    return {"anyOf": [{"enum": [AUTO]}, one, {"type": "array", "items": one, "minItems": 1}, {"type": "null"}]}


SETS = Word(_read, _schema)
