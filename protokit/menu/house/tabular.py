"""The default network for tables."""

from __future__ import annotations

from protokit.menu.house_menu import HOUSE_MENUS, HouseMenu
from protokit.menu.items import Plain


def hidden_layers(dropout: float) -> Plain:
    """Two hidden layers, and the inputs beside what they make."""
    layers: list[Plain] = [{"Dense": {"units": 256, "activation": "relu"}}, {"Dropout": dropout}]
    return {"branch": {"deep": layers * 2, "wide": []}}


@HOUSE_MENUS.add
class Tabular(HouseMenu):
    """Chosen by measurement on public tables: docs/decisions/default-network.md."""

    name = "tabular"
    about = "two hidden layers with dropout, and the inputs beside them: the default for tables"
    example = "menu: tabular"
    layers = (hidden_layers(0.4),)
    default = True
