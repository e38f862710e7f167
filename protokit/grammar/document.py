"""What a person wrote, as plain data in which every key and value has its place in the text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path as FilePath

from protokit.core.errors import DataError, SpecError
from protokit.core.outside import access
from protokit.core.outside.reach import Allow, Reach
from protokit.core.places import Fault, Part, Path, Place, dotted
from protokit.core.runs import path_of
from protokit.core.suggest import nearest
from protokit.grammar.yaml_text import Mark, Reader


@dataclass(frozen=True)
class Setting:
    """A value that was set beside the text, `learn.epochs=5`, with the columns of its last key and its value."""

    text: str
    key: int
    value: int


@dataclass(frozen=True)
class Document:
    """Plain data (None, bool, int, float, str, list, dict) and where in the text each part of it stands.

    Of a file, or a part of one, also what it may open; what is made of it has the same.
    """

    data: object
    source: str | None = None
    text: str = ""
    keys: Mapping[Path, Mark] = field(default_factory=dict, repr=False)
    values: Mapping[Path, Mark] = field(default_factory=dict, repr=False)
    settings: Mapping[Path, Setting] = field(default_factory=dict, repr=False)
    is_part: bool = False  # whether the data is made of a part of the text
    reach: Reach | None = field(default=None, repr=False, compare=False)  # None: it was given in Python

    @classmethod
    def of(cls, data: object) -> Document:
        """A Python value as a document; its faults are placed by their path."""
        return cls(data)

    @classmethod
    def read(cls, path: str | FilePath) -> Document:
        """Read a file.

        Raises:
            SpecError: the text is not YAML, or uses what a recipe must not.
            DataError: there is no such file, or it is not UTF-8.
        """
        path = path_of(path, "a file")
        try:
            text = access.text(path)
        except FileNotFoundError:
            raise DataError(f"no such file: {path}", cure=nearby(path)) from None
        except IsADirectoryError:
            raise DataError(f"{path} is a folder", cure="give the path of a file") from None
        except UnicodeDecodeError as error:
            raise DataError(
                f"byte {error.start} is not UTF-8", place=str(path), cure="save the file as UTF-8"
            ) from None
        except OSError as error:
            raise DataError(f"cannot be read: {error.strerror}", place=str(path)) from None
        return replace(cls.parse(text, str(path)), reach=access.reach_of(path))

    @classmethod
    def parse(cls, text: str, source: str = "text") -> Document:
        """Read a text; `source` is its name in messages."""
        read = Reader(text, source).read()
        return cls(read.data, source, text, read.keys, read.values)

    def place(self, path: Path, part: Part = "value") -> Place | None:
        """The place of the data at a path, or of the nearest thing around it that has one."""
        for length in range(len(path), 0, -1):
            if (found := self.settings.get(path[:length])) is not None:
                of_key = part == "key" and length == len(path)
                start, end = (found.key, found.value - 1) if of_key else (found.value, len(found.text))
                return Place("--set", 1, start + 1, max(1, end - start), found.text)
        if self.source is None:
            return None
        marks = self.keys if part == "key" and path in self.keys else self.values
        while path not in marks:
            marks = self.values
            if not path:
                return Place(self.source, 1, 1, 1, self._line(0))
            path = path[:-1]
        mark = marks[path]
        return Place(self.source, mark.line + 1, mark.column + 1, mark.width, self._line(mark.line))

    def placed(self, fault: Fault) -> Fault:
        """A fault with its place in this document."""
        place = self.place(fault.path, fault.part)
        return fault.at(self._within(place, fault) if place and fault.offset else place)

    def _within(self, place: Place, fault: Fault) -> Place:
        """The place of a part of a text, where the text stands on its line as it was read."""
        value = self.data
        for step in fault.path:
            if isinstance(value, dict):
                value = value.get(step)
            else:
                value = value[step] if isinstance(value, list) and isinstance(step, int) else None
        start = place.text.find(value, place.column - 1) if isinstance(value, str) and value else -1
        if start < 0 or not isinstance(value, str):
            return place
        word = re.compile(r"\w*").match(value, fault.offset)
        return replace(place, column=start + fault.offset + 1, width=max(1, len(word[0]) if word else 1))

    def error(self, faults: list[Fault]) -> SpecError:
        """An error of all these faults, each at its place."""
        return SpecError([self.placed(fault) for fault in faults])

    @contextmanager
    def placing(self) -> Iterator[None]:
        """Give the errors of the steps their places: they know the path of what is wrong, from the recipe's start.

        Raises:
            SpecError: with each fault at its line.
            DataError: at the line of its path, or with the path where there is no text.
        """
        try:
            yield
        except SpecError as error:
            raise self.error([*error.faults]) from error.__cause__
        except DataError as error:
            if error.place is not None or not error.path:
                raise
            where = self.place(error.path)
            place = str(where) if where else dotted(error.path)
            raise DataError(error.rule, place=place, cure=error.cure, path=error.path) from error.__cause__

    def _line(self, number: int) -> str:
        lines = self.text.splitlines()
        return lines[number] if number < len(lines) else ""


def allowing(document: Document, allow: Allow) -> Document:
    """The document with what a person allows it to open; one that was given in Python may open all of it already.

    Raises:
        SpecError: something of it is neither a path nor an address.
    """
    asked = (document.reach or Reach(())).allowing(allow)
    return document if document.reach is None else replace(document, reach=asked)


def nearby(path: FilePath) -> str | None:
    """The cure for a file that is not there: one beside it with a name like it, or where it was looked for."""
    try:
        names = [entry.name for entry in path.parent.iterdir()]
    except (OSError, ValueError):
        return f"there is no folder {str(path.parent)[:200]}"
    if path.name in names:
        return "it is a folder, and a file is needed"
    guess = nearest(path.name, names)
    return f"did you mean {str(path.parent / guess)!r}?" if guess else f"looked in {path.parent.resolve()}"
