"""Slots where they stand in plain data: each taken out for one of its values, and put back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from protokit.core.errors import SpecError
from protokit.core.places import Fault, Path
from protokit.menu.slots import Slot, is_slot, of_lists, read
from protokit.represent.kind import KINDS

_DEEPEST = 60
COLUMNS: Path = ("represent", "columns")
Choose = Callable[["Placed"], object]


@dataclass(frozen=True)
class Placed:
    """A slot outside the menu.

    `path` leads to its value in a recipe without slots, `written` to the slot in the recipe as it was written; `within`
    are the options of other slots that it is part of, outermost first: the slot's name, and the option's place.
    """

    slot: Slot
    path: Path
    written: Path
    within: tuple[tuple[str, int], ...] = ()

    @property
    def root(self) -> Path:
        """The path of the word that it is in: a key of `learn`, or a column."""
        return self.path[: 3 if self.path[:2] == COLUMNS else 2]

    @property
    def written_root(self) -> Path:
        """The same, as it was written."""
        return self.written[: len(self.root)]


@dataclass(frozen=True)
class Slots:
    """The slots of plain data. `data` is what was written; an option comes before the slots in it."""

    data: object = None
    placed: tuple[Placed, ...] = ()

    def __iter__(self) -> Iterator[Placed]:
        return iter(self.placed)

    def __len__(self) -> int:
        return len(self.placed)

    @cached_property
    def _by_place(self) -> dict[Path, Placed]:
        return {one.written: one for one in self.placed}

    @cached_property
    def by_name(self) -> dict[str, Placed]:
        """The slots by their names."""
        return {one.slot.name: one for one in self.placed}

    def is_met(self, one: Placed, choose: Choose) -> bool:
        """Whether a slot is there, with the options that other slots have."""
        return all(_option(self.by_name[name], choose) == place for name, place in one.within)

    def fill(self, choose: Choose, root: Path = ()) -> object:
        """The data with a value in the place of each slot, or the part of it at a written path."""
        value = self.data
        for step in root:
            value = value[step]  # type: ignore[index]
        return self._fill(value, root, choose)

    def _fill(self, value: object, written: Path, choose: Choose) -> object:
        one = self._by_place.get(written)
        if one is not None:
            if one.slot.kind != "choice":
                return choose(one)
            place = _option(one, choose)
            return self._fill(one.slot.options[place], (*written, "choice", place), choose)
        if isinstance(value, Mapping):
            return {key: self._fill(part, (*written, key), choose) for key, part in value.items()}
        if isinstance(value, (list, tuple)):
            return type(value)(self._fill(part, (*written, i), choose) for i, part in enumerate(value))
        return value

    def without(self, paths: Iterable[Path]) -> Slots:
        """The slots less those at or below some paths."""
        gone = list(paths)
        left = tuple(one for one in self.placed if not any(one.path[: len(at)] == at for at in gone))
        return self if len(left) == len(self.placed) else Slots(self.data, left)

    def put(self, plain: dict[str, object]) -> None:
        """Put each slot in its place in a recipe's plain data."""
        for one in self.placed:
            if not one.within:
                *steps, last = one.path
                value: Any = plain
                for step in steps:
                    value = value[step]
                value[last] = one.slot.as_plain()

    def as_written(self, path: Path, choose: Choose, end: Mapping[Path, Path] | None = None) -> Path:
        """Where what a path leads to stands in the data as it was written.

        `end` has the end of a path for numbers, whose slot says several: the place of the slot to it.
        """
        around = [one for one in self.placed if path[: len(one.path)] == one.path and self.is_met(one, choose)]
        if not around:
            return path
        one = max(around, key=lambda one: len(one.path))
        if one.slot.kind == "choice":
            return (*one.written, "choice", _option(one, choose), *path[len(one.path) :])
        return (*one.written, *(end or {}).get(one.written, ()))


def _option(one: Placed, choose: Choose) -> int:
    return one.slot.place_of(choose(one))


def by_default(one: Placed) -> object:
    """The value that a plain run has."""
    return one.slot.default


class Taker:
    """Takes slots out of plain data; `faults` holds what was found wrong."""

    def __init__(self) -> None:
        self.placed: list[Placed] = []
        self.faults: list[Fault] = []
        self._names: set[str] = set()

    def take(
        self,
        value: object,
        path: Path,
        written: Path,
        *,
        names: bool = False,
        within: tuple[tuple[str, int], ...] = (),
    ) -> object:
        """The value with each slot in it at its default.

        `names`: the keys of a mapping are a person's own, so that one called `choice` is a slot only before a list.
        """
        if len(written) > _DEEPEST:
            self.faults.append(Fault(f"nested deeper than {_DEEPEST}", "write it flatter", written))
            return None
        if isinstance(value, Slot) or (is_slot(value) and (not names or of_lists(value))):
            return self._slot(value, path, written, within)
        if isinstance(value, Mapping):
            found: dict[object, object] = {}
            for key, part in value.items():
                step = _kind_name(key) if path[:-1] == COLUMNS else key
                found[key] = self.take(part, (*path, step), (*written, key), within=within)  # type: ignore[arg-type]
            return found
        if isinstance(value, (list, tuple)):
            return type(value)(
                self.take(part, (*path, i), (*written, i), within=within) for i, part in enumerate(value)
            )
        return value

    def _slot(self, value: object, path: Path, written: Path, within: tuple[tuple[str, int], ...]) -> object:
        plain = value.as_plain() if isinstance(value, Slot) else value
        assert isinstance(plain, Mapping)
        try:
            slot = read(plain, nested=True)
        except SpecError as error:
            self.faults += [fault.under(written) for fault in error.faults]
            return None
        slot = replace(slot, name=self._name(".".join(map(str, path))))
        self.placed.append(Placed(slot, path, written, within))
        if slot.kind != "choice":
            return slot.default
        options = [
            self.take(option, path, (*written, "choice", i), names=True, within=(*within, (slot.name, i)))
            for i, option in enumerate(slot.options)
        ]
        return options[slot.place_of(slot.default)]

    def _name(self, name: str) -> str:
        own, number = name, 2
        while own in self._names:
            own, number = f"{name}_{number}", number + 1
        self._names.add(own)
        return own


def _kind_name(key: object) -> object:
    """The name of a kind of column as it is called now."""
    kind = KINDS.find(key)
    return key if kind is None else kind.name
