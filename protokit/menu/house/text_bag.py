"""The default network for texts."""

from __future__ import annotations

from protokit.core.values.signature import Signature
from protokit.menu.house_menu import HOUSE_MENUS, HouseMenu

_WORDS = 1_000_000  # of all texts together: so many cost four networks seconds
_FEWEST, _MOST = 1_000, 20_000  # rows


@HOUSE_MENUS.add
class TextBag(HouseMenu):
    """Source: Joulin et al., Bag of Tricks for Efficient Text Classification, 2016 (fastText).

    How it was chosen: docs/decisions/texts.md.
    """

    name = "text_bag"
    about = "the mean of the words' vectors, with dropout: the default for texts"
    example = "menu: text_bag"
    layers = ({"Dropout": 0.3}, "GlobalAveragePooling1D", {"Dropout": 0.5})
    takes = "text"
    default = True
    rank = 2

    @classmethod
    def few_rows(cls, signature: Signature) -> int:
        """More, the shorter the texts are."""
        [words] = signature.inputs[0].shape
        return max(_FEWEST, min(_MOST, _WORDS // words))
