"""A recipe as a person would have written it, with a value in the place of each slot."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from protokit.core.errors import ProtokitError
from protokit.core.places import Path
from protokit.grammar.document import Document
from protokit.grammar.writing import write
from protokit.menu.menu import Menu
from protokit.menu.reading.reader import Reader
from protokit.recipe.edits import flow, rewritten
from protokit.recipe.slots.placed import Placed, Slots

_MENU: Path = ("learn", "menu")


@dataclass(frozen=True)
class Settling:
    """What it takes to write a recipe without its slots, when somebody asks for the text.

    `menu` is the recipe's with its slots, `settled` the same without them; None where it has none.
    """

    written: Document
    slots: Slots
    values: Mapping[str, object]
    menu: Menu | None = None
    settled: Menu | None = None

    def document(self) -> Document:
        """The text with values in the places of slots, all else as it was; data where there was no text."""
        data = Slots(self.written.data, self.slots.placed).fill(self._value)  # all of it new: it is changed in place
        assert isinstance(data, dict)
        if self.settled is not None and self.menu is not None:
            data["learn"] = {**data["learn"], "menu": self._settled_menu(data["learn"]["menu"])}
        found = self._text(data) if self.written.text else Document.of(data)
        return replace(found, reach=self.written.reach)

    def _value(self, one: Placed) -> object:
        return self.values.get(one.slot.name, one.slot.default)

    def _settled_menu(self, plain: object) -> object:
        """The menu's plain data, changed where a slot stands; as it is written anew where that is another menu."""
        assert self.menu is not None and self.settled is not None
        columns = self.settled.columns
        try:
            found = replaced(plain, self._places(plain, columns))
            if Menu.parse(found, columns=columns) == self.settled:
                return found
        except (ProtokitError, LookupError, TypeError, AttributeError):  # of layers as Python objects
            pass
        return self.settled.as_plain()

    def _places(self, plain: object, columns: tuple[str, ...]) -> dict[Path, object]:
        """The value at the place of each slot of the menu."""
        assert self.menu is not None
        reader = Reader(columns)
        reader.read(plain)
        slots, places = self.menu.slots, reader.reader.places
        return {places[name]: self.values.get(name, slot.default) for name, slot in slots.items()}

    def _text(self, data: dict[str, Any]) -> Document:
        """The text, lines and comments as they were; written anew where it would not say the same."""
        source = self.written.source or "text"

        def change(loaded: Any) -> None:
            for path, _ in self.written.settings.items():
                _put(loaded, path, _at(data, path))
            for one in self.slots:
                if not one.within and not any(one.written[: len(path)] == path for path in self.written.settings):
                    _put(loaded, one.written, _at(data, one.written))
            if self.menu is not None and not any(path[:2] == _MENU for path in self.written.settings):
                plain = loaded["learn"]["menu"]
                loaded["learn"]["menu"] = replaced(plain, self._places(plain, self.menu.columns), flow)

        try:
            found = Document.parse(rewritten(self.written.text, change), source)
            if found.data == data:
                return found
        except (ProtokitError, LookupError, TypeError, AttributeError):
            pass
        return Document.parse(write(data), source)


def _at(data: Any, path: Path) -> Any:
    for step in path:
        data = data[step]
    return data


def _put(data: Any, path: Path, value: object) -> None:
    *steps, last = path
    for step in steps:
        if isinstance(data, dict) and data.get(step) is None:
            data[step] = {}
        data = data[step]
    data[last] = flow(value)


def replaced(plain: Any, places: Mapping[Path, object], put: Any = lambda value: value) -> Any:
    """The plain data of a menu, changed in place: a value for each slot, its chain for each choice of structure.

    `places` has the values by where the slots stand; `put` is what is done to a value before it is put there.
    """
    return _replaced(plain, (), places, put)


class _Spliced(list[object]):
    """Items that stand in their chain as if they had been written there."""


def _replaced(value: Any, path: Path, places: Mapping[Path, object], put: Any) -> Any:
    if path in places:
        chosen = places[path]
        if isinstance(value, dict) and isinstance(value.get("choose"), dict):
            [name] = [name for name in value["choose"] if str(name) == chosen]
            chain = _replaced(value["choose"][name], (*path, "choose", name), places, put)
            beside = {key: value[key] for key in ("name", "from") if value.get(key) is not None}
            return {"layers": chain, **beside} if beside else _Spliced(chain)
        return put(list(chosen) if isinstance(chosen, tuple) else chosen)
    if isinstance(value, dict):
        for key in list(value):
            value[key] = _replaced(value[key], (*path, key), places, put)
        return value
    if isinstance(value, list):
        for i in reversed(range(len(value))):
            found = _replaced(value[i], (*path, i), places, put)
            if isinstance(found, _Spliced):
                value[i : i + 1] = found
            else:
                value[i] = found
    return value
