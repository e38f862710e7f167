"""The layers that named items of a menu are made of."""

from __future__ import annotations

from collections.abc import Iterator

from protokit.core.errors import SpecError
from protokit.core.places import Path
from protokit.menu.expand import expand
from protokit.menu.items import Branch, Chain, Choose, Ensemble, Item, Layer, Outline, Repeat, Residual, Use, When


def parts(menu: Outline) -> dict[str, tuple[str, ...]]:
    """By the name of each item of the menu itself, the names of the layers that it is made of.

    >>> from protokit.menu.menu import Menu
    >>> parts(Menu([{"repeat": {"times": 2, "layers": [{"Dense": 3}]}, "name": "body"}, {"Dense": 1, "name": "end"}]))
    {'body': ('body_1_dense_1', 'body_2_dense_1'), 'end': ('end',)}
    """
    try:
        nodes = expand(menu).nodes
    except SpecError:
        return {}
    found: dict[str, tuple[str, ...]] = {}
    for item, path in _named(menu.layers, ("layers",)):
        name = str(item.name)
        if isinstance(item, (Use, Repeat)):  # their layers are named after them
            own = [node.layer for node in nodes if node.layer.startswith(f"{name}_")]
        else:
            own = [node.layer for node in nodes if node.path[: len(path)] == path]
        if own:
            found[name] = tuple(dict.fromkeys(own))
    return found


def _named(chain: tuple[Item, ...], path: Path) -> Iterator[tuple[Item, Path]]:
    for i, item in enumerate(chain):
        at = (*path, i)
        if item.name is not None:
            yield item, at
        if isinstance(item, Layer):
            continue
        if isinstance(item, Chain):
            yield from _named(item.layers, (*at, "layers") if item.name is not None or item.source is not None else at)
        elif isinstance(item, Residual):
            yield from _named(item.layers, (*at, "residual"))
        elif isinstance(item, (Repeat, Ensemble)):
            word = "repeat" if isinstance(item, Repeat) else "ensemble"
            yield from _named(item.layers, (*at, word, "layers"))
        elif isinstance(item, Branch):
            for name, inner in item.branches.items():
                yield from _named(inner, (*at, "branch", name))
        elif isinstance(item, Choose):
            for name, inner in item.options.items():
                yield from _named(inner, (*at, "choose", name))
        elif isinstance(item, When):
            for test, inner in item.conditions:
                yield from _named(inner, (*at, "when", test.text))
