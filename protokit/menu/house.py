"""The menus that the house offers by name."""

from __future__ import annotations

from typing import Any

ABOUT = {"tabular": "two hidden layers with dropout: the default for tables"}
MENUS: dict[str, list[Any]] = {
    # Chosen by measurement on fifteen public tables: docs/decisions/default-network.md
    "tabular": [
        {"Dense": {"units": 256, "activation": "relu"}},
        {"Dropout": 0.4},
        {"Dense": {"units": 256, "activation": "relu"}},
        {"Dropout": 0.4},
    ],
}
