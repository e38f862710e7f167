"""How dates are written: the one list of what is read as a date. A digit stands as 0, as in a `Shape`."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal

Layout = Literal["fixed", "open", "short", "compact"]

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = (
    r"(?P<M>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
_WEEKDAY = r"(?:(?P<w>(?:mon|tue|tues|wed|wednes|thu|thur|thurs|fri|sat|satur|sun)(?:day)?)\.?,? )?"
_YEAR, _SHORT, _DAY = r"(?P<Y>0000)", r"(?P<y>00)", r"(?P<d>0{1,2})(?:st|nd|rd|th)?"
_GAP = r"(?:, ?| ?[-./ ])"
_CLOCK = r"(?P<H>0{1,2}):(?P<N>00)(?::(?P<S>00)(?:[.,](?P<f>0+))?)?(?: ?(?P<p>[ap])\.?m\b\.?)?"
_TIME = rf"(?:(?:t|,? | at ){_CLOCK}|,? (?P<h>0{{1,2}}) ?(?P<q>[ap])\.?m\b\.?)"
_BASIC = r"t(?P<H>00):?(?P<N>00)(?::?(?P<S>00)(?:[.,](?P<f>0+))?)?"
_OFFSET = r" ?(?:(?P<u>z|utc|gmt)?(?P<o>[+-])(?P<oh>00)(?::?(?P<om>00)(?::?(?P<os>00))?)?|(?P<z>z|utc|gmt))"
_ZONE = r" ?\[?(?P<zone>[a-z_]+(?:/[a-z_-]+)+)\]?"
_END = rf"(?:{_TIME}(?:{_OFFSET})?(?:{_ZONE})?)?"

# the first that fits a shape says where its parts are; a date without a year is none
_DATES: tuple[tuple[Layout, str], ...] = (
    ("fixed", rf"{_YEAR}(?P<s>[-/.])(?P<m>0{{1,2}})(?P=s)(?P<d>0{{1,2}}){_END}"),
    ("fixed", rf"{_YEAR}-(?P<m>00)-(?P<d>00){_BASIC}(?:{_OFFSET})?"),
    ("fixed", rf"{_YEAR}(?P<m>00)(?P<d>00){_BASIC}(?:{_OFFSET})?"),
    ("open", rf"{_WEEKDAY}(?P<a>0{{1,2}})(?P<s>[-/.])(?P<b>0{{1,2}})(?P=s){_YEAR}{_END}"),
    ("short", rf"(?P<a>0{{1,2}})(?P<s>[-/])(?P<b>0{{1,2}})(?P=s)(?P<c>00){_END}"),
    ("short", rf"(?P<a>00)(?P<s>\.)(?P<b>00)\.(?P<c>00){_END}"),  # 1.2.10 is a version
    ("fixed", rf"{_WEEKDAY}{_DAY}(?: of)?{_GAP}?{_MONTH}{_GAP}?(?:{_YEAR}|{_SHORT}){_END}"),
    ("fixed", rf"{_WEEKDAY}{_MONTH}{_GAP}{_DAY}{_GAP}(?:{_YEAR}|{_SHORT}){_END}"),
    ("fixed", rf"{_YEAR}{_GAP}{_MONTH}{_GAP}(?P<d>0{{1,2}}){_END}"),
    ("fixed", rf"{_YEAR}[-/](?P<m>0{{1,2}})"),
    ("fixed", rf"(?P<m>0{{1,2}})/{_YEAR}"),
    ("fixed", rf"{_MONTH}{_GAP}(?:of )?{_YEAR}"),
    ("fixed", rf"{_MONTH}-{_SHORT}"),
    ("fixed", rf"{_YEAR}{_GAP}{_MONTH}"),
    ("fixed", rf"{_YEAR}[ -]?q(?P<Q>0)"),
    ("fixed", rf"q(?P<Q>0)[-/ ]?{_YEAR}"),
    ("compact", rf"{_YEAR}(?P<m>00)(?P<d>00)(?:(?P<H>00)(?P<N>00)(?P<S>00))?"),
)
UTC = "%Y-%m-%dT%H:%M:%SZ"
_FORMS = tuple((layout, re.compile(pattern, re.IGNORECASE)) for layout, pattern in _DATES)
_PARTS = {
    "Y": "%Y", "y": "%y", "c": "%y", "m": "%m", "d": "%d", "H": "%H", "N": "%M", "S": "%S", "f": "%f", "Q": "%q",
    "h": "%I", "p": "%p", "q": "%p",
}  # fmt: skip


@lru_cache(4096)
def layout_of(shape: str) -> tuple[Layout, re.Match[str]] | None:
    """How the order of day, month and year is known of a shape, and where its parts are; None of no date."""
    for layout, pattern in _FORMS:
        if match := pattern.fullmatch(shape):
            return layout, match
    return None


def form_of(text: str, order: str) -> str:
    """The format of strftime that writes dates as a text is written, `%q` for a quarter; ISO where none does.

    ISO of UTC where the text has an offset.

    >>> form_of("2024-03-01", ""), form_of("3/1/2024 02:00 PM", "month"), form_of("2024 Q3", "")
    ('%Y-%m-%d', '%m/%d/%Y %I:%M %p', '%Y Q%q')
    """
    found = layout_of(re.sub(r"[0-9]", "0", text))
    if found is None:
        return "ISO8601"
    if found[1].groupdict().get("zone") or found[1].groupdict().get("o"):
        return UTC
    parts = {**_PARTS, **({"a": "%d", "b": "%m"} if order == "day" else {"a": "%m", "b": "%d"})}
    if order == "year":
        parts |= {"a": "%y", "b": "%m", "c": "%d"}
    spans = {found[1].span(name): name for name, value in found[1].groupdict().items() if value is not None}
    form, at = "", 0
    for (start, end), name in sorted(spans.items()):
        if name in "Mw":
            part = {"M": ("%b", "%B"), "w": ("%a", "%A")}[name][end - start > 3]
        elif name in parts:
            part = "%I" if name == "H" and "p" in spans.values() else parts[name]
        else:
            continue
        form, at = form + text[at:start] + part, end
        if name in "pq":
            at = at + 1  # the m of am
    form += text[at:]
    return "ISO8601" if re.search(r"(?<!%)[a-z]", form) else form
