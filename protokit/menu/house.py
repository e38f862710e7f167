"""The menus that the house offers by name."""

from __future__ import annotations

from typing import Any

ABOUT = {"tabular": "two hidden layers with dropout, and the inputs beside them: the default for tables"}
MENUS: dict[str, list[Any]] = {
    # Chosen by measurement on public tables: docs/decisions/default-network.md
    "tabular": [
        {
            "branch": {
                "deep": [
                    {"Dense": {"units": 256, "activation": "relu"}},
                    {"Dropout": 0.4},
                    {"Dense": {"units": 256, "activation": "relu"}},
                    {"Dropout": 0.4},
                ],
                "wide": [],
            }
        }
    ],
}
