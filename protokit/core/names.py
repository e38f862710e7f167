"""How values are written: one name for a category however it was read, one form for a score."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from math import isfinite

TOKEN = r"\S+"  # of a text whose tokens stand between blanks, see Features.texts
AUDIO_ENDINGS = (".wav", ".flac", ".ogg", ".oga")
IMAGE_ENDINGS = (".jpg", ".jpeg", ".png", ".gif", ".bmp", ".webp", ".tif", ".tiff")


def as_text(value: object) -> str:
    """A category's name: 3.0 and 3 are the same one.

    >>> as_text(3.0), as_text("a"), as_text(True)
    ('3', 'a', 'True')
    """
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if type(value).__name__ == "float32" and getattr(value, "size", 0) == 1:
        return as_text(float(str(value)))  # the shortest number that it is: 1.1, not 1.100000023841858
    item = getattr(value, "item", None)  # of NumPy: the Python value
    return str(item() if item is not None and getattr(value, "size", 1) == 1 else value)


def whole(text: str) -> str:
    """A text without halves of characters, which no file holds: JSON may write them."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def number(value: float, *, sign: bool = False) -> str:
    """A score to three decimals, a large one to a whole number; a dash where it is undefined.

    >>> number(0.91267), number(54321.4), number(0.004, sign=True)
    ('0.913', '54,321', '+0.004')
    """
    if not isfinite(value):
        return "-"
    digits = 3 if abs(value) < 10 else 1 if abs(value) < 1000 else 0
    return f"{value:{'+' if sign else ''},.{digits}f}"


def added(most: Sequence[tuple[str, str, float]]) -> str:
    """What columns add to a row, as a sentence has it.

    >>> added([("bill", "39.1", 0.2144), ("island", "", -0.05)])
    'bill 39.1: +0.214, island: -0.050'
    """
    return ", ".join(f"{f'{name} {cell}'.rstrip()}: {number(value, sign=True)}" for name, cell, value in most)


_OF_ONE = {"are": "is", "were": "was", "have": "has"}


def counted(count: int | str, thing: str, do: str = "") -> str:
    """How many of a thing, whose word takes an s where there is another number than one; and what they `do`.

    >>> counted(1, "epoch"), counted(1200, "row"), counted("2 to 5", "epoch")
    ('1 epoch', '1,200 rows', '2 to 5 epochs')
    >>> counted(1, "cell", "are"), counted(2, "cell", "hold"), counted(1, "cell", "hold")
    ('1 cell is', '2 cells hold', '1 cell holds')
    """
    said = count if isinstance(count, str) else f"{count:,}"
    if said == "1":
        return f"1 {thing}" + (f" {_OF_ONE.get(do, f'{do}s')}" if do else "")
    return f"{said} {thing}s" + (f" {do}" if do else "")


def identifiers(names: Sequence[str], reserved: Iterable[str] = ()) -> dict[str, str]:
    """Each name as letters, digits and `_`, none twice, and none that is reserved.

    >>> identifiers(["fixed acidity", "fixed/acidity", "7 days"])
    {'fixed acidity': 'fixed_acidity', 'fixed/acidity': 'fixed_acidity_2', '7 days': 'x7_days'}
    """
    found, taken = dict[str, str](), {*map(str.lower, reserved)}
    for name in names:
        plain = re.sub(r"[^A-Za-z0-9_]", "_", name)
        plain = plain if plain[:1].isalpha() else f"x{plain}"
        own, count = plain, 1
        while own.lower() in taken:
            count += 1
            own = f"{plain}_{count}"
        found[name] = own
        taken.add(own.lower())
    return found
