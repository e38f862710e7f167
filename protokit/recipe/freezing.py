"""What a recipe freezes, held against its menu before there is a network."""

from __future__ import annotations

from fnmatch import fnmatchcase

from protokit.core.places import Fault, Path
from protokit.core.suggest import nearest
from protokit.learn.words import Learn
from protokit.menu.menu import Menu
from protokit.menu.reading.parts import parts


def misspelled(learn: Learn, menu: Menu) -> list[Fault]:
    """The names that are frozen and that only a slip tells from those of the menu; paths are from the recipe's start.

    Others may be of layers that the data brings, which only a network shows.
    """
    said: list[tuple[Path, tuple[str, ...]]] = [(("learn", "freeze"), learn.freeze)]
    said += [(("learn", "stages", i, "freeze"), stage.freeze) for i, stage in enumerate(learn.stages)]
    if not any(patterns for _, patterns in said):
        return []
    names = [*parts(menu), *(node.layer for node in menu.expand().nodes)]
    faults = []
    for path, patterns in said:
        for pattern in patterns:
            layer = pattern.partition("/")[0]
            near = nearest(layer, names)
            if near and not any(fnmatchcase(name, layer) for name in names):
                rule = f"nothing is named {layer!r}: nothing would be frozen"
                faults.append(Fault(rule, f"did you mean {near!r}?", path))
    return faults
