"""The default network for lists of categories whose order tells."""

from __future__ import annotations

from protokit.menu.house_menu import HOUSE_MENUS, HouseMenu


@HOUSE_MENUS.add
class StepsGru(HouseMenu):
    """Read from the end: what is past the last step comes first, and is forgotten.

    Source of the recurrent layer: Cho et al., Learning Phrase Representations using RNN Encoder-Decoder, 2014.
    """

    name = "steps_gru"
    about = "neighbouring steps by a convolution, all of them in order by a GRU: the default for lists in an order"
    example = "menu: steps_gru"
    layers = (
        {
            "branch": {
                "near": [
                    {"Conv1D": {"filters": 64, "kernel_size": 3, "padding": "same", "activation": "relu"}},
                    "GlobalMaxPooling1D",
                ],
                "order": [{"GRU": {"units": 32, "go_backwards": True}}],
            }
        },
        {"Dropout": 0.3},
    )
    takes = "steps"
    default = True
    rank = 5
