"""What all contract tests share: whatever goes wrong in a thing comes out as an AssertionError in a sentence."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

Parameters = ParamSpec("Parameters")


def contract(check: Callable[Parameters, None]) -> Callable[Parameters, None]:
    """A contract test that raises nothing else than AssertionError."""

    @wraps(check)
    def held(*args: Parameters.args, **kwargs: Parameters.kwargs) -> None:
        try:
            check(*args, **kwargs)
        except AssertionError:
            raise
        except Exception as error:
            thing = args[0] if args else next(iter(kwargs.values()), None)
            called = getattr(thing, "__qualname__", type(thing).__qualname__)
            raise AssertionError(f"{called}: {type(error).__name__}: {error}") from error

    return held


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
