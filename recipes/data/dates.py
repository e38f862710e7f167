"""Makes dates.csv: days as people write them, in one of three ways, and as computers do.

python recipes/data/dates.py
"""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np

MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip


def dates(seed: int = 0, count: int = 1500) -> list[tuple[str, str]]:
    """One row for each day."""
    rng = np.random.default_rng(seed)
    made = []
    for _ in range(count):
        day, month, year = (int(rng.integers(*ends)) for ends in ((1, 29), (1, 13), (1980, 2030)))
        name = MONTHS[month - 1]
        ways = (f"{day} {name} {year}", f"{name[:3]} {day}, {year}", f"{day:02}.{month:02}.{year}")
        made.append((str(rng.choice(ways)), f"{year}-{month:02}-{day:02}"))
    return made


if __name__ == "__main__":
    with Path(__file__).with_suffix(".csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([("said", "iso"), *dates()])
