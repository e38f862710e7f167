"""`--set learn.epochs=5`: values that stand in for those of the file."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path as FilePath
from typing import TypeAlias

from protokit.core.errors import SpecError
from protokit.core.places import Path
from protokit.core.plain import without_numpy
from protokit.grammar.document import Document, Setting

Settings: TypeAlias = Sequence[str] | Mapping[str, object]
"""`{"learn.epochs": 5}`, `"learn.epochs=5"`, or a list of such texts."""


def apply(document: Document, settings: Settings, folder: FilePath | None = None) -> Document:
    """A document with some values replaced; a fault in such a value is placed in the setting.

    Paths and addresses in the values may be opened: a person typed them. They start at the `folder` of the recipe.

    >>> apply(Document.of({"seed": 1}), {"learn.epochs": 5}).data
    {'seed': 1, 'learn': {'epochs': 5}}
    >>> apply(Document.of({"learn": {"epochs": 9, "menu": "tabular"}}), {"learn": {"epochs": 5}}).data
    {'learn': {'epochs': 5, 'menu': 'tabular'}}

    Raises:
        SpecError: a setting is not `PATH=VALUE`, or leads through something that is no mapping.
    """
    if not settings:
        return document
    data = copy.deepcopy(document.data) if document.data is not None else {}
    settled: dict[Path, Setting] = {}
    reach = document.reach
    for dotted, value, setting in _each(settings):
        path: Path = tuple(step.strip() for step in dotted.split("."))
        if not all(path):
            raise SpecError.one(f"--set {setting!r} is not PATH=VALUE", "write --set learn.epochs=5")
        container = data
        for step in path[:-1]:
            if not isinstance(container, dict):
                break
            if container.get(step) is None:
                container[step] = {}
            container = container[step]
        if not isinstance(container, dict):
            raise SpecError.one(f"--set {dotted}: there is no mapping at that path", "check the names before '.'")
        typed, whole = value, container.get(path[-1])
        if len(path) == 1 and isinstance(value, dict) and isinstance(whole, dict):
            value = {**whole, **value}  # a section is no value: its other words stay
        container[path[-1]] = value
        settled[path] = Setting(setting, dotted.rindex(str(path[-1])), len(dotted) + 1)
        reach = reach.with_typed(typed, folder or FilePath()) if reach is not None else None
    return replace(document, data=data, settings=settled, reach=reach)


def _each(settings: Settings) -> Iterator[tuple[str, object, str]]:
    """The path, the value and the text of each setting."""
    if isinstance(settings, Mapping):
        for dotted, value in settings.items():
            if not isinstance(dotted, str):
                raise SpecError.one(f"set: {dotted!r} is no path", 'write set={"learn.epochs": 5}')
            value = without_numpy(value)  # and a copy, where it is one of lists
            yield dotted, value, f"{dotted}={value!r}"
        return
    if not isinstance(settings, (str, Iterable)):
        raise SpecError.one(f"set: {settings!r} is no setting", 'write set={"learn.epochs": 5}')
    for setting in [settings] if isinstance(settings, str) else settings:
        if not isinstance(setting, str):
            raise SpecError.one(f"set: {setting!r} is not PATH=VALUE", 'write set={"learn.epochs": 5}')
        dotted, equals, text = setting.partition("=")
        if not equals:
            raise SpecError.one(f"--set {setting!r} is not PATH=VALUE", "write --set learn.epochs=5")
        yield dotted, Document.parse(text, f"--set {dotted}").data, setting
