"""A change of a recipe, made in its text: what it adds, as a piece of YAML, and the text before and after."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping, Sequence
from io import StringIO
from typing import TYPE_CHECKING

from protokit.core.checkup import Edit
from protokit.core.places import Path
from protokit.grammar.writing import write
from protokit.menu.menu import Menu

if TYPE_CHECKING:
    from ruamel.yaml import YAML
    from ruamel.yaml.comments import CommentedMap, CommentedSeq

# indents of mappings and lists, where the dash stands, and whether one pair in a list on a line has braces
_STYLES = [(*indents, braces) for indents in ((2, 4, 2), (2, 2, 0), (4, 4, 2), (4, 4, 0)) for braces in (True, False)]
_Style = tuple[int, int, int, bool]
_CONTEXT = 2  # lines


def snippet(edit: Edit, *, house: bool = False) -> str:
    """The edit as a piece of a recipe; a change of the menu as the item that it brings.

    The layers of a menu of the house stand in no recipe: it is said what writes all of them out.

    >>> print(snippet(Edit({"learn.batch_size": 32})))
    learn:
      batch_size: 32
    """
    data: CommentedMap = {}
    for dotted, value in edit.values.items():
        _put(data, dotted.split("."), value)
    if edit.ignore:
        _put(data, ["represent", "columns", edit.ignore], "ignore")
    lines = _dump(data, _STYLES[0]).rstrip().splitlines() if data else []
    if edit.change:
        lines += [] if "learn:" in lines else ["learn:"]
        at = lines.index("learn:") + 1
        place = {"before": "before", "set": "in", "remove": "without"}[edit.change] + f" {edit.layer}"
        whole = "; `protokit doctor RUN` writes the whole menu out, to be pasted" if house else ""
        items = [] if edit.change == "remove" else _as_item(edit.item)
        lines[at:at] = [f"  menu:  # {place}{whole}{':' if items and not whole else ''}", *items]
    return "\n".join(lines)


def diff(text: str, edit: Edit, menu: Menu) -> str:
    """The unified diff between a recipe's text and the text with the edit in it; empty where the edit has no place.

    `menu` is the recipe's network, from which a layer's place is known.
    """
    if edit == Edit():
        return ""
    before, after = _texts(text, edit, menu)
    lines = difflib.unified_diff(
        before.splitlines(), after.splitlines(), "recipe.yaml", "recipe.yaml, edited", lineterm="", n=_CONTEXT
    )
    return "\n".join(lines)


def edited(text: str, edit: Edit, menu: Menu) -> str:
    """The text with the edit in it; the same text where the edit has no place."""
    return _texts(text, edit, menu)[1]


def rewritten(text: str, change: Callable[[CommentedMap], None]) -> str:
    """A text with its data changed in place: all lines that nothing changes stay as they are, with their comments.

    Where lines are not to be kept, the text is as written anew. A change that has no place raises a LookupError,
    TypeError or AttributeError.
    """
    return _changed(text, change)[1]


def flow(value: object) -> object:
    """Plain data as it is put into a text that is changed: on one line."""
    return _flow(value)


def _texts(text: str, edit: Edit, menu: Menu) -> tuple[str, str]:
    """The text before and after; where the lines of a text are not to be kept, both as written anew."""
    try:
        return _changed(text, lambda data: _change(data, edit, menu))
    except (LookupError, TypeError, StopIteration):
        style = min(_STYLES, key=lambda s: _unlike(text, _dump(_load(text), s)))
        before = _dump(_load(text), style)
        return before, before


def _changed(text: str, change: Callable[[CommentedMap], None]) -> tuple[str, str]:
    style = min(_STYLES, key=lambda s: _unlike(text, _dump(_load(text), s)))
    before = _dump(_load(text), style)
    data = _load(text)
    change(data)
    after = _dump(data, style)
    old, lines, new = text.splitlines(), before.splitlines(), after.splitlines()
    if len(old) != len(lines):
        return before, after
    kept: list[str] = []
    for what, i, j, k, end in difflib.SequenceMatcher(None, lines, new, autojunk=False).get_opcodes():
        kept += old[i:j] if what == "equal" else new[k:end]
    return text, "\n".join(kept) + "\n"


def _load(text: str) -> CommentedMap:
    loaded = _yaml().load(text)
    return {} if loaded is None else loaded


def _dump(data: CommentedMap, style: _Style) -> str:
    yaml, out = _yaml(), StringIO()
    yaml.brace_single_entry_mapping_in_flow_sequence = style[3]
    yaml.indent(mapping=style[0], sequence=style[1], offset=style[2])
    yaml.dump(data, out)
    return out.getvalue()


def _yaml() -> YAML:
    from ruamel.yaml import YAML

    yaml = YAML(typ="rt", pure=True)
    yaml.preserve_quotes = True
    yaml.width = 10_000
    yaml.representer.add_representer(
        type(None), lambda representer, _: representer.represent_scalar("tag:yaml.org,2002:null", "null")
    )
    return yaml


def _unlike(one: str, other: str) -> int:
    lines = difflib.unified_diff(one.splitlines(), other.splitlines(), n=0, lineterm="")
    return sum(1 for _ in lines)


def _change(data: CommentedMap, edit: Edit, menu: Menu) -> None:
    for dotted, value in edit.values.items():
        _put(data, dotted.split("."), value)
    if edit.ignore:
        _put(data, ["represent", "columns", edit.ignore], "ignore")
    if not edit.change:
        return
    learn = data.setdefault("learn", {})
    if not isinstance(learn.get("menu"), (list, Mapping)):
        learn["menu"] = _flow(menu.as_plain(in_full=True), outermost=True)
    node = next(node for node in menu.expand().nodes if node.layer == edit.layer)
    path: Path = node.path if isinstance(learn["menu"], Mapping) else node.path[1:]
    at = max(i for i, step in enumerate(path) if isinstance(step, int))
    items = learn["menu"]
    for step in path[:at]:
        items = items[step]
    place = int(path[at])
    if edit.change == "before":
        items.insert(place, _item(edit.item))
    elif edit.change == "remove":
        del items[place]
    elif isinstance(edit.item, Mapping):
        _set(items, place, node.kind, {**node.arguments}, edit.item)


def _put(data: CommentedMap, path: Sequence[str], value: object) -> None:
    """Put a value at a path; mappings on the way are made."""
    *steps, last = path
    for step in steps:
        if not isinstance(data.get(step), Mapping):
            data[step] = {}
        data = data[step]
    data[last] = _flow(value)


def _set(
    items: CommentedSeq, place: int, kind: str, arguments: Mapping[str, object], given: Mapping[str, object]
) -> None:
    """Give a layer some arguments, however it is written."""
    item = items[place]
    if isinstance(item, str):
        items[place] = _item({item: dict(given)})
    elif isinstance(item[kind], Mapping):
        for name, value in given.items():
            item[kind][name] = _flow(value)
    else:
        first = {name: value for name, value in arguments.items() if isinstance(value, (bool, int, float, str, list))}
        item[kind] = _flow({**first, **given})


def _item(value: object) -> object:
    """An item of a list: a mapping without braces of its own, its values on the line."""
    from ruamel.yaml.comments import CommentedMap

    return CommentedMap((k, _flow(part)) for k, part in value.items()) if isinstance(value, Mapping) else value


def _flow(value: object, *, outermost: bool = False) -> object:
    """Plain data as ruamel writes it on one line; an outermost list with a line for each item."""
    from ruamel.yaml.comments import CommentedMap, CommentedSeq

    if isinstance(value, Mapping):
        mapping = CommentedMap((key, _flow(part)) for key, part in value.items())
        mapping.fa.set_flow_style()
        return mapping
    if isinstance(value, (list, tuple)):
        sequence = CommentedSeq([_flow(part) for part in value])
        if not outermost:
            sequence.fa.set_flow_style()
        return sequence
    return value


def _as_item(item: object) -> list[str]:
    """The lines of an item of a menu, below its key."""
    return [f"    {line}" for line in write([item]).rstrip().splitlines()]
