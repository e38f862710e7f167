"""The default network for images."""

from __future__ import annotations

from protokit.menu.house_menu import HOUSE_MENUS, HouseMenu
from protokit.menu.items import Plain


def _block(filters: int, dropout: float) -> list[Plain]:
    return [
        {"Conv2D": {"filters": filters, "kernel_size": 3, "padding": "same", "use_bias": False}},
        {"BatchNormalization": {"momentum": 0.9}},  # so that few steps are enough for what is remembered of the batches
        {"Activation": "relu"},
        {"MaxPooling2D": {"pool_size": 2, "padding": "same"}},
        {"Dropout": dropout},
    ]


@HOUSE_MENUS.add
class ImageSmall(HouseMenu):
    """Each block of two by two pixels becomes one, three times over, before the layers of numbers."""

    name = "image_small"
    about = "three blocks of convolutions: the default for images"
    example = "menu: image_small"
    layers = (
        *_block(32, 0.1),
        *_block(64, 0.2),
        *_block(128, 0.3),
        "Flatten",
        {"Dense": {"units": 128, "activation": "relu"}},
        {"Dropout": 0.4},
    )
    takes = "image"
    default = True
    rank = 1
