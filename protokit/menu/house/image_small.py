"""The default network for images."""

from __future__ import annotations

from collections.abc import Mapping
from math import prod

from protokit.core.values.signature import Signature
from protokit.menu.house_menu import HOUSE_MENUS, HouseMenu
from protokit.menu.items import Plain

_PIXELS = 470e6  # that a training goes over: ten minutes on two cores
_MANY = 60  # epochs, from which on they are as many as with other networks
_FEWEST = 8


def _block(filters: int, convolutions: int, dropout: float) -> list[Plain]:
    one: list[Plain] = [
        {"Conv2D": {"filters": filters, "kernel_size": 3, "padding": "same", "use_bias": False}},
        {"BatchNormalization": {"momentum": 0.9}},  # so that few steps are enough for what is remembered of the batches
        {"Activation": "relu"},
    ]
    return [*one * convolutions, {"MaxPooling2D": {"pool_size": 2, "padding": "same"}}, {"Dropout": dropout}]


@HOUSE_MENUS.add
class ImageSmall(HouseMenu):
    """Each block of two by two pixels becomes one, three times over, before the layers of numbers.

    How it was chosen: docs/decisions/inputs.md.
    """

    name = "image_small"
    about = "five convolutions in three blocks, images shifted a little in training: the default for images"
    example = "menu: image_small"
    layers = (
        {"RandomTranslation": {"height_factor": 0.08, "width_factor": 0.08}},
        *_block(32, 1, 0.1),
        *_block(64, 2, 0.2),
        *_block(128, 2, 0.3),
        "Flatten",
        {"Dense": {"units": 128, "activation": "relu"}},
        {"Dropout": 0.4},
    )
    takes = "image"
    default = True
    rank = 1

    @classmethod
    def learning(cls, signature: Signature, rows: int) -> Mapping[str, Plain]:
        """Few epochs with a falling rate where there is much to go over."""
        pixels = rows * sum(prod(spec.shape[:2]) for spec in signature.inputs if spec.kind == "image")
        epochs = int(_PIXELS / max(1, pixels))
        return {} if epochs > _MANY else {"epochs": max(_FEWEST, epochs), "schedule": "cosine", "batch_size": 128}
