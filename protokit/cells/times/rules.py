"""How a column of dates is read: what its cells leave open, and what is decided of it, asked or from all of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np

from protokit.cells.times.texts import COMPACT, OPEN, SHORT, Parsed, days
from protokit.cells.times.zones import is_zone
from protokit.core.values.said import Notice

ORDERS = ("day", "month", "year")
EPOCHS = {"seconds": 10**6, "milliseconds": 10**3}  # microseconds of each
_FORMS = {"day": "day/month/year", "month": "month/day/year", "year": "year/month/day"}
_WITHOUT_YEAR_FIRST = frozenset({"day", "month"})
TWO_DIGITS = "two-digit years, which are read as 1969 to 2068"
FOUR_DIGITS = "write years of other centuries with four digits"


@dataclass(frozen=True)
class Rule:
    """How dates are read: which of day, month and year stands first where that is open; the place whose clock local
    times are of; `seconds` or `milliseconds` where numbers count them since 1970."""

    order: str = ""
    zone: str = ""
    epoch: str = ""

    def __post_init__(self) -> None:
        """Hold that all three are known.

        Raises:
            ValueError: one is not.
        """
        if self.order not in ("", *ORDERS) or self.epoch not in ("", *EPOCHS) or (self.zone and not is_zone(self.zone)):
            raise ValueError(f"no way to read dates: {(self.order, self.zone, self.epoch)}")


UNASKED = Rule()  # nothing is asked for: what the cells show decides


@dataclass(frozen=True)
class Evidence:
    """What the cells of a column show together; of two parts of a column, or of two columns, it is joined by `|`.

    `orders` are those that read every text whose order is open; `unread` is a text that no order reads.
    """

    orders: frozenset[str] = frozenset(ORDERS)
    open: str | None = None  # a text of a four-digit year whose order is open
    short: str | None = None  # one of a two-digit year
    slashes: bool = False  # whether one stands between slashes
    two_digits: bool = False
    timed: bool = False
    local: bool = False  # a time of day without an offset
    placed: bool = False  # one with an offset or a zone
    compact: bool = False
    unread: str | None = None

    def __or__(self, other: Evidence) -> Evidence:
        flags = {name: getattr(self, name) or getattr(other, name) for name in vars(self) if name != "orders"}
        return Evidence(self.orders & other.orders, **flags)


def readings(parsed: Parsed) -> list[np.ndarray]:
    """Which texts are dates, for each of the orders. Shapes: (rows,) bool each."""
    if not ((parsed.layout == OPEN) | (parsed.layout == SHORT)).any():
        return [days(parsed, "")[1]] * len(ORDERS)
    return [days(parsed, order)[1] for order in ORDERS]


def evidence_of(texts: np.ndarray, parsed: Parsed) -> Evidence:
    """What texts show. Shapes: (rows,) of type object."""
    read = readings(parsed)
    some = read[0] | read[1] | read[2]
    is_open, is_short = (parsed.layout == OPEN) & some, (parsed.layout == SHORT) & some
    turned = is_open | is_short
    orders = frozenset(o for o, good in zip(ORDERS, read, strict=True) if good[turned].all())
    if is_short.any() and (parsed.separator[is_short] != ord("-")).any():
        orders &= _WITHOUT_YEAR_FIRST  # between slashes and dots the year stands last
    placed = (parsed.has_offset | (parsed.zone >= 0)) & some
    return Evidence(
        orders,
        _first(texts, is_open),
        _first(texts, is_short),
        bool((parsed.separator[turned] == ord("/")).any()),
        bool((parsed.short & some).any()),
        bool((parsed.timed & some).any()),
        bool((parsed.timed & ~placed & some).any()),
        bool(placed.any()),
        bool(((parsed.layout == COMPACT) & some).any()),
        _first(texts, ~some),
    )


@dataclass(frozen=True)
class Said:
    """Something that was decided: what is said of the column, and the option or the words that decide otherwise."""

    rule: str
    option: str = ""
    cure: str = ""


@dataclass(frozen=True)
class Decision:
    """How a column is read, and what is said of it; `trouble` is why no rule reads it without a guess."""

    rule: Rule
    said: tuple[Said, ...] = field(default=())
    trouble: str = ""
    options: tuple[str, ...] = ()

    def surely(self) -> Decision:
        """The same; in trouble where an order of day and month was taken that no cell tells.

        It is for what goes by time: with a wrong order the future would stand before the past.
        """
        taken = next((one for one in self.said if one.option.startswith("order")), None)
        if taken is None:
            return self
        rule = taken.rule.removeprefix("is read as ").replace("; no cell tells it from ", " or ", 1)
        rule = f"it may be {rule.replace(', e.g. ', ': no cell tells it, e.g. ', 1)}"
        return replace(self, trouble=rule, options=(f"order: {self.rule.order}", taken.option))

    def notices(self, column: str, write: Callable[[str], str]) -> list[Notice]:
        """What the person is told; `write` gives the edit that says an option, such as `order: day`, of the column."""
        return [
            Notice(f"{column!r} {one.rule}", (column,), write(one.option) if one.option else one.cure or None)
            for one in self.said
        ]

    def cure(self, write: Callable[[str], str]) -> str:
        """The edit that ends the trouble: one for each way to read the dates that is possible."""
        edits = [write(option) for option in self.options]
        return f"say which: {', or '.join(edits)}" if edits else "write dates as 2024-12-31 or 2024-12-31 23:59:00"


def decide(found: Evidence, asked: Rule = UNASKED) -> Decision:
    """How a column is read: as it is asked for, else as all of its cells show."""
    rule = replace(asked, zone=asked.zone if found.timed else "")  # a whole day is that day in every place
    said: list[Said] = []
    if (found.open or found.short) and not rule.order:
        example = found.short or found.open
        if not found.orders:
            trouble = f"no one order of day, month and year reads every cell, e.g. {example!r}"
            return Decision(rule, trouble=trouble)
        if len(found.orders) > 1 and found.short:
            forms = " or ".join(_FORMS[order] for order in ORDERS if order in found.orders)
            trouble = f"two-digit years leave the order open: {example!r} may be {forms}"
            likely = sorted(found.orders, key=["year", "day", "month"].index)
            return Decision(rule, trouble=trouble, options=tuple(f"order: {order}" for order in likely))
        usual = "month" if found.slashes else "day"
        order = usual if usual in found.orders else next(iter(found.orders))
        rule = replace(rule, order=order)
        if len(found.orders - {"year"}) > 1:
            other = "day" if order == "month" else "month"
            rest = f"is read as {_FORMS[order]}; no cell tells it from {_FORMS[other]}, e.g. {example!r}"
            said.append(Said(rest, f"order: {other}"))
        else:
            said.append(Said(f"is read as {_FORMS[order]}"))
    if found.two_digits:
        said.append(Said(f"has {TWO_DIGITS}", cure=FOUR_DIGITS))
    if found.placed:
        said.append(Said("has times with an offset or a zone: they are read as those of UTC"))
        if found.local and not rule.zone:
            said.append(Said("has times without an offset too: they are taken for UTC", "zone: Europe/Madrid"))
    return Decision(rule, tuple(said))


def _first(texts: np.ndarray, rows: np.ndarray) -> str | None:
    return (str(texts[int(rows.argmax())])[:60] or "an empty text") if rows.any() else None
