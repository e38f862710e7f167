"""How good a model is: scores with their intervals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from protokit.core.plain import PlainInterval


@dataclass(frozen=True)
class Interval:
    """A score with the bounds that hold it in 95 of 100 resamplings of the test rows."""

    value: float
    low: float
    high: float

    def as_plain(self) -> PlainInterval:
        """The interval as JSON takes it."""
        return {"value": self.value, "low": self.low, "high": self.high}


@dataclass(frozen=True)
class Score:
    """One metric of one target for the network and for each baseline, and whether more is better (None: neither).

    `positive` names the class of two that the metric is of, where it is of one.
    """

    target: str
    metric: str
    greater_is_better: bool | None
    network: Interval
    baselines: Mapping[str, Interval]
    positive: str | None = None
