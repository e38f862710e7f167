"""Values as JSON gives them back. A number that is not finite is null there: None."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, NotRequired, TypeAlias, TypedDict

Plain: TypeAlias = float | int | str
Severity = Literal["fatal", "warning", "note"]


class PlainFinding(TypedDict):
    """A finding of the audit."""

    check: str
    severity: Severity
    columns: list[str]
    rule: str
    evidence: NotRequired[Mapping[str, Plain]]
    edit: NotRequired[str]


class PlainNotice(TypedDict):
    """Something that was decided for the person."""

    rule: str
    columns: Sequence[str]
    cure: str | None
    advised: NotRequired[bool]


class PlainStep(TypedDict):
    """The rows that went into a step and came out."""

    name: str
    rows_in: int
    rows_out: int
    detail: str
    dropped: Mapping[str, int]


class PlainInterval(TypedDict):
    """A score with the bounds of its 95% interval."""

    value: float | None
    low: float | None
    high: float | None


class PlainLayer(TypedDict):
    """What is kept of a layer that the doctor looked at."""

    layer: str
    kind: str
    gradient: float | None
    dead: float | None
    saturated: float | None


class PlainDiagnosis(TypedDict):
    """What the doctor found wrong in a training."""

    check: str
    severity: str
    rule: str
    evidence: NotRequired[Mapping[str, Plain]]
    edit: NotRequired[str]
    diff: NotRequired[str]
    advice: NotRequired[str]
    change: NotRequired[Mapping[str, object]]
