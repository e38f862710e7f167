"""The items that a menu is made of, as frozen values; each knows its shortest written form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, is_dataclass, replace
from typing import Any, NotRequired, TypeAlias, TypedDict

from protokit.core.errors import SpecError
from protokit.core.places import Fault
from protokit.menu import catalogue
from protokit.menu.expressions import Expression
from protokit.menu.slots import Slot

INPUTS = ("inputs", "numbers", "categories", "category_numbers")  # what a recipe's network has to take from
SERIES = ("series", "history", "last", "covariates", "known")  # and of series; an item may have such a name
# What an item takes: the name of an input or item (`encoder.1` is the second of its several outputs), a list of
# such for layers of several inputs, or a mapping from the names of the layer's call arguments.
Source: TypeAlias = "str | tuple[Source, ...] | Mapping[str, Source]"
# What a file of a menu is made of, and what an argument holds once it is read.
Plain: TypeAlias = "bool | int | float | str | Sequence[Plain] | Mapping[str, Plain] | None"
Value: TypeAlias = "bool | int | float | str | Slot | Expression | Layer | Sequence[Value] | Mapping[str, Value] | None"


@dataclass(frozen=True)
class Layer:
    """One layer: its Keras class and its arguments, which may hold slots, expressions and layers."""

    kind: str
    arguments: Mapping[str, Value] = field(default_factory=dict)
    name: str | None = None
    source: Source | None = None
    call: Mapping[str, Value] = field(default_factory=dict, repr=False)  # what it is called with beside tensors


@dataclass(frozen=True)
class Chain:
    """Items one after the other, as one item; those of a house menu (`house`), where `use` named one."""

    layers: tuple[Item, ...]
    name: str | None = None
    source: Source | None = None
    house: str | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Use:
    """A block with its arguments: with new weights, or (`shared`) with those of its first use; or a layer again."""

    block: str
    arguments: Mapping[str, Value] = field(default_factory=dict)
    shared: bool = False
    name: str | None = None
    source: Source | None = None
    call: Mapping[str, Value] = field(default_factory=dict, repr=False)  # of a layer: as of Layer


@dataclass(frozen=True)
class Repeat:
    """A chain several times, each time with new weights."""

    times: int | Slot | Expression
    layers: tuple[Item, ...]
    name: str | None = None
    source: Source | None = None


@dataclass(frozen=True)
class Ensemble:
    """Members in one network, as the last item: each takes the input times its own weights, and all share a chain."""

    members: int | Slot | Expression
    layers: tuple[Item, ...]
    name: str | None = None
    source: Source | None = None


@dataclass(frozen=True)
class Residual:
    """What a chain makes of its input, plus that input (projected where the shapes differ)."""

    layers: tuple[Item, ...]
    name: str | None = None
    source: Source | None = None


@dataclass(frozen=True)
class Branch:
    """The input to each of several chains, then merged by a layer."""

    branches: Mapping[str, tuple[Item, ...]]
    merge: Layer = Layer("Concatenate")
    name: str | None = None
    source: Source | None = None


@dataclass(frozen=True)
class Choose:
    """One of several chains: a slot of structure."""

    options: Mapping[str, tuple[Item, ...]]
    slot: Slot
    name: str | None = None
    source: Source | None = None


@dataclass(frozen=True)
class When:
    """Chains that are there only where their condition holds."""

    conditions: tuple[tuple[Expression, tuple[Item, ...]], ...]
    name: str | None = None
    source: Source | None = None


Item: TypeAlias = Layer | Chain | Use | Repeat | Ensemble | Residual | Branch | Choose | When


@dataclass(frozen=True)
class Block:
    """A chain under a name, with parameters and their defaults, and names for what it takes."""

    layers: tuple[Item, ...]
    parameters: Mapping[str, Value] = field(default_factory=dict)
    inputs: tuple[str, ...] = ()

    def as_plain(self) -> Plain:
        """The block as it is written."""
        plain: dict[str, Plain] = {}
        if self.parameters:
            plain["parameters"] = {name: plain_value(value) for name, value in self.parameters.items()}
        if self.inputs:
            plain["inputs"] = list(self.inputs)
        chain = plain_chain(self.layers)
        return {**plain, "layers": chain} if plain else chain


def plain_chain(items: tuple[Item, ...]) -> list[Plain]:
    """A chain as it is written."""
    return [plain_item(item) for item in items]


def plain_item(item: Item) -> Plain:
    """An item as it is written, in its shortest form."""
    more: dict[str, Plain] = {}
    if item.name is not None:
        more["name"] = item.name
    if item.source is not None:
        more["from"] = plain_source(item.source)
    if isinstance(item, (Layer, Use)) and item.call:
        more["call"] = {name: plain_value(value) for name, value in item.call.items()}
    if isinstance(item, Layer):
        body = _plain_layer(item)
        if not more:
            return body
        return {**(body if isinstance(body, dict) else {body: None}), **more}
    if isinstance(item, Chain):
        if item.house is not None:
            return {"use": item.house, **more}
        inner = plain_chain(item.layers)
        return {"layers": inner, **more} if more else inner
    if isinstance(item, Use):
        arguments = {name: plain_value(value) for name, value in item.arguments.items()}
        return {"share" if item.shared else "use": {item.block: arguments} if arguments else item.block, **more}
    if isinstance(item, Repeat):
        return {"repeat": {"times": plain_value(item.times), "layers": plain_chain(item.layers)}, **more}
    if isinstance(item, Ensemble):
        return {"ensemble": {"members": plain_value(item.members), "layers": plain_chain(item.layers)}, **more}
    if isinstance(item, Residual):
        return {"residual": plain_chain(item.layers), **more}
    if isinstance(item, When):
        return {"when": {test.text: plain_chain(chain) for test, chain in item.conditions}, **more}
    if isinstance(item, Choose):
        first = next(iter(item.options))
        default = {} if item.slot.default == first else {"default": item.slot.default}
        return {"choose": {name: plain_chain(chain) for name, chain in item.options.items()}, **default, **more}
    merge = {} if item.merge == Layer("Concatenate") else {"merge": _plain_layer(item.merge)}
    return {"branch": {name: plain_chain(chain) for name, chain in item.branches.items()}, **merge, **more}


def plain_source(source: Source) -> Plain:
    """What an item takes, as it is written."""
    if isinstance(source, str):
        return source
    if isinstance(source, Mapping):
        return {name: plain_source(part) for name, part in source.items()}
    return [plain_source(part) for part in source]


def plain_value(value: Value) -> Plain:
    """An argument as it is written."""
    if isinstance(value, Slot):
        return value.as_plain()
    if isinstance(value, Expression):
        return value.text
    if isinstance(value, Layer):
        body = _plain_layer(value)
        return (
            body if value.name is None else {**(body if isinstance(body, dict) else {body: None}), "name": value.name}
        )
    if isinstance(value, Mapping):
        return {name: plain_value(part) for name, part in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [plain_value(part) for part in value]
    return value


def _plain_layer(layer: Layer) -> str | dict[str, Plain]:
    entry = catalogue.find("layers", layer.kind)
    body = {name: plain_value(value) for name, value in layer.arguments.items()}
    if layer.kind == catalogue.BACKBONE and list(body.values()) in ([None], [{}]):
        return {layer.kind: next(iter(body))}
    if entry and list(body) == [entry.first]:
        alone = layer.arguments[str(entry.first)]
        if not isinstance(alone, (Mapping, list, tuple, Layer)) and alone is not None:
            return {layer.kind: plain_value(alone)}
    return {layer.kind: body} if body else layer.kind


def mapped(value: Any, change: Any) -> Any:
    """A copy of an item, chain or argument with `change` put to every slot and composite in it, innermost first.

    `change` gives back what it is given, or something else in its place.
    """
    if isinstance(value, (Slot, Expression)):
        return change(value)
    if is_dataclass(value) and not isinstance(value, type):
        parts = {f.name: mapped(getattr(value, f.name), change) for f in fields(value) if f.name != "source"}
        if isinstance(value, Choose):
            parts["slot"] = value.slot
        return change(replace(value, **parts))  # type: ignore[type-var]
    if isinstance(value, Mapping):
        return {name: mapped(part, change) for name, part in value.items()}
    if isinstance(value, (list, tuple)):
        found: list[Any] = []
        for part in value:
            new = mapped(part, change)
            # a choice that is made stands in the chain as if it had been written there
            bare = isinstance(part, Choose) and isinstance(new, Chain) and new == Chain(new.layers)
            found += new.layers if bare else [new]
        return type(value)(found)
    return value


def without_house(part: Any) -> Any:
    """A chain as if its layers had been written there, not the name of a house menu."""
    return replace(part, house=None) if isinstance(part, Chain) else part


def slots_in(value: Any) -> list[Slot]:
    """Every slot in an item, chain or argument, in order."""
    found: list[Slot] = []

    def look(part: Any) -> Any:
        if isinstance(part, Slot):
            found.append(part)
        elif isinstance(part, Choose):
            found.append(part.slot)
        return part

    mapped(value, look)
    return found


class Input(TypedDict):
    """An input of a menu: its shape without the batch, None where any size is taken, and its type.

    `batch_size` is there where each batch has so many rows; `sparse`, `ragged` and `optional` are Keras's.
    """

    shape: tuple[int | None, ...]
    dtype: str
    batch_size: NotRequired[int]
    sparse: NotRequired[bool]
    ragged: NotRequired[bool]
    optional: NotRequired[bool]


@dataclass(frozen=True)
class Outline:
    """What a menu says: its items, and what they refer to."""

    layers: tuple[Item, ...]
    blocks: Mapping[str, Block]
    hyperparameters: Mapping[str, Value]
    inputs: Mapping[str, Input]
    outputs: tuple[str, ...]
    takes: Source | None = field(default=None, kw_only=True)  # how its inputs are given, where not in their order
    gives: Source | None = field(default=None, kw_only=True)  # how its outputs come, where not in a list
    columns: tuple[str, ...] = field(default=(), compare=False, kw_only=True)  # of a recipe, that `from` may name

    @property
    def starts(self) -> tuple[str, ...]:
        """What the items may take from: the menu's own inputs, or those that a recipe gives."""
        return tuple(self.inputs) or (*INPUTS, *SERIES, *self.columns)

    @property
    def is_chain(self) -> bool:
        """Whether it is written as a bare list."""
        return not (self.blocks or self.hyperparameters or self.inputs or self.outputs)

    def in_data(self, error: SpecError, data: object) -> list[Fault]:
        """The faults of this menu with paths as the data has them that it was written in."""
        inner = ("layers",) if self.is_chain and isinstance(data, Mapping) else ()
        return [fault.under(inner) for fault in error.faults]

    @property
    def slots(self) -> dict[str, Slot]:
        """Every slot by its name, in the order of the menu."""
        blocks = [(block.parameters, block.layers) for block in self.blocks.values()]
        found = slots_in([list(self.hyperparameters.values()), *blocks, self.layers])
        return {slot.name: slot for slot in found}
