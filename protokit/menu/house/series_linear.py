"""The default network for forecasts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from protokit.menu.house_menu import HOUSE_MENUS, HouseMenu
from protokit.menu.items import Plain


@HOUSE_MENUS.add
class SeriesLinear(HouseMenu):
    """Source: Zeng et al., Are Transformers Effective for Time Series Forecasting?, 2023 (NLinear), and its scripts."""

    name = "series_linear"
    about = "one linear map from the window to the horizon, shared by all columns: the default for forecasts"
    example = "menu: series_linear"
    layers = ({"Identity": {}, "from": "history"},)
    learn: ClassVar[Mapping[str, Plain]] = {"optimizer": {"AdamW": {"learning_rate": 5e-3, "weight_decay": 1e-2}}}
    takes = "series"
    default = True
    rank = 6
