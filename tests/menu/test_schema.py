"""Editors say the same as the checker, as far as a schema can."""

from __future__ import annotations

from pathlib import Path

import jsonschema
import pytest

from protokit.grammar.document import Document
from protokit.menu.schema import schema

MENUS = sorted((Path(__file__).parent.parent / "menus").glob("*.yaml"))
VALIDATOR = jsonschema.Draft202012Validator(schema())


def test_it_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(schema())


@pytest.mark.parametrize("path", MENUS, ids=lambda p: p.stem)
def test_menus_are_valid(path: Path) -> None:
    assert not list(VALIDATOR.iter_errors(Document.read(path).data))


@pytest.mark.parametrize(
    "wrong",
    [
        [{"Dens": 3}],
        [{"Dense": {"unitz": 3}}],
        [{"Dense": {"units": "many"}}],
        [{"repeat": {"times": 3}}],
        [{"branch": []}],
        [{"Dense": {"units": {"itn": [1, 3]}}}],
        {"layer": []},
        {"inputs": {"x": "wide"}, "layers": []},
        [{"Bidirectional": {"LSTMM": 3}}],
    ],
)
def test_wrong_menus_are_not(wrong: object) -> None:
    assert list(VALIDATOR.iter_errors(wrong))
