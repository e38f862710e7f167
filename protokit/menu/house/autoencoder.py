"""The default network for clusters of rows, and for inputs that are given back."""

from __future__ import annotations

from collections.abc import Sequence

from protokit.core.values.signature import Signature
from protokit.menu.house.tabular import hidden_layers
from protokit.menu.house_menu import EMBEDDING, HOUSE_MENUS, HouseMenu
from protokit.menu.items import Plain

_MOST = 10  # numbers in the middle
_HIDDEN = 256


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

    @classmethod
    def layers_for(cls, signature: Signature) -> Sequence[Plain]:
        """Where the inputs themselves are given back: half as many numbers as columns in the middle, and a decoder."""
        parts = signature.targets[0].parts if signature.targets else ()
        if not parts:
            return cls.layers
        code: Plain = {"Dense": max(1, min(_MOST, len(parts) // 2)), "name": "code"}
        return [hidden_layers(0.0), code, {"Dense": {"units": _HIDDEN, "activation": "relu"}}]
