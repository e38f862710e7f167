"""Writes the sales of three cafés as each keeps them: a CSV file, a SQLite database, a page with a table.

What is drawn: a cup's worth of laws that all three share (warm days sell less coffee, weekends more), and a level of
each café's own. The park is new, and has few days.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

import numpy as np
import pandas as pd

HERE = Path(__file__).parent
CAFES = {"harbour": (220, 180.0), "station": (200, 260.0), "park": (70, 120.0)}


def sales(cafe: str) -> pd.DataFrame:
    """The days of a café: what was known in the morning, and the cups that were sold."""
    days, level = CAFES[cafe]
    draw = np.random.default_rng(list(CAFES).index(cafe))
    warmth = np.round(draw.normal(14, 7, days), 1)
    weekday = draw.integers(0, 7, days)
    rain = draw.random(days) < 0.3
    cups = level * np.exp(-0.02 * (warmth - 14) + 0.25 * (weekday > 4) - 0.15 * rain + 0.08 * draw.normal(size=days))
    names = np.array(["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"])[weekday]
    return pd.DataFrame(
        {"warmth": warmth, "weekday": names, "rain": np.where(rain, "yes", "no"), "cups": cups.round(0)}
    )


def main() -> None:
    """Write the three."""
    sales("harbour").to_csv(HERE / "harbour.csv", index=False)
    (HERE / "station.sqlite").unlink(missing_ok=True)
    with sqlite3.connect(HERE / "station.sqlite") as database:
        sales("station").to_sql("days", database, index=False)
    database.close()
    page = sales("park").to_html(index=False, border=0)
    (HERE / "park.html").write_text(f"<!doctype html><title>Park café</title>\n{page}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
