"""Makes sales.csv: three years of daily sales of four shops that never were.

Each shop has a level, a trend, a week and a year of its own; promotions, planned ahead, lift the sales of a day by two
thirds, less where it is a Sunday. python recipes/data/sales.py
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

SHOPS = {"harbour": 320.0, "market": 180.0, "station": 540.0, "university": 90.0}


def sales(seed: int = 5) -> pd.DataFrame:
    """One row for each shop and day."""
    rng = np.random.default_rng(seed)
    days = pd.date_range("2022-01-01", "2024-12-31")
    shops = []
    for shop, level in SHOPS.items():
        week = 1 + 0.25 * rng.normal(size=7)
        year = 1 + 0.15 * np.sin(2 * np.pi * (days.day_of_year / 365.25 - rng.random()))
        growth = 1 + rng.normal(0, 0.1) * np.arange(len(days)) / 365
        promotion = np.repeat(rng.random(len(days) // 3 + 1) < 0.12, 3)[: len(days)]
        lift = 1 + promotion * np.where(days.day_of_week == 6, 0.2, 0.67)
        mean = level * week[days.day_of_week] * year * growth * lift
        amount = mean * np.exp(rng.normal(0, 0.06, len(days)))
        planned = np.where(promotion, "yes", "no")
        shops.append(pd.DataFrame({"date": days, "shop": shop, "promotion": planned, "sales": amount.round(1)}))
    return pd.concat(shops, ignore_index=True)


if __name__ == "__main__":
    sales().to_csv(Path(__file__).with_suffix(".csv"), index=False, date_format="%Y-%m-%d", lineterminator="\n")
