"""A recipe with every default filled in, and beside each line that the person did not write what it is for."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from dataclasses import dataclass

from protokit.core.places import Path
from protokit.grammar.declarations import field_at, keys_at
from protokit.grammar.writing import as_key, on_a_line
from protokit.recipe.recipe import Recipe

_WIDEST = 110
_WIDEST_DEFAULT = 36  # a default that is wider has a line for each of its parts, so that comments begin early
_NOT_THERE = object()


@dataclass(frozen=True)
class _Line:
    text: str
    comment: str = ""


def explain(recipe: Recipe) -> str:
    """The recipe as YAML that reads back as an equal one, with a comment on each default.

    What the person wrote stands as it was written, without a comment.

    >>> print(explain(Recipe.parse({"represent": {"target": "y"}, "learn": {"epochs": 5}})).splitlines()[2])
    seed: 0                        # of all that is drawn: the same seed gives the same bits
    """
    written = recipe.document.data
    lines = _section(recipe.as_plain(), written if isinstance(written, Mapping) else {}, (), 0)
    begin = max((len(line.text) for line in lines if line.comment), default=0) + 2
    return "\n".join(text for line in lines for text in _beside(line, begin)) + "\n"


def _section(plain: Mapping[object, object], written: Mapping[object, object], path: Path, indent: int) -> list[_Line]:
    """The lines of a mapping whose keys are declared, in the order of the declaration."""
    order = keys_at(Recipe, path)
    found: list[_Line] = []
    for key in sorted(plain, key=lambda key: order.index(str(key)) if key in order else len(order)):
        found += _key(str(key), plain[key], written.get(key, _NOT_THERE), (*path, str(key)), indent)
    return found


def _key(key: str, plain: object, written: object, path: Path, indent: int) -> list[_Line]:
    """The lines of one key: as written, with defaults in it where it is a section, or a default of its own."""
    pad, head = " " * indent, f"{' ' * indent}{as_key(key)}:"
    if written is not _NOT_THERE and (_is_whole(written, plain) or not isinstance(plain, (Mapping, list))):
        return [_Line(text) for text in _value(head, written if _is_plain(written) else plain)]
    field = field_at(Recipe, path)
    comment = "" if written is not _NOT_THERE or field is None else (field.description or "")
    if isinstance(plain, Mapping) and plain and (keys_at(Recipe, path) or isinstance(written, Mapping)):
        inner = written if isinstance(written, Mapping) else {}
        return [_Line(head, comment), *_section(plain, inner, path, indent + 2)]
    if isinstance(plain, list) and isinstance(written, list):
        found = [_Line(head)]
        for i, part in enumerate(plain):
            own = written[i] if i < len(written) else _NOT_THERE
            if isinstance(part, Mapping) and isinstance(own, Mapping) and not _is_whole(own, part):
                lines = _section(part, own, (*path, i), indent + 4)
                found += [_Line(f"{pad}  - {lines[0].text.lstrip()}", lines[0].comment), *lines[1:]]
            else:
                found.append(_Line(f"{pad}  - {on_a_line(own if _is_plain(own) else part)}"))
        return found
    first, *rest = _value(head, plain, _WIDEST_DEFAULT if comment else _WIDEST)
    return [_Line(first, comment), *map(_Line, rest)]


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
