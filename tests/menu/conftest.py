"""Every menu that a test here makes, and the reader takes, is held against the JSON Schema."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from typing import Any

import jsonschema
import pytest

from protokit.menu import catalogue
from protokit.menu.menu import Menu
from protokit.menu.schema import schema


@cache
def validator(layers: tuple[str, ...]) -> Any:
    """The validator of menus while some layers are registered."""
    return jsonschema.Draft202012Validator(schema())


@cache
def fault(written: str, layers: tuple[str, ...]) -> str | None:
    """What the schema has against a menu, which many tests make alike."""
    found = jsonschema.exceptions.best_match(validator(layers).iter_errors(json.loads(written)))
    return found and found.message


@pytest.fixture(autouse=True, scope="package")
def _accepted_menus_are_valid() -> Iterator[None]:
    original = Menu.__init__

    def checked(self: Menu, layers: Any, **parts: Any) -> None:
        original(self, layers, **parts)
        parts.pop("columns", None)
        for data in ({"layers": layers, **parts} if parts else layers, self.as_plain(in_full=True)):
            if is_plain(data) and not isinstance(data, str):
                found = fault(json.dumps(data), tuple(catalogue.LAYERS))
                assert found is None, f"{data}: {found}"

    Menu.__init__ = checked  # type: ignore[method-assign]
    yield
    Menu.__init__ = original  # type: ignore[method-assign]


def is_plain(value: Any) -> bool:
    """Whether a value could come from a file."""
    if isinstance(value, dict):
        return all(isinstance(key, str) and is_plain(part) for key, part in value.items())
    return all(map(is_plain, value)) if isinstance(value, list) else isinstance(value, (int, float, str, type(None)))
