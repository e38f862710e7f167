"""Numbers as people write them: `1,234.5`, `12,5 %`, `$1,000`, `(42)`, `−3`, `12 kg`.

How the numbers of a column are written is decided from all of its different texts at once, and only where every one
agrees. A text keeps the number that a reader sees: 28.4% is 28.4, and a unit is left out, never computed with.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import isfinite

import numpy as np

_CODES = "USD EUR GBP JPY CHF CNY INR RUB BRL KRW TRY PLN SEK NOK DKK CZK HUF CAD AUD NZD MXN ZAR SGD HKD ILS THB"
_SYMBOLS = "$€£¥₹₽₩₺₫₪₴₦฿¢₱₡₲₵₸"
_CURRENCY = rf"(?:[A-Z]{{1,3}})?[{_SYMBOLS}]|{'|'.join(_CODES.split())}|Rs\.?|kr\.?|zł|Fr\."
# after a number these say that it is a time or a place in an order
_NO_UNITS = frozenset({"am", "pm", "a.m.", "p.m.", "th", "st", "nd", "rd"})
_MONTH = re.compile(r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?", re.I)
# signs that are a minus, blanks, and apostrophes, however they are set
MINUS, BLANKS = "\u2212\u2013\u2012\ufe63\uff0d", "\u00a0\u202f\u2007\u2009"
_SAME = str.maketrans(dict.fromkeys(MINUS, "-") | dict.fromkeys(BLANKS, " ") | dict.fromkeys("\u2019\u02bc\u2032", "'"))
_WRITTEN = re.compile(
    rf"""\s*(?P<open>\()?\s*(?P<first>[-+])?\s*(?P<before>{_CURRENCY})?\s*(?P<second>[-+])?\s*
    (?P<body>[0-9][0-9.,]*(?:[\x20'][0-9.,]+)*|[.,][0-9]+)(?P<exponent>[eE][-+]?[0-9]+)?
    (?P<last>-)?\s*(?P<after>[%‰°{_SYMBOLS}][^\d\s()]{{0,8}}|[^\W\d_][^\d()+,;:|]{{0,30}}?[23²³]?)?\s*(?P<close>\))?\s*""",
    re.X,
)
_PLAIN = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?", re.A)
_WHOLE = re.compile(r"[-+]?\d{1,4000}", re.A)
_CODE = re.compile(r"0\d+", re.A)
_SURE = 50  # numbers of three digits behind the mark, none of which ends in 0 where zeros are left out
_FEWEST_ALIKE = 5  # different numbers of one unit: fewer may be names, such as 1a and 2b
EXACT = 1 << 53  # up to it float64 has every whole number
_GROUPS = {",": ",", ".": r"\.", " ": " ", "'": "'"}
# what a column may be written in, the likelier first
_MARKS = ((".", ""), (".", ","), (",", ""), (",", "."), (".", " "), (".", "'"), (",", " "), (",", "'"))


def plain_number(text: str) -> float | None:
    """The number of a text that is written as computers do; None for any other text."""
    text = text.strip()
    return float(text) if _PLAIN.fullmatch(text) else None


def exact_number(text: str) -> int | float | None:
    """The number of a text that is written as computers do, a whole one to the last digit; None for any other text."""
    text = text.strip()
    return int(text) if _WHOLE.fullmatch(text) else plain_number(text)


def in_all_notations(text: str) -> list[int | float]:
    """The different numbers that a text may be, without a unit, the likelier first: 1000 and 1 of 1,000."""
    found = (Reading(*marks).exact(text) for marks in _MARKS)
    return list(dict.fromkeys(number for number in found if number is not None))


@dataclass(frozen=True)
class Reading:
    """How the numbers of a column are written: its decimal mark, the mark between thousands, and a unit beside them."""

    decimal: str = "."
    thousands: str = ""
    unit: str = ""

    @property
    def plain(self) -> bool:
        """Whether that is how computers write them."""
        return self == Reading()

    @property
    def options(self) -> str:
        """The options of `number`, or of a table, that say how numbers are written."""
        if not self.thousands:
            return f'{{decimal: "{self.decimal}"}}'
        if self.decimal == ".":
            return f'{{thousands: "{self.thousands}"}}'
        return f'{{decimal: "{self.decimal}", thousands: "{self.thousands}"}}'

    @property
    def counts(self) -> bool:
        """Whether a number means the same without what stands beside it: 50% is 0.5, too, and a kilogram a thousand."""
        return not self.unit or re.fullmatch(_CURRENCY, self.unit) is not None

    def as_plain(self) -> tuple[str, ...]:
        """The reading as JSON values."""
        return (self.decimal, self.thousands, self.unit)

    def number(self, text: str) -> float | None:
        """The number that a reader sees in a text; None where it is not written so."""
        parts = _parts(text)
        return None if parts is None or parts.unit != self.unit else parts.number(self.decimal, self.thousands)

    def exact(self, text: str) -> int | float | None:
        """That number, a whole one to the last digit."""
        parts, number = _parts(text), self.number(text)
        if parts is None or number is None or parts.exponent or self.decimal in parts.body:
            return number
        digits = int(parts.body.replace(self.thousands, ""))
        return -digits if parts.negative else digits

    def numbers(self, texts: Iterable[str]) -> np.ndarray:
        """The numbers of some texts, NaN where one is not written so. Shapes: (texts,) float64."""
        found = [self.number(text) for text in texts]
        return np.array([np.nan if number is None else number for number in found], np.float64)

    def __str__(self) -> str:
        said = [f"{self.thousands!r} between thousands"] if self.thousands else []
        said += ["',' as the decimal mark"] if self.decimal == "," else []
        said += [f"{self.unit!r} left out"] if self.unit else []
        return ", ".join(said) or "signs aside"


@dataclass(frozen=True)
class Found:
    """How the texts of a column are written, and the `other` way where each mark may be a decimal or thousands.

    Shapes: fits (texts,) bool, whether each is so written. `plain`: all are as computers write them.
    """

    reading: Reading
    fits: np.ndarray
    other: Reading | None = None
    plain: bool = False

    @property
    def all(self) -> bool:
        """Whether every text is so written."""
        return bool(self.fits.all())


def reading_from(plain: Sequence[str]) -> Reading | None:
    """The reading of `as_plain`; None of nothing."""
    return Reading(*plain) if plain else None


def found_in(
    texts: Sequence[str], weights: np.ndarray | None = None, *, decimal: str | None = None, thousands: str | None = None
) -> Found | None:
    """How most of the different texts of a column are written, None where they are no numbers.

    `weights` says how often each text stands; `decimal` and `thousands` are what the recipe says, and are followed
    where the texts can be written so. Shapes: weights (texts,).
    """
    parts = [_parts(text) for text in texts]
    counts: Counter[str] = Counter()
    for i, part in enumerate(parts):
        if part is not None:
            counts[part.unit] += 1 if weights is None else int(weights[i])
    if not counts:
        return None
    unit = counts.most_common(1)[0][0]
    own = [part if part is not None and part.unit == unit else None for part in parts]
    present = [part for part in own if part is not None]
    if any(part.code for part in present):
        return None
    computers = all(_PLAIN.fullmatch(text.strip()) for text, part in zip(texts, own, strict=True) if part is not None)
    marks, other = _marks_of(present, decimal, thousands, computers)
    if marks is None:
        return None
    numbers = [None if part is None else part.number(*marks) for part in own]
    fits = np.array([number is not None for number in numbers], bool)
    plain = computers and marks == _MARKS[0] and not unit
    return Found(Reading(*marks, unit), fits, Reading(*other, unit) if other else None, plain)


def odd_one(texts: Sequence[str], weights: np.ndarray | None = None) -> tuple[int, str] | None:
    """Of numbers that are not written alike, the place of the first that is not as most are, and one of most.

    None where a text is no number in any notation, where all agree, and for levels such as 1a and 2b, which are names.
    """
    parts = [_parts(text) for text in texts]
    if not parts or not all(is_like_a_number(text) for text in texts):
        return None
    found = found_in(texts, weights)
    if found is None:
        return None  # codes, or marks of which no reading has most
    units = {part.unit for part in parts if part is not None} - {"", found.reading.unit}
    known = all(unit == "%" or re.fullmatch(_CURRENCY, unit) for unit in (*units, found.reading.unit) if unit)
    if found.all or not (known or found.fits.sum() >= _FEWEST_ALIKE):
        return None
    usual = next((text for text, fits in zip(texts, found.fits, strict=True) if fits), "")
    return int((~found.fits).argmax()), usual


def is_like_a_number(text: str) -> bool:
    """Whether a text is a number in some notation: no such cell is ever taken for a missing one."""
    return (parts := _parts(text)) is not None and any(parts.number(*marks) is not None for marks in _MARKS)


def loses_digits(texts: Iterable[str]) -> bool:
    """Whether one of some whole numbers is none that float64 has: as codes they would become another's."""
    return any(
        len(text) > 15 and (match := _WHOLE.fullmatch(text.strip())) and not is_exact(int(match[0])) for text in texts
    )


def is_code(text: str) -> bool:
    """Whether a text starts with a zero that a number would lose."""
    return bool(_CODE.fullmatch(text.strip()))


def is_exact(number: int) -> bool:
    """Whether float64 has a whole number, to the last digit."""
    if -EXACT <= number <= EXACT:
        return True
    try:
        return int(float(number)) == number
    except OverflowError:
        return False


def merges(texts: Sequence[str]) -> bool:
    """Whether two different texts are one number: 1.10 and 1.1, 007 and 7."""
    return len({exact_number(text) for text in texts}) < len(set(texts))


@dataclass(frozen=True)
class _Parts:
    """A text that is a number with what stands around it."""

    negative: bool
    body: str
    exponent: str
    unit: str

    @property
    def code(self) -> bool:
        """Whether it starts with a zero that a number would lose."""
        return bool(_CODE.fullmatch(self.body))

    def number(self, decimal: str, thousands: str) -> float | None:
        """The number, with given marks; None where it is not written so."""
        body = self.body
        if not _pattern(decimal, thousands).fullmatch(body):
            return None
        if thousands:
            body = body.replace(thousands, "")
        number = float(body.replace(decimal, ".") + self.exponent)
        if not isfinite(number):
            return None
        return -number if self.negative else number


@lru_cache(maxsize=16)
def _pattern(decimal: str, thousands: str) -> re.Pattern[str]:
    whole = r"\d+"
    if thousands:
        group = _GROUPS[thousands]
        lakh = rf"|[1-9]\d?(?:{group}\d\d)+{group}\d{{3}}" if thousands == "," else ""
        whole = rf"(?:[1-9]\d{{0,2}}(?:{group}\d{{3}})+{lakh}|\d+)"
    point = re.escape(decimal)
    return re.compile(rf"(?:{whole}(?:{point}\d*)?|{point}\d+)", re.A)


def _parts(text: str) -> _Parts | None:
    match = _WRITTEN.fullmatch(text.translate(_SAME))
    if match is None:
        return None
    said = match.groupdict()
    signs = [said[name] for name in ("first", "second", "last") if said[name]]
    brackets = (said["open"] is not None) + (said["close"] is not None)
    if len(signs) > 1 or brackets == 1 or (brackets and signs):
        return None
    before, after = said["before"] or "", (said["after"] or "").strip()
    if (before and after) or after.lower() in _NO_UNITS or _MONTH.fullmatch(after):
        return None
    return _Parts(bool(brackets) or "-" in signs, said["body"].strip(), said["exponent"] or "", before or after)


def _marks_of(
    parts: Sequence[_Parts], decimal: str | None, thousands: str | None, computers: bool
) -> tuple[tuple[str, str] | None, tuple[str, str] | None]:
    """The decimal mark and that between thousands that most of the numbers fit, and another pair that they may be in.

    `computers`: all are as computers write them, for whom a point is a decimal one.
    """
    bodies = Counter(part.body for part in parts)
    fitting: Mapping[tuple[str, str], int] = {
        marks: sum(count for body, count in bodies.items() if _pattern(*marks).fullmatch(body)) for marks in _MARKS
    }
    most = max(fitting.values())
    if not most:
        return None, None
    best = [marks for marks in _MARKS if fitting[marks] == most]
    if decimal is not None or thousands is not None:
        said = (decimal or ".", thousands or "")
        if said in best:
            return said, None
        near = [marks for marks in best if marks[0] == said[0]] if thousands is None else []
        if best[0] != (".", "") and near:
            return near[0], None
    if best[0] == (".", ""):
        if computers or (",", ".") not in best or not any("." in body for body in bodies):
            return best[0], None
        # of money, three digits after a point are thousands; of other measures they are decimals
        money = re.fullmatch(_CURRENCY, parts[0].unit) is not None
        pair = (best[0], (",", "."))
        return (pair[1], pair[0]) if money else pair
    if (".", ",") in best and (",", "") in best:
        return best[0], None if _grouped(bodies) else (",", "")
    if (".", ",") in best and (",", ".") in best:
        return None, None  # 1.234 beside 1,234: each reading makes one of them another number
    return best[0], None


def _grouped(bodies: Collection[str]) -> bool:
    """Whether commas with three digits behind them are between thousands, by how many there are beside none.

    Of decimals some would have fewer digits, unless all were written out to the third, and then none is without comma.
    """
    commas = sum("," in body for body in bodies)
    return commas >= _SURE and commas < len(bodies)
