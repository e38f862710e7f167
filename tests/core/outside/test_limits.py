"""Limits: what is beyond is refused with its cure, and whoever raises one has it for a while."""

from __future__ import annotations

from typing import Any

import pytest

import protokit
from protokit.core.errors import SpecError
from protokit.core.outside import access, limits


def test_within_nothing_is_said() -> None:
    assert limits.beyond("layers", 20_000) is None


def test_the_cure_raises_it() -> None:
    with pytest.raises(SpecError, match=r"layers of a network: 30,000, and at most 20,000"):
        limits.hold("layers", 30_000)
    with protokit.limits(layers=30_000):
        limits.hold("layers", 30_000)
    assert limits.now().layers == 20_000


def test_at_the_prompt_the_cure_is_the_whole_command() -> None:
    with access.typed(("run", "r.yaml")):
        found = limits.beyond("layers", 30_000)
    assert found is not None and found[1] == "if it is meant: protokit --limit layers=30000 run r.yaml"


@pytest.mark.parametrize(
    ("value", "size"), [("2GiB", 2 << 30), ("1.5 kB", 1_500), ("3MB", 3_000_000), ("7", 7), (9, 9), ("1tib", 1 << 40)]
)
def test_sizes_are_written_as_people_do(value: int | str, size: int) -> None:
    with protokit.limits(member=value) as held:
        assert held.member == size


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"layer": 1}, "did you mean 'layers'"),
        *[({"layers": value}, "above 0") for value in (0, -1, True, "x", 1.5)],
    ],
)
def test_what_is_no_limit_is_refused(given: dict[str, Any], said: str) -> None:
    with pytest.raises(SpecError, match=said), protokit.limits(**given):
        pass
