"""Intervals of numbers, as people and programs write them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from math import inf, isfinite, nan

_MOST = 1e300  # beyond it a width may be none
_SIGN = r"[-+\u2212]?"
_TIMES = {"k": 1e3, "K": 1e3, "M": 1e6}  # 10k, 1.5M; an m may be a metre
_N = (
    rf"{_SIGN}(?:\d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?|\d+,\d{{1,2}}(?![\d,])|\d+(?:\.\d+)?|\.\d+)(?:e[-+]?\d+)?"
    r"(?-i:[kKM](?![A-Za-z]))?"
)
_M = rf"{_SIGN}(?:inf(?:inity)?|\u221e|(?:\d+(?:\.\d+)?|\.\d+)(?:e[-+]?\d+)?)"
_DECIMAL_COMMA = re.compile(r"(?<=\d),(?=\d{1,2}(?:e|$))")
_UNIT = r"\s*(?:(?!to\b)[a-z%\u20ac$\u00a3\u00b0]{1,12}\.?(?: old)?)?"
_MONEY = r"[\u20ac$\u00a3]?\s*"
BRACKETS = re.compile(rf"[\[(\]]\s*(?P<low>{_M})\s*[,;]\s*(?P<high>{_M})\s*[\])\[]", re.IGNORECASE)
_BETWEEN = re.compile(
    rf"{_MONEY}(?P<low>{_N}){_UNIT}?\s*(?:-|\u2013|\u2014|\bto\b|\.\.\.?)\s*{_MONEY}(?P<high>{_N}){_UNIT}",
    re.IGNORECASE,
)
_FROM = re.compile(
    rf"(?:>=?|\u2265|over|above|from|more than|at least)\s*{_MONEY}(?P<a>{_N}){_UNIT}"
    rf"|{_MONEY}(?P<b>{_N}){_UNIT}\s*(?:\+|(?:and|or)\s+(?:over|above|more|older|up|upwards?))",
    re.IGNORECASE,
)
_TO = re.compile(
    rf"(?:<=?|\u2264|under|below|up to|less than|at most)\s*{_MONEY}(?P<a>{_N}){_UNIT}"
    rf"|{_MONEY}(?P<b>{_N}){_UNIT}\s*(?:and|or)\s+(?:under|below|less|younger)",
    re.IGNORECASE,
)
_ALONE = re.compile(rf"{_MONEY}(?P<low>{_N}){_UNIT}", re.IGNORECASE)


def ends(text: str) -> tuple[float, float] | None:
    """The two ends of an interval, infinite where it is open; None where a text is none, or both are infinite.

    >>> ends("[18, 25)"), ends("18-25"), ends("65+"), ends("<18"), ends("1,000 to 2,000"), ends("25-18")
    ((18.0, 25.0), (18.0, 25.0), (65.0, inf), (-inf, 18.0), (1000.0, 2000.0), None)
    """
    text = text.strip()
    if len(text) > 80:
        return None
    low = high = nan
    if match := BRACKETS.fullmatch(text) or _BETWEEN.fullmatch(text):
        low, high = _number(match["low"]), _number(match["high"])
        times = _TIMES.get(match["high"][-1], 1.0)
        if match["low"][-1] not in _TIMES and low * times <= high:  # 10-20k
            low *= times
    elif match := _FROM.fullmatch(text):
        low, high = _number(match["a"] or match["b"]), inf
    elif match := _TO.fullmatch(text):
        low, high = -inf, _number(match["a"] or match["b"])
    elif match := _ALONE.fullmatch(text):
        low = high = _number(match["low"])
    finite = [abs(end) for end in (low, high) if isfinite(end)]
    return (low, high) if low <= high and finite and max(finite) < _MOST else None


def like_intervals(texts: Iterable[str]) -> bool:
    """Whether all texts are intervals, and some of two ends, such as 18-25, beside others."""
    given = list(texts)
    known = [ends(text) for text in given]
    wide = [text for text, one in zip(given, known, strict=True) if one is not None and one[0] < one[1]]
    return len(given) > 2 and all(known) and len(wide) > 0.8 * len(given) and any(map(_BETWEEN.fullmatch, wide))


def _number(text: str) -> float:
    times = _TIMES.get(text[-1], 1.0)
    plain = (text[:-1] if times > 1 else text).lower().replace("\u2212", "-").replace("\u221e", "inf")
    return float(_DECIMAL_COMMA.sub(".", plain).replace(",", "")) * times
