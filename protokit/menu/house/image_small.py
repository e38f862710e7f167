"""The default network for images."""

from __future__ import annotations

from collections.abc import Mapping
from math import prod
from typing import ClassVar

from protokit.core.values.signature import Signature
from protokit.menu.house_menu import HOUSE_MENUS, HouseMenu
from protokit.menu.items import Plain

_PIXELS = 690e6  # that training goes over: about ten minutes on two cores
_FEWEST, _MOST = 8, 60  # epochs
_BATCH, _ROWS = 128, 6_400  # of so many rows and more a batch is no larger


def _block(filters: int, dropout: float = 0.0) -> list[Plain]:
    found: list[Plain] = [
        {"Conv2D": {"filters": filters, "kernel_size": 3, "padding": "same", "use_bias": False}},
        {"MaxPooling2D": {"pool_size": 2, "padding": "same"}},  # first: what follows then goes over a quarter
        {"BatchNormalization": {"momentum": 0.9}},  # so that few steps are enough for what is remembered of the batches
        {"Activation": "relu"},
    ]
    return [*found, {"Dropout": dropout}] if dropout else found


@HOUSE_MENUS.add
class ImageSmall(HouseMenu):
    """Each block of two by two pixels becomes one, three times over, before the layers of numbers.

    How it was chosen: docs/decisions/images.md.
    """

    name = "image_small"
    about = "three blocks of convolutions, images shifted a little in training: the default for images"
    example = "menu: image_small"
    layers = (
        {"RandomTranslation": {"height_factor": 0.04, "width_factor": 0.04}},
        *_block(32),
        *_block(64),
        *_block(128, 0.2),
        "Flatten",
        {"Dense": {"units": 128, "activation": "relu"}},
        {"Dropout": 0.4},
    )
    learn: ClassVar[Mapping[str, Plain]] = {
        "optimizer": {"AdamW": {"learning_rate": 3e-3, "weight_decay": 1e-2}},
        "schedule": "cosine",
    }
    takes = "image"
    default = True
    rank = 1

    @classmethod
    def learning(cls, signature: Signature, rows: int) -> Mapping[str, Plain]:
        """A rate that begins high and falls, over fewer epochs where there is more to go over."""
        pixels = rows * sum(prod(spec.shape[:2]) for spec in signature.inputs if spec.kind == "image")
        epochs = max(_FEWEST, min(_MOST, int(_PIXELS / max(1, pixels))))
        batch: Mapping[str, Plain] = {"batch_size": _BATCH} if rows >= _ROWS else {}
        return {**cls.learn, "epochs": epochs, **batch}
