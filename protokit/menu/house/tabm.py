"""Members in one network, for tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from protokit.core.values.signature import Signature
from protokit.menu.house.tabular import embedded_inputs
from protokit.menu.house_menu import HOUSE_MENUS, HouseMenu
from protokit.menu.items import Plain

MEMBERS, UNITS, DROPOUT = 8, 128, 0.1


def members() -> Plain:
    """Members that share two hidden layers; each also has its inputs beside them, without which diamonds fails."""
    layers: list[Plain] = [{"Dense": {"units": UNITS, "activation": "relu"}}, {"Dropout": DROPOUT}]
    return {"ensemble": {"members": MEMBERS, "layers": [{"branch": {"deep": layers * 2, "wide": []}}]}}


@HOUSE_MENUS.add
class Tabm(HouseMenu):
    """Source: Gorishniy et al., TabM: Advancing Tabular Deep Learning with Parameter-Efficient Ensembling, 2024."""

    name = "tabm"
    about = "eight members in one network, averaged: slower than tabular, and most often better"
    example = "menu: tabm"
    layers = (members(),)
    learn: ClassVar[Mapping[str, Plain]] = {"optimizer": {"AdamW": {"learning_rate": 2e-3, "weight_decay": 1e-2}}}
    rank = 1

    @classmethod
    def layers_for(cls, signature: Signature) -> Sequence[Plain]:
        """See HouseMenu."""
        start = embedded_inputs(signature)
        return (*([start] if start else []), members())
