"""Values of dataclasses against the types of their fields."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import pytest

from protokit.core.values.conform import fault_of


@dataclass(frozen=True)
class Inner:
    size: float


@dataclass(frozen=True)
class Outer:
    name: str = "a"
    count: int = 1
    of: tuple[float, ...] = (1.0,)
    pair: tuple[str, int] = ("a", 1)
    said: bool = True
    form: Literal["number", "text"] = "number"
    inner: Inner | None = None
    named: Mapping[str, int] | None = None
    things: object = None


def test_what_fits_has_no_fault() -> None:
    assert fault_of(Outer(of=tuple(map(float, range(40))), inner=Inner(2), named={"a": 1}, things=[1])) is None


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"name": 1}, "name is a text, not 1"),
        ({"count": True}, "count is a whole number, not True"),
        ({"count": 2**63}, "count is a whole number"),
        ({"of": [1.0]}, "of is a list"),
        ({"of": (1.0, float("nan"))}, "of.1 is a finite number, not nan"),
        ({"of": (10**400,)}, "of.0 is a finite number"),
        ({"of": (1.0,) * 40 + ("x",)}, "of.40 is a finite number, not 'x'"),
        ({"of": (1.0,) * 40 + (float("inf"),)}, "of.40 is a finite number, not inf"),
        ({"pair": ("a",)}, "pair is a list of 2"),
        ({"pair": ("a", "b")}, "pair.1 is a whole number"),
        ({"said": 1}, "said is yes or no, not 1"),
        ({"form": "other"}, "form is 'number' or 'text', not 'other'"),
        ({"inner": Inner("x")}, "inner"),  # type: ignore[arg-type]
        ({"named": {"a": "x"}}, "named"),
        ({"named": [1]}, "named"),
        ({"things": float("nan")}, "things is a finite number"),
    ],
)
def test_what_does_not_fit_is_named(given: dict[str, object], said: str) -> None:
    found = fault_of(Outer(**given))  # type: ignore[arg-type]
    assert found is not None and found.startswith(said)
