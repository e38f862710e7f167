"""The default network for clusters of rows."""

from __future__ import annotations

from protokit.menu.house.tabular import hidden_layers
from protokit.menu.house_menu import EMBEDDING, HOUSE_MENUS, HouseMenu


@HOUSE_MENUS.add
class Autoencoder(HouseMenu):
    """How it was chosen: docs/decisions/clusters.md."""

    name = "autoencoder"
    about = "down to ten numbers and back, the inputs beside the hidden layers: the default for clusters"
    example = "menu: autoencoder"
    layers = (hidden_layers(0.2), EMBEDDING)
    default = True
    clusters = True
    rank = 5
