"""A space in words: a line for each slot, how many settings there are, and what a search makes of them."""

from __future__ import annotations

from collections.abc import Mapping

from protokit.core.names import counted
from protokit.core.places import Fault
from protokit.grammar.writing import on_a_line
from protokit.learn.words import Learn
from protokit.menu.menu import Menu
from protokit.menu.slots import Slot, label
from protokit.recipe.search import Search
from protokit.recipe.slots.conditions import conditions
from protokit.recipe.slots.placed import Slots
from protokit.recipe.slots.walk import Size

_WIDEST = 60  # of the values of a slot; more of them are counted
_FEW = 2  # values that are said however wide they are


def lines(slots: Mapping[str, Slot], placed: Slots, menu: Menu, size: Size, search: Search) -> list[str]:
    """The space in words; nothing where no slot is."""
    if not slots:
        return []
    only, rows = conditions(placed, menu), list[tuple[str, str, str]]()
    for name, slot in slots.items():
        under = f", only where {only[name]}" if name in only else ""
        default = _labels(slot)[slot.place_of(slot.default)] if slot.kind == "choice" else label(slot.default)
        rows.append((name, _said(slot), f"default {default}{under}"))
    first, second = (max(len(row[i]) for row in rows) for i in (0, 1))
    found = [f"{counted(len(slots), 'slot')}, {_settings(size)}; `protokit tune` makes {_trials(search, size)}"]
    return found + [f"  {name:<{first}}  {said:<{second}}  {more}" for name, said, more in rows]


def _said(slot: Slot) -> str:
    if slot.kind != "choice":
        return slot.said
    labels = _labels(slot)
    said = f"one of: {', '.join(labels)}"
    if len(said) <= _WIDEST or len(labels) <= _FEW:
        return said
    return f"one of {len(labels)}: {labels[0]}, ..., {labels[-1]}"


def _labels(slot: Slot) -> list[str]:
    """The options of a choice in a word or a few; in full where a name alone does not say which one it is."""
    short, plain = [label(option) for option in slot.options], slot.as_plain()["choice"]
    return [
        on_a_line(option) if isinstance(option, dict) and (short.count(word) > 1 or not _is_named(option)) else word
        for word, option in zip(short, plain, strict=True)
    ]


def _is_named(option: dict[str, object]) -> bool:
    """Whether it is one name with its arguments, such as that of an optimizer."""
    return len(option) == 1 and all(isinstance(part, (dict, list, type(None))) for part in option.values())


def _settings(size: Size) -> str:
    if size.count is None:
        return "with a range that has no steps: settings without number"
    return f"{'' if size.exact else 'at most '}{counted(size.count, 'setting')}"


def _trials(search: Search, size: Size) -> str:
    """What a search does."""
    trials = search.trials
    said = counted(trials, "trial")
    if size.count is not None and size.exact and size.count < trials:
        said += f", more than there are settings: write search: {{trials: {size.count}}}"
    if search.finalists > trials:
        said += f"; there are fewer trials than finalists ({search.finalists}): each is one"
    return said


def nothing_varies(learn: Learn) -> Fault:
    """The fault of a recipe without slots: how one is written, with a value of this recipe."""
    rule = "an empty space: no slot stands in this recipe, so that there is nothing to search"
    name, arguments = "AdamW", {}
    if isinstance(learn.optimizer, str):
        name = learn.optimizer
    elif learn.optimizer:
        [(name, given)] = learn.optimizer.items()
        arguments = dict(given) if isinstance(given, Mapping) else {}
    rate = arguments.get("learning_rate")
    rate = rate if isinstance(rate, (int, float)) and rate > 0 else 1e-3
    arguments["learning_rate"] = {"float": [float(f"{rate / 10:g}"), float(f"{rate * 10:g}")], "log": True}
    cure = f"write a slot where a value stands, such as learn: {on_a_line({'optimizer': {name: arguments}})}"
    return Fault(rule, cure, ("learn",), "key")
