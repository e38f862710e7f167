"""The default network for masks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from protokit.core.values.signature import Signature
from protokit.menu.house_menu import HOUSE_MENUS, HouseMenu
from protokit.menu.items import Plain

_FILTERS = 16  # of the first level; each next one has twice as many
_DEPTH = 3  # how often each block of two by two pixels becomes one
_BATCH = 16
_STEPS, _FEWEST, _MOST = 1_200, 15, 150  # about so many steps, in so many epochs
_LEAST = 4  # pixels a side that are left in the middle


def _convolution(filters: int) -> list[Plain]:
    return [
        {"Conv2D": {"filters": filters, "kernel_size": 3, "padding": "same", "use_bias": False}},
        {"BatchNormalization": {"momentum": 0.9}},
        {"Activation": "relu"},
    ]


def _level(filters: int, depth: int) -> list[Plain]:
    """Two convolutions, what the levels below make of half the size beside them, and two more that join both."""
    twice = [*_convolution(filters), *_convolution(filters)]
    if not depth:
        return twice
    below: list[Plain] = [{"MaxPooling2D": 2}, *_level(2 * filters, depth - 1), {"UpSampling2D": 2}]
    return [*twice, {"branch": {"across": [], "below": below}}, *_convolution(filters), *_convolution(filters)]


def _layers(size: tuple[int, int] | None = None) -> list[Plain]:
    """The layers for images of some height and width: filled up with 0 to what can be halved, and cut again."""
    depth = _DEPTH
    while size is not None and depth and min(size) < _LEAST * 2**depth:
        depth -= 1
    found = _level(_FILTERS, depth)
    if size is None or not any(lacking := [-side % 2**depth for side in size]):
        return found
    edges: Plain = [[lack // 2, lack - lack // 2] for lack in lacking]
    return [{"ZeroPadding2D": {"padding": edges}}, *found, {"Cropping2D": {"cropping": edges}}]


@HOUSE_MENUS.add
class UNet(HouseMenu):
    """Convolutions at several sizes of the image, each of which goes back up beside the one before it.

    Source: Ronneberger et al., U-Net: Convolutional Networks for Biomedical Image Segmentation, 2015.
    """

    name = "unet"
    about = "convolutions at several sizes of an image, joined at each: the default for masks (task: segmentation)"
    example = "menu: unet"
    layers = tuple(_layers())
    learn: ClassVar[Mapping[str, Plain]] = {
        "optimizer": {"AdamW": {"learning_rate": 3e-3, "weight_decay": 1e-3}},
        "schedule": "cosine",
        "batch_size": _BATCH,
    }
    takes = "image"
    default = True
    masks = True
    rank = 2

    @classmethod
    def learning(cls, signature: Signature, rows: int) -> Mapping[str, Plain]:
        """See HouseMenu: few rows are gone over more often."""
        epochs = max(_FEWEST, min(_MOST, _STEPS * _BATCH // max(1, rows)))
        return {**cls.learn, "epochs": epochs}

    @classmethod
    def layers_for(cls, signature: Signature) -> Sequence[Plain]:
        """See HouseMenu: as deep as the images are large."""
        image = next((spec for spec in signature.inputs if spec.kind == "image"), None)
        return cls.layers if image is None else _layers((image.shape[0], image.shape[1]))
