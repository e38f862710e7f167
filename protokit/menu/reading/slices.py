"""A slice of a tensor as text, as Python writes it between brackets: `:, -1`, `..., 0:2`, `:, None`."""

from __future__ import annotations

import re
from typing import Any

_INTEGER = re.compile(r"-?\d+")


def parse(text: object) -> tuple[Any, ...]:
    """What stands between the brackets, for each axis.

    >>> parse(":, -1")
    (slice(None, None, None), -1)

    Raises:
        ValueError: it is no slice.
    """
    if isinstance(text, int) and not isinstance(text, bool):
        return (text,)
    if not isinstance(text, str) or not text.strip():
        raise ValueError(f"a slice is a text, not {text!r}")
    return tuple(_part(part.strip()) for part in text.strip().removesuffix(",").split(","))


def _part(text: str) -> Any:
    if text in {"...", "None"}:
        return Ellipsis if text == "..." else None
    numbers = [part.strip() for part in text.split(":")]
    if len(numbers) > 3 or any(part and not _INTEGER.fullmatch(part) for part in numbers) or text == "":
        raise ValueError(f"{text!r} is no slice of an axis")
    if len(numbers) == 1:
        return int(text)
    return slice(*(int(part) if part else None for part in numbers))


def written(key: object) -> str:
    """The text of what stands between the brackets.

    >>> written((slice(None), 0)), written((Ellipsis, slice(0, 2))), written(-1)
    (':, 0', '..., 0:2', '-1')

    Raises:
        ValueError: no text says it, as a tensor.
    """
    parts = key if isinstance(key, (tuple, list)) else (key,)
    return ", ".join(_written(part) for part in parts)


def _written(part: object) -> str:
    if part is Ellipsis:
        return "..."
    if part is None:
        return "None"
    if isinstance(part, slice):
        said = ["" if one is None else _written(one) for one in (part.start, part.stop, part.step)]
        return ":".join(said if said[2] else said[:2])
    if isinstance(part, int) and not isinstance(part, bool):
        return str(part)
    raise ValueError(f"{part!r} is no slice of an axis")
