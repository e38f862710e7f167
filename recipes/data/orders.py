"""Makes orders.jsonl: orders of a shop for clothes that never was, and whether something of each was sent back.

Who orders the same good twice tries on two sizes and sends one back; bargains are kept; what is ordered at night is
regretted; far from the shop's two stores nobody tries on before. python recipes/data/orders.py
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

GOODS = {"socks": -0.6, "shirt": 0.1, "dress": 0.9, "shoes": 0.7, "scarf": -0.4, "jacket": 0.5}
TAGS = {"bargain": -1.6, "gift": 0.9, "returning customer": -0.5, "app": 0.0, "newsletter": 0.0}
STORES = ((59.91, 10.75), (60.39, 5.32))  # Oslo and Bergen


def orders(seed: int = 11, count: int = 1200) -> list[dict[str, Any]]:
    """One record for each order."""
    rng = np.random.default_rng(seed)
    goods, tags, made = list(GOODS), list(TAGS), []
    for _ in range(count):
        basket = [goods[i] for i in rng.integers(0, len(goods), rng.integers(1, 6))]
        held = [tag for tag in tags if rng.random() < 0.25]
        minute = int(rng.normal(20 * 60, 240)) % 1440
        latitude, longitude = rng.uniform(58.2, 63.5), rng.uniform(5, 11.5)
        away = min(np.hypot((latitude - a) * 111, (longitude - b) * 55) for a, b in STORES)
        odds = 0.5 * sum(GOODS[one] for one in basket) + sum(TAGS[tag] for tag in held) - 1.6
        odds += (
            1.6 * (len(set(basket)) < len(basket)) + 1.3 * (minute < 5 * 60 or minute > 23 * 60) + 1.5 * (away > 120)
        )
        made.append(
            {
                "basket": basket,
                "tags": held,
                "at": f"{minute // 60:02}:{minute % 60:02}",
                "to": {"lat": round(latitude, 3), "lon": round(longitude, 3)},
                "sent_back": "yes" if rng.random() < 1 / (1 + np.exp(-1.3 * odds)) else "no",
            }
        )
    return made


if __name__ == "__main__":
    text = "".join(json.dumps(order) + "\n" for order in orders())
    Path(__file__).with_suffix(".jsonl").write_text(text, encoding="utf-8", newline="\n")
