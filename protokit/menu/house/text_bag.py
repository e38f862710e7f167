"""The default network for texts."""

from __future__ import annotations

from protokit.menu.house_menu import HOUSE_MENUS, HouseMenu


@HOUSE_MENUS.add
class TextBag(HouseMenu):
    """Source: Joulin et al., Bag of Tricks for Efficient Text Classification, 2016 (fastText)."""

    name = "text_bag"
    about = "the mean of the words' vectors, with dropout: the default for texts"
    example = "menu: text_bag"
    layers = ({"Dropout": 0.3}, "GlobalAveragePooling1D", {"Dropout": 0.5})
    takes = "text"
    default = True
    rank = 2
