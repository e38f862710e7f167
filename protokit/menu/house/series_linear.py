"""The default network for forecasts."""

from __future__ import annotations

from protokit.menu.house_menu import HOUSE_MENUS, HouseMenu


@HOUSE_MENUS.add
class SeriesLinear(HouseMenu):
    """Source: Zeng et al., Are Transformers Effective for Time Series Forecasting?, 2023 (NLinear, and its scripts)."""

    name = "series_linear"
    about = "one linear map from the window to the horizon, shared by all columns: the default for forecasts"
    example = "menu: series_linear"
    layers = ({"Identity": {}, "from": "history"},)
    takes = "series"
    default = True
    learning_rate = 5e-3
    rank = 6
