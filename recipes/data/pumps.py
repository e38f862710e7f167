"""Makes pumps.csv: pumps of waterworks that never were, how many days each ran, and whether it failed or still runs.

Hot bearings and hard water wear them out; those that shake fail early where they are old as well; a pump that was put
in late has had less time to fail. python recipes/data/pumps.py
"""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np

MAKERS = {"Alba": 0.0, "Brook": 0.5, "Corin": -0.6, "Dale": 0.1}
FIELDS = ("maker", "bearing_celsius", "vibration", "water_hardness", "age_years", "days", "failed")
WATCHED = 900  # days that the first pump was watched


def pumps(seed: int = 5, count: int = 1200) -> list[tuple[object, ...]]:
    """One row for each pump."""
    rng = np.random.default_rng(seed)
    made: list[tuple[object, ...]] = []
    for _ in range(count):
        maker = str(rng.choice(list(MAKERS)))
        bearing, vibration = rng.normal(62, 9), rng.gamma(3, 1.2)
        hardness, age = rng.uniform(4, 24), int(rng.integers(0, 18))
        risk = MAKERS[maker] + 0.05 * (bearing - 62) + 0.04 * (hardness - 14)
        risk += 2.2 * (vibration > 3.5) * (age > 8) - 0.5
        lasts = 520 * np.exp(-0.7 * risk) * rng.weibull(1.6)
        watched = WATCHED * rng.uniform(0.25, 1)
        days = max(1, int(min(lasts, watched)))
        failed = "yes" if lasts < watched else "no"
        made.append((maker, round(bearing, 1), round(vibration, 2), round(hardness, 1), age, days, failed))
    return made


if __name__ == "__main__":
    with Path(__file__).with_suffix(".csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([FIELDS, *pumps()])
