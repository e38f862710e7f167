"""The default network for sequences."""

from __future__ import annotations

from protokit.menu.house_menu import HOUSE_MENUS, HouseMenu
from protokit.menu.items import Plain


def _steps(filters: int, kernel: int) -> list[Plain]:
    return [
        {"Conv1D": {"filters": filters, "kernel_size": kernel, "padding": "same", "use_bias": False}},
        {"BatchNormalization": {"momentum": 0.9}},  # so that few steps are enough for what is remembered of the batches
        {"Activation": "relu"},
    ]


@HOUSE_MENUS.add
class SequenceCnn(HouseMenu):
    """Source: Wang et al., Time Series Classification from Scratch with Deep Neural Networks, 2017 (FCN)."""

    name = "sequence_cnn"
    about = "three convolutions over time: the default for sequences"
    example = "menu: sequence_cnn"
    layers = (
        *_steps(64, 7),
        *_steps(128, 5),
        *_steps(64, 3),
        {"branch": {"mean": ["GlobalAveragePooling1D"], "most": ["GlobalMaxPooling1D"]}},
        {"Dropout": 0.3},
    )
    takes = "sequence"
    default = True
    rank = 4
