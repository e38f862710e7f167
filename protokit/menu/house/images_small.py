"""The default network for several images in a cell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import prod
from typing import ClassVar

from protokit.core.values.signature import Signature
from protokit.menu.house.image_small import ImageSmall
from protokit.menu.house_menu import HOUSE_MENUS, HouseMenu
from protokit.menu.items import Plain


def _block(filters: int) -> list[Plain]:
    """One of `image_small`, over each image by itself: no filter and no pool reaches over to the next one."""
    return [
        {"Conv3D": {"filters": filters, "kernel_size": [1, 3, 3], "padding": "same", "use_bias": False}},
        {"MaxPooling3D": {"pool_size": [1, 2, 2], "padding": "same"}},
        {"BatchNormalization": {"momentum": 0.9}},
        {"Activation": "relu"},
    ]


_SHARED: tuple[Plain, ...] = (*_block(32), *_block(64), *_block(128), {"Dropout": 0.2})


def _behind(images: int) -> list[Plain]:
    return [{"Reshape": {"target_shape": [images, -1]}}, {"Dense": {"units": 128, "activation": "relu"}}]


@HOUSE_MENUS.add
class ImagesSmall(HouseMenu):
    """The blocks of `image_small`, the same for each image of a cell, and the mean of what they make of those there."""

    name = "images_small"
    about = "three blocks of convolutions for each image of a cell, averaged: the default for several images in a cell"
    example = "menu: images_small"
    layers = (
        *_SHARED,
        {"Reshape": {"target_shape": [1, -1]}},
        {"Dense": {"units": 128, "activation": "relu"}},
        "GlobalAveragePooling1D",
        {"Dropout": 0.4},
    )
    learn: ClassVar[Mapping[str, Plain]] = ImageSmall.learn
    takes = "images"
    default = True
    rank = 1

    @classmethod
    def layers_for(cls, signature: Signature) -> Sequence[Plain]:
        """For so many images of a cell, of which those count that are there."""
        spec = next((spec for spec in signature.inputs if spec.kind == "images"), None)
        if spec is None:
            return cls.layers
        seen = [*_SHARED, *_behind(spec.shape[0])]
        share: list[Plain] = [{"Identity": {}, "from": f"{spec.name}_share"}]
        return (
            {"branch": {"seen": seen, "share": share}, "merge": "Multiply"},
            "GlobalAveragePooling1D",
            {"Rescaling": {"scale": float(spec.shape[0])}},  # the shares of a cell make 1: their sum is the mean
            {"Dropout": 0.4},
        )

    @classmethod
    def learning(cls, signature: Signature, rows: int) -> Mapping[str, Plain]:
        """As of `image_small`: fewer epochs where there is more to go over."""
        pixels = rows * sum(prod(spec.shape[:3]) for spec in signature.inputs if spec.kind == "images")
        return {**cls.learn, "epochs": max(8, min(60, int(690e6 / max(1, pixels))))}
