"""Edits held against the recipe that they are for: what it has already, or what makes it invalid, is not shown."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from protokit.core.checkup import Edit
from protokit.core.errors import ProtokitError
from protokit.core.values.said import Finding, Notice
from protokit.grammar.document import Document
from protokit.grammar.writing import write
from protokit.menu.graph import Node
from protokit.menu.menu import Menu
from protokit.recipe.edits import edited
from protokit.recipe.recipe import Recipe
from protokit.represent.column.made import made_in

_MORE_DROPOUT, _MOST_DROPOUT = 0.2, 0.6

Builds = Callable[[Recipe], object]
"""Builds the network of a recipe, and raises a ProtokitError where it does not fit the data."""


def fitting(edit: Edit, text: str, recipe: Recipe, builds: Builds | None = None) -> tuple[Edit, str]:
    """The edit as it fits a recipe's text, and the text with it in; an empty edit and the same text where it does not.

    Where a layer of the same kind is there already, that one is changed, or nothing. `recipe` is the one whose layers
    the edit names: with the menu that was trained.
    """
    one = _beside_its_like(edit, recipe.network)
    if one.ignore in made_in(recipe.represent):
        one = replace(one, ignore="")  # no table has it
    try:
        one = _as_trained(one, text, recipe)
        after = edited(text, one, recipe.network) if one != Edit() else text
        changed = Recipe.parse(Document.parse(after).data)
        same = changed == Recipe.parse(Document.parse(text).data)
        if not same and changed.learn.menu != "auto":
            changed.network.expand()
        same = same or _same_network(one, changed, recipe)
        if not same and builds is not None:
            builds(changed)
    except ProtokitError:
        return Edit(), text
    return (Edit(), text) if same else (one, after)


def _as_trained(edit: Edit, text: str, recipe: Recipe) -> Edit:
    """The edit of a layer of a house menu, with what the house proposes for its training: of layers it would not."""
    if not edit.change or recipe.network.house is None:
        return edit
    changed = Recipe.parse(Document.parse(edited(text, edit, recipe.network)).data).learn
    own, data = recipe.learn, Document.parse(text).data
    said = {dotted.split(".")[1] for dotted in edit.values if dotted.startswith("learn.")} | {"menu"}
    # what the text says by now is so on purpose: an edit that was made before may have changed it
    said |= {*(data.get("learn") or {})} if isinstance(data, dict) else set()
    lost = [key for key in type(own).model_fields if key not in said and getattr(changed, key) != getattr(own, key)]
    plain = own.as_plain()
    return replace(edit, values={**{f"learn.{key}": plain[key] for key in lost}, **edit.values})


def _same_network(edit: Edit, changed: Recipe, recipe: Recipe) -> bool:
    """Whether an edit that does no more than name a house menu names the one that was trained."""
    if {*edit.values} != {"learn.menu"} or edit.change or edit.ignore:
        return False
    wanted, house = changed.learn.menu, recipe.network.house
    return bool(house) and (wanted == "auto" or changed.network.house == house)


def _beside_its_like(edit: Edit, menu: Menu) -> Edit:
    """No second Dropout behind the first: its rate is raised. Nor a second layer of another kind."""
    if edit.change != "before":
        return edit
    kind = next(iter(edit.item)) if isinstance(edit.item, Mapping) else str(edit.item)
    like = _before(menu.expand().nodes, edit.layer)
    if like is None or like.kind != kind:
        return edit
    rest = Edit(edit.values, ignore=edit.ignore)
    rate = like.arguments.get("rate")
    if kind != "Dropout" or not isinstance(rate, float) or rate >= _MOST_DROPOUT:
        return rest
    more = round(min(_MOST_DROPOUT, rate + _MORE_DROPOUT), 3)
    return replace(rest, layer=like.layer, change="set", item={"rate": more})


def _before(nodes: Sequence[Node], layer: str) -> Node | None:
    """What gives a layer its input, where that is one layer."""
    node = next((one for one in nodes if one.layer == layer), None)
    if node is None:
        return None
    taken = getattr(node.inputs, "node", None)
    return next((one for one in nodes if one.name == taken), None)


def fitting_findings(findings: Sequence[Finding], recipe: Recipe) -> tuple[Finding, ...]:
    """Findings whose edits fit the recipe: without what it says already, none where it would be invalid."""
    return tuple(replace(one, edit=fitting_snippet(one.edit, recipe)) if one.edit else one for one in findings)


def fitting_snippet(snippet: str, recipe: Recipe) -> str:
    """A piece of a recipe without what the recipe says already; empty where nothing is left or it does not fit."""
    try:
        wanted = Document.parse(snippet).data
    except ProtokitError:
        return ""
    if not isinstance(wanted, dict):
        return ""
    own = _data(recipe)
    left = _left(wanted, own, ())
    if not left or made_in(recipe.represent).keys() & _ignored(left):
        return ""
    if parsed(merged(own, left)) is None and parsed(merged(own, left, whole_split=True)) is None:
        return ""
    return snippet if left == wanted else write(left).strip()


def _ignored(data: Mapping[str, Any]) -> set[str]:
    """The columns that a piece of a recipe leaves out."""
    represent = data.get("represent")
    columns = represent.get("columns") if isinstance(represent, Mapping) else None
    return {name for name, kind in columns.items() if kind == "ignore"} if isinstance(columns, Mapping) else set()


def parsed(data: object, folder: Path | None = None) -> Recipe | None:
    """The recipe of plain data; None where it is invalid."""
    try:
        return Recipe.parse(data, folder=folder)
    except ProtokitError:
        return None


def snippet_of(notice: Notice) -> dict[str, Any] | None:
    """The piece of a recipe that a notice's cure is, where it is one."""
    try:
        data = Document.parse(notice.cure or "").data
    except ProtokitError:
        return None
    if not isinstance(data, dict):
        return None
    data = {"represent": data} if {*data} <= {"columns"} else data
    return data if {*data} <= {"represent", "learn"} else None


def _data(recipe: Recipe) -> dict[str, Any]:
    data = recipe.document.data
    return data if isinstance(data, dict) else recipe.as_plain()


def merged(own: Mapping[str, Any], more: Mapping[str, Any], *, whole_split: bool = False) -> dict[str, Any]:
    """A recipe's data with a piece of a recipe in it: mappings are joined, steps of cleaning follow those there.

    With `whole_split` the piece's split stands for the recipe's.
    """
    found = dict(own)
    for key, value in more.items():
        have = found.get(key)
        if (
            isinstance(value, Mapping)
            and isinstance(have, Mapping)
            and not (key == "by" or (key == "split" and whole_split))
        ):
            found[key] = merged(have, value, whole_split=whole_split)
        elif key == "clean" and isinstance(have, list):
            found[key] = [*have, *value]
        else:
            found[key] = value
    return found


def _left(wanted: Mapping[str, Any], own: Mapping[str, Any], path: tuple[str, ...]) -> dict[str, Any]:
    """What of a piece of a recipe the recipe does not say already."""
    found: dict[str, Any] = {}
    for key, value in wanted.items():
        have, at = own.get(key), (*path, key)
        if at == ("learn", "class_weights") and have is not None:
            continue
        if at == ("evaluate", "metrics") and have is not None:
            known = [have] if isinstance(have, str) else list(have)
            more = [name for name in value if name not in known]
            if more:
                found[key] = [*known, *more]
        elif at == ("collect", "clean") and isinstance(have, list):
            if more := [step for step in value if not any(_step(step) == _step(one) for one in have)]:
                found[key] = more
        elif isinstance(value, Mapping) and isinstance(have, Mapping):
            if part := _left(value, have, at):
                found[key] = part
        elif value != have:
            found[key] = value
    return found


def _step(step: object) -> str:
    return str(next(iter(step))) if isinstance(step, Mapping) else str(step)
