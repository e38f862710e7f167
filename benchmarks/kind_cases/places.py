"""A place as one column: California's houses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from kind_cases.case import Case, Given, Scores, add, scored

_PLACE = {"home": {"place": {"latitude": "latitude", "longitude": "longitude"}}}
COLUMNS: dict[str, dict[str, Any]] = {
    "two numbers": {},
    "place": _PLACE,
    "place, and two numbers": {**_PLACE, "latitude": "number", "longitude": "number"},
}


def measured(given: Given, seed: int) -> Scores:
    """The same rows and networks, by what is said of the two columns."""
    frame = pd.read_csv(given.data / "california_housing.csv")
    found: Scores = {}
    for name, columns in COLUMNS.items():
        represent = {"target": "median_house_value", "columns": columns}
        found[name] = {"root_mean_squared_error": scored(frame, represent, "root_mean_squared_error", seed)["network"]}
    return found


def shown(found: Mapping[str, Mapping[str, float]]) -> list[tuple[str, bool]]:
    """What is claimed of the error."""
    place, two = (found[name]["root_mean_squared_error"] for name in ("place", "two numbers"))
    return [(f"error with `place` {place:,.0f} dollars, with two numbers {two:,.0f} (not worse)", place <= two)]


add(Case("place_california", "Prices of California's houses, in dollars: `place` of two columns", measured, shown))
