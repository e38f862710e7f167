"""What every registered thing says of itself."""

from __future__ import annotations

from typing import TypeVar

from pydantic import ValidationError

from protokit.core.errors import SpecError
from protokit.core.registry import Registry
from protokit.grammar.document import Document
from protokit.grammar.faults import faults_of
from protokit.grammar.words import Section

Thing = TypeVar("Thing")
Part = TypeVar("Part", bound=Section)


def check_about(thing: Thing, registry: Registry[Thing]) -> None:
    """Hold what a thing says of itself to what lists, errors and the reference need of it.

    Raises:
        AssertionError: what is missing.
    """
    for attribute in ("name", "about", "example"):
        text = getattr(thing, attribute, None)
        assert isinstance(text, str) and text.strip(), f"{thing!r} has no {attribute}"
        assert "\n" not in text, f"the {attribute} of {thing!r} is one line"
    name = str(getattr(thing, "name", ""))
    assert registry.find(name) is thing, f"{name!r} is not in the registry: decorate it with its `add`"


def read(section: type[Part], text: str) -> Part:
    """A section of a recipe from the YAML that a thing's example makes.

    Raises:
        AssertionError: it cannot be read.
    """
    plain = Document.parse(text).data
    try:
        return section.model_validate(plain)
    except ValidationError as error:
        raise AssertionError(f"its example cannot be read: {SpecError(faults_of(error, section, plain))}") from None
