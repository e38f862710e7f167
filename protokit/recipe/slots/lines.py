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


def lines(slots: Mapping[str, Slot], placed: Slots, menu: Menu, size: Size, search: Search) -> list[str]:
    """The space in words; nothing where no slot is."""
    if not slots:
        return []
    only, rows = conditions(placed, menu), list[tuple[str, str, str]]()
    for name, slot in slots.items():
        under = f", only where {only[name]}" if name in only else ""
        rows.append((name, _said(slot), f"default {label(slot.default)}{under}"))
    first, second = (max(len(row[i]) for row in rows) for i in (0, 1))
    found = [f"{counted(len(slots), 'slot')}, {_settings(size)}; `protokit tune` makes {_trials(search, size)}"]
    return found + [f"  {name:<{first}}  {said:<{second}}  {more}" for name, said, more in rows]


def _said(slot: Slot) -> str:
    said = slot.said
    if len(said) <= _WIDEST or slot.kind != "choice":
        return said
    ends = [label(slot.options[0]), label(slot.options[-1])]
    return f"one of {len(slot.options)}: {ends[0]}, ..., {ends[1]}"


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
