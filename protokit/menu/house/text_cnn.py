"""A network for texts in which the order of the words tells."""

from __future__ import annotations

from protokit.menu.house_menu import HOUSE_MENUS, HouseMenu
from protokit.menu.items import Plain


def _words(count: int) -> list[Plain]:
    convolution: Plain = {"Conv1D": {"filters": 64, "kernel_size": count, "padding": "same", "activation": "relu"}}
    return [convolution, "GlobalMaxPooling1D"]


@HOUSE_MENUS.add
class TextCnn(HouseMenu):
    """Source: Kim, Convolutional Neural Networks for Sentence Classification, 2014."""

    name = "text_cnn"
    about = "convolutions over three, four and five words, for texts in which their order tells"
    example = "menu: text_cnn"
    layers = (
        {"Dropout": 0.3},
        {"branch": {"three": _words(3), "four": _words(4), "five": _words(5)}},
        {"Dropout": 0.5},
    )
    takes = "text"
    rank = 3
