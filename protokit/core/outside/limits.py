"""How large and how long things may become that a recipe, a model or data says: each limit has a name, and a cure.

None is there to hinder honest work. Whoever needs more says so for a while: `with protokit.limits(member="1GiB"):`, or
`protokit --limit member=1GiB ...`. See docs/security.md.
"""

from __future__ import annotations

import math
import re
import shlex
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, fields, replace

from protokit.core.errors import SpecError
from protokit.core.outside import access
from protokit.core.suggest import did_you_mean

_UNITS = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9, "t": 10**12, "ki": 2**10, "mi": 2**20, "gi": 2**30, "ti": 2**40}
_WRITTEN = re.compile(r"(\d+(?:\.\d+)?)\s*([kmgt]?i?)b?", re.IGNORECASE)


def _limit(most: int, about: str, unit: str = "") -> int:
    return field(default=most, metadata={"about": about, "unit": unit})  # type: ignore[return-value]


@dataclass(frozen=True)
class Limits:
    """The limits that hold now. The `unit` of sizes is bytes."""

    member: int = _limit(2**29, "a file of a model beside its weights", "bytes")
    weights: int = _limit(2**32, "the weights of a model", "bytes")
    layers: int = _limit(20_000, "layers of a network")
    row: int = _limit(2**28, "numbers that a layer makes of one row")


_NOW: ContextVar[Limits] = ContextVar("protokit_limits", default=Limits())  # noqa: B039  it is frozen


def now() -> Limits:
    """Those that hold."""
    return _NOW.get()


@contextmanager
def limits(**most: int | str) -> Iterator[Limits]:
    """Raise or lower limits for what is done inside, by their names; sizes are numbers or such as `"2GiB"`.

    >>> with protokit.limits(layers=50_000, member="1GiB") as held:
    ...     held.layers, held.member
    (50000, 1073741824)

    Raises:
        SpecError: there is no such limit, or a value is none.
    """
    token = _NOW.set(_with(most))
    try:
        yield now()
    finally:
        _NOW.reset(token)


def typed(written: list[str]) -> None:
    """Set limits for all of this process, each as `NAME=VALUE`.

    Raises:
        SpecError: one is not so written, there is no such limit, or a value is none.
    """
    pairs: dict[str, int | str] = {}
    for one in written:
        name, mark, value = one.partition("=")
        if not mark:
            raise SpecError.one(f"a limit is written NAME=VALUE, not {one!r}", "write --limit layers=50000")
        pairs[name.strip()] = value.strip()
    _NOW.set(_with(pairs))


def hold(name: str, value: float, what: str = "") -> None:
    """Hold that something is within a limit. `what` says of what it is, where the limit's own words do not do.

    Raises:
        SpecError: it is beyond.
    """
    if (found := beyond(name, value, what)) is not None:
        raise SpecError.one(*found)


def beyond(name: str, value: float, what: str = "") -> tuple[str, str] | None:
    """The rule that a value breaks, and its cure; None where it is within the limit."""
    most = getattr(now(), name)
    if value <= most:
        return None
    about = next(one.metadata for one in fields(Limits) if one.name == name)
    unit = f" {about['unit']}" if about["unit"] else ""
    shown = f"{value:,.0f}" if value < 10**15 else f"{value:.1e}" if math.isfinite(value) else "without end"
    rule = f"{what or about['about']}: {shown}{unit}, and at most {most:,}{unit} are taken"
    wanted = f"{value:.0f}" if value < 10**15 else "N"
    if command := access.command():
        return rule, "if it is meant: " + shlex.join(["protokit", "--limit", f"{name}={wanted}", *command])
    return rule, f"if it is meant: with protokit.limits({name}={wanted})"


def _with(most: Mapping[str, int | str]) -> Limits:
    names = [one.name for one in fields(Limits)]
    for name in most:
        if name not in names:
            raise SpecError.one(f"there is no limit {name!r}", did_you_mean(name, names))
    return replace(now(), **{name: _number(name, value) for name, value in most.items()})


def _number(name: str, value: object) -> int:
    if isinstance(value, str) and (found := _WRITTEN.fullmatch(value.strip())):
        return round(float(found[1]) * _UNITS[found[2].lower()])
    if isinstance(value, int) and not isinstance(value, bool) and value > 0:
        return value
    raise SpecError.one(f"the limit {name} is a number above 0, not {value!r}", f"write {name}=1000, or such as 2GiB")
