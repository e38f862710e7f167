"""What every thing with a name has."""

from __future__ import annotations

import re


def check_named(thing: object) -> str:
    """The name of a thing that has one, and a sentence about itself.

    Raises:
        AssertionError: it has not; the message says what.
    """
    name, about = getattr(thing, "name", None), getattr(thing, "about", None)
    wrong = f"{thing!r} has the name {name!r}: small letters, digits and _, a letter first"
    assert isinstance(name, str) and re.fullmatch(r"[a-z][a-z0-9_]*", name), wrong
    assert isinstance(about, str) and about.strip() and "\n" not in about, f"{name} has no `about`: one sentence"
    return name
