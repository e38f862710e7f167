"""Texts as parts of dates, as far as the text itself says them, and as moments once the order is decided."""

from __future__ import annotations

from dataclasses import dataclass
from re import Match

import numpy as np

from protokit.cells.times.forms import MONTHS, Layout, layout_of
from protokit.cells.times.shapes import Shape, shapes
from protokit.cells.times.zones import MOST, in_utc, is_zone

DAY, HOUR, MINUTE, SECOND = 86_400 * 10**6, 3600 * 10**6, 60 * 10**6, 10**6  # microseconds
_LAYOUTS: dict[Layout, int] = {"fixed": 1, "open": 2, "short": 3, "compact": 4}
FIXED, OPEN, SHORT, COMPACT = 1, 2, 3, 4
_PIVOT = 69  # as in POSIX: 69 to 99 are of the last century, 00 to 68 of this one


@dataclass(frozen=True)
class Parsed:
    """What texts say of dates.

    Shapes:
        layout: (rows,) 0 of no date; whether the order of `parts` is fixed, or which order is open.
        parts: (rows, 3) year, month, day where the order is fixed; else as they stand in the text.
        clock: (rows,) microseconds since midnight; -1 where the text has no time of day.
        offset: (rows,) microseconds that the clock is ahead of UTC; `has_offset` where the text says it.
        zone: (rows,) the place of the zone in `zones`; -1 where the text has none.
        short: (rows,) where the year has two digits.
        separator: (rows,) the letter between the parts, where their order is open.
    """

    layout: np.ndarray
    parts: np.ndarray
    clock: np.ndarray
    offset: np.ndarray
    has_offset: np.ndarray
    zone: np.ndarray
    short: np.ndarray
    separator: np.ndarray
    zones: tuple[str, ...]

    @property
    def timed(self) -> np.ndarray:
        """Where a text has a time of day."""
        found: np.ndarray = self.clock >= 0
        return found


def parse(texts: np.ndarray) -> Parsed:
    """Read what each text says. Shapes: (rows,) texts of type object, without blanks around."""
    count = len(texts)
    found = Parsed(
        np.zeros(count, np.int8),
        np.zeros((count, 3), np.int64),
        np.full(count, -1, np.int64),
        np.zeros(count, np.int64),
        np.zeros(count, bool),
        np.full(count, -1, np.int64),
        np.zeros(count, bool),
        np.zeros(count, np.int8),
        (),
    )
    zones: dict[str, int] = {}
    for shape in shapes(texts):
        if (form := layout_of(shape.text)) is not None:
            _fill(found, shape, *form, zones)
    return Parsed(**{**vars(found), "zones": tuple(zones)})


def _fill(found: Parsed, shape: Shape, layout: Layout, match: Match[str], zones: dict[str, int]) -> None:
    said, rows = {name: value for name, value in match.groupdict().items() if value is not None}, shape.rows

    def number(name: str) -> np.ndarray:
        return shape.number(*match.span(name))

    if "zone" in said:
        if not is_zone(said["zone"]):
            return
        found.zone[rows] = zones.setdefault(said["zone"], len(zones))
    good = np.ones(len(rows), bool)
    parts = [np.ones(len(rows), np.int64)] * 3
    if layout in ("open", "short"):
        parts = [number("a"), number("b"), number("Y" if layout == "open" else "c")]
        found.separator[rows] = ord(said["s"])
        found.short[rows] = layout == "short"
    else:
        parts[0] = number("Y") if "Y" in said else _century(number("y"))
        found.short[rows] = "y" in said
        if "M" in said:
            parts[1] = parts[1] * (MONTHS.index(said["M"][:3].lower()) + 1)
        elif "Q" in said:
            quarter = number("Q")
            good &= (quarter >= 1) & (quarter <= 4)
            parts[1] = 3 * quarter - 2
        else:
            parts[1] = number("m")
        parts[2] = number("d") if "d" in said else parts[2]
    found.parts[rows] = np.stack(parts, axis=1)
    if "H" in said or "h" in said:
        clock, possible = _clock(said, match, shape)
        found.clock[rows] = clock
        good &= possible
    if "oh" in said:
        hours, minutes = number("oh"), number("om") if "om" in said else 0
        seconds = number("os") if "os" in said else 0
        offset = hours * HOUR + minutes * MINUTE + seconds * SECOND
        good &= (hours < 24) & (np.asarray(minutes) < 60)
        found.offset[rows] = -offset if said["o"] == "-" else offset
    found.has_offset[rows] = "oh" in said or "z" in said
    found.layout[rows] = np.where(good, _LAYOUTS[layout], 0)


def _clock(said: dict[str, str], match: Match[str], shape: Shape) -> tuple[np.ndarray, np.ndarray]:
    """Microseconds since midnight, and where that is a time of day. 24:00 is the end of its day."""
    hours = shape.number(*match.span("H" if "H" in said else "h"))
    minutes = shape.number(*match.span("N")) if "N" in said else np.zeros_like(hours)
    seconds = shape.number(*match.span("S")) if "S" in said else np.zeros_like(hours)
    micro = np.zeros_like(hours)
    if "f" in said:
        start, end = match.span("f")
        digits = min(end - start, 6)  # what is finer than a microsecond is cut
        micro = shape.number(start, start + digits) * 10 ** (6 - digits)
    good = (minutes < 60) & (seconds < 60)
    if half := said.get("p") or said.get("q"):
        good &= (hours >= 1) & (hours <= 12)
        hours = hours % 12 + (12 if half.lower() == "p" else 0)
    clock = hours * HOUR + minutes * MINUTE + seconds * SECOND + micro
    return clock, good & (clock <= DAY)


def _century(years: np.ndarray) -> np.ndarray:
    found: np.ndarray = years + np.where(years < _PIVOT, 2000, 1900)
    return found


def days(parsed: Parsed, order: str) -> tuple[np.ndarray, np.ndarray]:
    """The days of texts, and where they are days of the years 1 to 9999, if open orders are `order`.

    Shapes: (rows,) int64 days since 1970, (rows,) bool.
    """
    first, second, third = parsed.parts.T
    year, month, day = first, second, third
    layout = parsed.layout
    is_open, is_short = layout == OPEN, layout == SHORT
    good = layout > 0
    if is_open.any() or is_short.any():
        turned = is_open | is_short
        if order == "year":
            good = good & ~is_open
            year = np.where(is_short, _century(first), year)
        else:
            year = np.where(turned, np.where(is_short, _century(third), third), year)
            month = np.where(turned, first if order == "month" else second, month)
            day = np.where(turned, second if order == "month" else first, day)
        good = good if order else good & ~turned
    good = good & (year >= 1) & (month >= 1) & (month <= 12) & (day >= 1) & (day <= 31)
    months = np.where(good, (year - 1970) * 12 + month - 1, 0).astype("datetime64[M]")
    at = months.astype("datetime64[D]").astype(np.int64) + np.where(good, day - 1, 0)
    good = good & (at.astype("datetime64[D]").astype("datetime64[M]") == months)
    return at, good


@dataclass(frozen=True)
class Moments:
    """Texts as moments.

    Shapes: (rows,). `values` are microseconds since 1970, `good` is where they are known; `twice` and `never` are
    where a clock was put back or forward over a local time.
    """

    values: np.ndarray
    good: np.ndarray
    twice: np.ndarray
    never: np.ndarray


def moments(parsed: Parsed, order: str, zone: str) -> Moments:
    """The moments of texts, in UTC where the text, or `zone`, says a place or an offset."""
    at, good = days(parsed, order)
    values = np.where(good, at * DAY + np.maximum(parsed.clock, 0), 0)
    twice, never = np.zeros(len(values), bool), np.zeros(len(values), bool)
    values = np.where(parsed.has_offset, values - parsed.offset, values)
    local = ~parsed.has_offset & good
    named = [(name, local & (parsed.zone == i)) for i, name in enumerate(parsed.zones)]
    if zone:
        named.append((zone, local & (parsed.zone < 0)))
    for name, rows in named:
        if rows.any():
            values[rows], twice[rows], never[rows] = in_utc(values[rows], name)
    return Moments(np.clip(values, -MOST[0], MOST[1]), good, twice, never)
