"""The steps of cleaning that a later table goes through before a trained model sees it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from protokit.grammar import expressions
from protokit.recipe.parts import Collect

_OF_ROWS = ("filter", "drop_duplicates", "outliers", "drop", "keep")  # these drop rows, or columns that no one asks for


def replay(collect: Collect, needed: Iterable[str]) -> tuple[tuple[Any, ...], tuple[str, ...]]:
    """The steps, as a recipe has them, that make the needed columns, and the columns that a table must have for them.

    Every row of a later table is predicted: no step drops one. What only makes other columns, such as the target, is
    left out, so that a table without them will do.
    """
    wanted = set(needed)
    kept: list[Any] = []
    for step in reversed(collect.clean):
        if step.name in _OF_ROWS:
            continue
        plain = step.as_plain()
        if step.bare:
            kept.append(plain)
            continue
        says = plain[step.name]
        if step.name == "derive":
            own: list[tuple[str, str]] = []
            for name, text in reversed(says.items()):
                if name in wanted:
                    wanted = (wanted - {name}) | {column.name for column in expressions.parse(text).columns}
                    own.append((name, text))
            says = dict(reversed(own))
        elif step.name == "rename":
            says = {old: new for old, new in says.items() if new in wanted}
            wanted = (wanted - set(says.values())) | set(says)
        elif isinstance(says, list):
            says = [name for name in says if name in wanted]
        else:
            says = {name: value for name, value in says.items() if name in wanted}
        if says:
            kept.append({step.name: says})
    return tuple(reversed(kept)), tuple(sorted(wanted))
