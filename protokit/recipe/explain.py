"""A section with every default filled in, and beside each line that the person did not write what it is for."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from dataclasses import dataclass

from protokit.core.places import Path
from protokit.grammar.declarations import field_at, keys_at
from protokit.grammar.words import Section
from protokit.grammar.writing import as_key, on_a_line

_WIDEST = 110
_WIDEST_DEFAULT = 36  # a default that is wider has a line for each of its parts, so that comments begin early
_NOT_THERE = object()


@dataclass(frozen=True)
class _Line:
    text: str
    comment: str = ""


def explain(section: Section, written: object) -> str:
    """The section as YAML that reads back as an equal one, with a comment on each default.

    `written` is the plain data that the section was read from: it stands as it is, without a comment.
    """
    own = written if isinstance(written, Mapping) else {}
    lines = _Writer(type(section)).section(section.as_plain(), own, (), 0)
    begin = max((len(line.text) for line in lines if line.comment), default=0) + 2
    return "\n".join(text for line in lines for text in _beside(line, begin)) + "\n"


class _Writer:
    """Writes the lines of a section whose keys are declared."""

    def __init__(self, model: type[Section]) -> None:
        self.model = model

    def section(
        self, plain: Mapping[str, object], written: Mapping[str, object], path: Path, indent: int
    ) -> list[_Line]:
        """The lines of a mapping whose keys are declared, in the order of the declaration."""
        order = keys_at(self.model, path)
        found: list[_Line] = []
        for key in sorted(plain, key=lambda key: order.index(str(key)) if key in order else len(order)):
            found += self._key(str(key), plain[key], written.get(key, _NOT_THERE), (*path, str(key)), indent)
        return found

    def _key(self, key: str, plain: object, written: object, path: Path, indent: int) -> list[_Line]:
        """The lines of one key: as written, with defaults in it where it is a section, or a default of its own."""
        head = f"{' ' * indent}{as_key(key)}:"
        if written is not _NOT_THERE and (_is_whole(written, plain) or not isinstance(plain, (Mapping, list))):
            return [_Line(text) for text in _value(head, written if _is_plain(written) else plain)]
        field = field_at(self.model, path)
        comment = "" if written is not _NOT_THERE or field is None else (field.description or "")
        if isinstance(plain, Mapping) and plain and (keys_at(self.model, path) or isinstance(written, Mapping)):
            inner = written if isinstance(written, Mapping) else {}
            return [_Line(head, comment), *self.section(plain, inner, path, indent + 2)]
        if isinstance(plain, list) and isinstance(written, (Mapping, list)):
            return [_Line(head), *self._items(plain, written if isinstance(written, list) else [written], path, indent)]
        first, *rest = _value(head, plain, _WIDEST_DEFAULT if comment else _WIDEST)
        return [_Line(first, comment), *map(_Line, rest)]

    def _items(self, plain: list[object], written: list[object], path: Path, indent: int) -> list[_Line]:
        """The items of a list, of which some have keys that were left out."""
        found: list[_Line] = []
        dash = " " * (indent + 2) + "- "
        for i, (part, own) in enumerate(zip(plain, written, strict=False)):
            if isinstance(part, Mapping) and isinstance(own, Mapping):
                first, *rest = self.section(part, own, (*path, i), indent + 4)
                found += [_Line(dash + first.text.lstrip(), first.comment), *rest]
            else:
                found.append(_Line(dash + on_a_line(own if _is_plain(own) else part)))
        return found


def _value(head: str, value: object, widest: int = _WIDEST) -> list[str]:
    """A key with its value: on the line where it fits, else a line for each part."""
    flow = f"{head} {on_a_line(value)}"
    pad = " " * (len(head) - len(head.lstrip()) + 2)
    nested = isinstance(value, list) and any(isinstance(part, (Mapping, list)) for part in value)
    if not value or not isinstance(value, (Mapping, list)) or (len(flow) <= widest and not nested):
        return [flow]
    if isinstance(value, Mapping):
        return [head, *(text for key, part in value.items() for text in _value(f"{pad}{as_key(key)}:", part))]
    return [head, *(text for part in value for text in _item(pad, part))]


def _item(pad: str, part: object) -> list[str]:
    """An item of a list; a mapping too long for a line has a line for each key."""
    flow = f"{pad}- {on_a_line(part)}"
    if not isinstance(part, Mapping) or not part:
        return [flow]
    lines = [text for key, inner in part.items() for text in _value(f"{pad}  {as_key(key)}:", inner)]
    return [f"{pad}- {lines[0].lstrip()}", *lines[1:]]


def _is_whole(written: object, plain: object) -> bool:
    """Whether a value as written leaves no default to be filled in."""
    if isinstance(plain, Mapping):
        return not isinstance(written, Mapping) or all(
            key in written and _is_whole(written[key], part) for key, part in plain.items()
        )
    if isinstance(plain, list) and isinstance(written, Mapping):
        written = [written]  # one where several may stand
    if isinstance(plain, list) and isinstance(written, list) and len(plain) == len(written):
        return all(map(_is_whole, written, plain))
    return True


def _is_plain(value: object) -> bool:
    """Whether a value is such as a file has; a recipe that was made in Python may hold others."""
    if isinstance(value, dict):
        return all(isinstance(key, str | int) and _is_plain(part) for key, part in value.items())
    if isinstance(value, list):
        return all(map(_is_plain, value))
    return value is None or type(value) in {bool, int, float, str}


def _beside(line: _Line, begin: int) -> list[str]:
    """A line with its comment, wrapped below itself where it is long."""
    if not line.comment:
        return [line.text]
    first, *rest = textwrap.wrap(line.comment, _WIDEST - begin - 2, break_long_words=False, break_on_hyphens=False)
    return [f"{line.text:<{begin}}# {first}", *(f"{'':<{begin}}# {text}" for text in rest)]
