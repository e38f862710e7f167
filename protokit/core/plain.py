"""Values as JSON gives them back. A number that is not finite is null there: None."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, NotRequired, TypeAlias, TypedDict

Plain: TypeAlias = float | int | str
_DEEPEST = 200  # what lies deeper is left to who reads it
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


def without_numpy(value: Any, depth: int = 0) -> Any:
    """A value of Python with its numbers and arrays of NumPy as Python's own, as a file would have them.

    >>> import numpy as np
    >>> without_numpy({"epochs": np.int64(5), "quantiles": np.array([0.1, 0.9])})
    {'epochs': 5, 'quantiles': [0.1, 0.9]}
    """
    kind = type(value)
    if kind.__module__ == "numpy" and getattr(getattr(value, "dtype", None), "kind", "") in ("b", "i", "u", "f", "U"):
        return value.tolist()
    if depth == _DEEPEST or kind not in (dict, list, tuple):
        return value
    if kind is dict:
        return {key: without_numpy(part, depth + 1) for key, part in value.items()}
    return kind(without_numpy(part, depth + 1) for part in value)
