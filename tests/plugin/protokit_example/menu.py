"""A house menu: a network that normalizes itself."""

from __future__ import annotations

from protokit.menu.house_menu import HOUSE_MENUS, HouseMenu


@HOUSE_MENUS.add
class SelfNormalizing(HouseMenu):
    """Source: Klambauer et al., Self-Normalizing Neural Networks, 2017."""

    name = "self_normalizing"
    about = "three layers of selu units, which keep their mean and variance from layer to layer, for tables"
    example = "menu: self_normalizing"
    layers = (
        {
            "repeat": {
                "times": 3,
                "layers": [
                    {"Dense": {"units": 32, "activation": "selu", "kernel_initializer": "lecun_normal"}},
                    {"AlphaDropout": 0.05},
                ],
            }
        },
    )
