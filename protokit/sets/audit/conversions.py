"""Units that one number is written in, and whether the numbers of two sets are equal but for such a unit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Conversion:
    """Numbers in one unit are those in another times `factor`, plus `shift`.

    `names` are the units of what comes in and of what comes out. `plain` is a power of ten of which two and more digits
    are seldom chance.
    """

    names: tuple[str, str]
    factor: float
    shift: float = 0.0
    plain: bool = False

    def __call__(self, values: np.ndarray) -> np.ndarray:
        """Shapes: (rows,) -> (rows,)."""
        found: np.ndarray = values * self.factor + self.shift
        return found

    @property
    def back(self) -> Conversion:
        """The other way round."""
        return Conversion(self.names[::-1], 1 / self.factor, -self.shift / self.factor, self.plain)

    def expression(self, column: str) -> str:
        """As a recipe computes it."""
        name = column if column.isidentifier() else '"' + column.replace('"', '""') + '"'
        own = 1 / self.factor
        if 0 < self.factor < 1 and abs(own - round(own, 6)) < 1e-9:
            text = f"{name} / {round(own, 6):.10g}"
        else:
            text = name if self.factor == 1 else f"{name} * {self.factor:.10g}"
        return text + (f" {'+' if self.shift > 0 else '-'} {abs(self.shift):.10g}" if self.shift else "")


def _tens() -> Iterator[Conversion]:
    for power, names in (
        (1, ("tens", "ones")),
        (2, ("wholes", "hundredths")),
        (3, ("thousands", "ones")),
        (4, ("ten thousands", "ones")),
        (5, ("hundred thousands", "ones")),
        (6, ("millions", "ones")),
        (9, ("billions", "ones")),
    ):
        yield Conversion(names, 10.0**power, plain=power > 1)


_KNOWN = (
    *_tens(),
    Conversion(("inches", "centimetres"), 2.54),
    Conversion(("inches", "millimetres"), 25.4),
    Conversion(("feet", "metres"), 0.3048),
    Conversion(("feet", "centimetres"), 30.48),
    Conversion(("feet", "inches"), 12.0),
    Conversion(("miles", "kilometres"), 1.609344),
    Conversion(("square metres", "square feet"), 10.7639104),
    Conversion(("kilograms", "pounds"), 2.20462262),
    Conversion(("ounces", "grams"), 28.3495231),
    Conversion(("gallons", "litres"), 3.78541178),
    Conversion(("minutes", "seconds"), 60.0),
    Conversion(("hours", "seconds"), 3600.0),
    Conversion(("days", "hours"), 24.0),
    Conversion(("years", "days"), 365.25),
    Conversion(("years", "months"), 12.0),
    Conversion(("metres a second", "kilometres an hour"), 3.6),
    Conversion(("kilocalories", "kilojoules"), 4.184),
    Conversion(("radians", "degrees"), 57.2957795),
    Conversion(("Celsius", "Fahrenheit"), 1.8, 32.0),
    Conversion(("Celsius", "Kelvin"), 1.0, 273.15),
    Conversion(("Kelvin", "Fahrenheit"), 1.8, -459.67),
    Conversion(("the other sign", "this sign"), -1.0),
)
CONVERSIONS = tuple({(c.factor, c.shift): c for one in _KNOWN for c in (one, one.back)}.values())

# how far the numbers are from each other (Kolmogorov and Smirnov), and how near they come in the other unit at most,
# beside a part of what chance gives. Small factors are the ratio of many columns of unlike sets
_APART, _NEAR, _PART = 0.9, 0.02, 0.7
_APART_PLAIN, _NEAR_PLAIN = 0.9, 0.35
_MIDDLE, _MIDDLE_PLAIN = 0.1, 0.25  # how near, in spreads of the middle half, the medians have to come
_FEWEST = 100  # numbers of each, for a small factor
_CHANCE = 1.36  # of a distance, times the root of (1 / rows + 1 / others): one in twenty is larger


@dataclass(frozen=True)
class Match:
    """A conversion that brings the numbers of a set to those of another, with the distances before and after."""

    conversion: Conversion
    before: float
    after: float


def distance(one: np.ndarray, other: np.ndarray) -> float:
    """The largest difference of two distributions, from 0 to 1. Shapes: (rows,), (others,), both ascending.

    Source: Kolmogorov 1933, Smirnov 1939.
    """
    both = np.concatenate([one, other])
    first = np.searchsorted(one, both, side="right") / len(one)
    second = np.searchsorted(other, both, side="right") / len(other)
    return float(np.abs(first - second).max())


def match(values: np.ndarray, others: np.ndarray) -> Match | None:
    """The unit of a set's numbers, where they are those of other sets but for a known one; None where they are not.

    Shapes: (rows,), (others,), both ascending and finite.
    """
    before = distance(values, others)
    if before < _APART:
        return None
    chance = _CHANCE * float(np.sqrt(1 / len(values) + 1 / len(others)))
    middle, spread = float(np.median(others)), float(np.subtract(*np.quantile(others, [0.75, 0.25])))
    best: Match | None = None
    for one in CONVERSIONS:
        turned = one(values)
        off = abs(float(np.median(turned)) - middle) / max(spread, 1e-12)
        if one.plain:
            near, allowed = _MIDDLE_PLAIN + chance, _NEAR_PLAIN + chance
            tried = before >= _APART_PLAIN
        else:
            near, allowed = _MIDDLE + chance, _NEAR + _PART * chance
            tried = min(len(values), len(others)) >= _FEWEST
        if not tried or off > near:
            continue
        after = distance(turned if one.factor > 0 else turned[::-1], others)
        if after <= min(allowed, before / 2) and (best is None or after < best.after):
            best = Match(one, before, after)
    return best
