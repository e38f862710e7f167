"""`--set learn.epochs=5`: values that stand in for those of the file."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import replace

from protokit.core.errors import SpecError
from protokit.core.places import Path
from protokit.grammar.document import Document, Setting


def apply(document: Document, settings: Sequence[str]) -> Document:
    """A document with some values replaced; a fault in such a value is placed in the setting.

    Raises:
        SpecError: a setting is not `PATH=VALUE`, or leads through something that is no mapping.
    """
    if not settings:
        return document
    data = copy.deepcopy(document.data) if document.data is not None else {}
    settled: dict[Path, Setting] = {}
    for setting in settings:
        dotted, equals, text = setting.partition("=")
        path: Path = tuple(step.strip() for step in dotted.split("."))
        if not equals or not all(path):
            raise SpecError.one(f"--set {setting!r} is not PATH=VALUE", "write --set learn.epochs=5")
        value = Document.parse(text, f"--set {dotted}").data
        container = data
        for step in path[:-1]:
            if not isinstance(container, dict):
                break
            if container.get(step) is None:
                container[step] = {}
            container = container[step]
        if not isinstance(container, dict):
            raise SpecError.one(f"--set {dotted}: there is no mapping at that path", "check the names before '.'")
        container[path[-1]] = value
        settled[path] = Setting(setting, dotted.rindex(str(path[-1])), len(dotted) + 1)
    return replace(document, data=data, settings=settled)
