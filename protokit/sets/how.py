"""How an experiment on several sets is done, beside what its recipe says."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class How:
    """Whether an earlier one goes on, whether prepared data is kept, and which workers train the sets' own networks."""

    resume: bool = False
    cache: bool = True
    workers: int | str = 1
