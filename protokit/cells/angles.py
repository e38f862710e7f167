"""Degrees of latitude and longitude, as people write them."""

from __future__ import annotations

import re
from math import isfinite, nan

_N = r"\d+(?:[.,]\d+)?"
_DEGREES = re.compile(
    rf"(?P<before>[NSEW])?\s*(?P<sign>[-+\u2212\u2013])?\s*(?P<d>{_N})\s*(?:[°º]|deg)?"
    rf"\s*(?:(?P<m>{_N})\s*['\u2032\u2019])?\s*(?:(?P<s>{_N})\s*(?:\"|\u2033|\u201d|''))?\s*(?P<after>[NSEW])?",
    re.IGNORECASE,
)
_PAIR = re.compile(r"[(\[]?\s*(?P<first>[^;|()\[\]]+?)\s*(?:[;|]|,\s+|\s+)\s*(?P<second>[^;|()\[\]]+?)\s*[)\]]?")
_POINT = re.compile(r"POINT\s*\(\s*(?P<x>\S+)\s+(?P<y>\S+)\s*\)", re.IGNORECASE)


def degrees(text: str, letters: str) -> float:
    """Degrees, below 0 to the south and west; NaN where the text is none. `letters` are NS of a latitude, or EW.

    A comma is a decimal one: no angle goes to a thousand.

    >>> degrees("59.91", "NS"), degrees("59,91", "NS"), degrees("12°30'S", "NS"), degrees("W 70.5", "EW")
    (59.91, 59.91, -12.5, -70.5)
    """
    match = _DEGREES.fullmatch(text.strip())
    if match is None:
        try:
            plain = float(text)
        except ValueError:
            return nan
        return plain if isfinite(plain) and "_" not in text else nan
    sides = [side.upper() for side in (match["before"], match["after"]) if side]
    if len(sides) > 1 or (sides and (sides[0] not in letters or match["sign"])):
        return nan
    whole, minutes, seconds = (_number(match[part]) for part in "dms")
    finer = match["m"] or match["s"]
    if minutes >= 60 or seconds >= 60 or (finer and whole != int(whole)):
        return nan
    found = whole + minutes / 60 + seconds / 3600
    below = match["sign"] not in (None, "+") or sides == [letters[1]]
    return -found if below and found else found


def pair(text: str) -> tuple[str, str] | None:
    """The latitude and the longitude that a text holds; None where it holds no two.

    >>> pair("59.91, 10.75"), pair("(59,91; 10,75)"), pair("59.91,10.75"), pair("POINT (10.75 59.91)"), pair("here")
    (('59.91', '10.75'), ('59,91', '10,75'), ('59.91', '10.75'), ('59.91', '10.75'), None)
    """
    text = text.strip()
    if match := _POINT.fullmatch(text):
        return match["y"], match["x"]
    inner = text[1:-1] if text[:1] + text[-1:] in ("()", "[]") else text
    if ";" not in inner and inner.count(",") == 1:
        first, _, second = inner.partition(",")
        return (first.strip(), second.strip()) if first.strip() and second.strip() else None
    match = _PAIR.fullmatch(text)
    return (match["first"], match["second"]) if match else None


def _number(text: str | None) -> float:
    return float(text.replace(",", ".")) if text else 0.0
