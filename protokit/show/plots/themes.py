"""The colours of all pictures, on light and on dark ground."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Theme:
    """Colours by what they are for. `series` is the palette of Okabe and Ito, in the order of its use.

    Source: Okabe and Ito, Color Universal Design, 2008.
    """

    ground: str
    ink: str
    quiet: str
    rule: str
    series: tuple[str, ...]


THEMES: dict[str, Theme] = {
    "light": Theme(
        "#ffffff", "#1f2329", "#5b636e", "#d5d9de", ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00")
    ),
    "dark": Theme(
        "#15181c", "#e7eaee", "#a3abb5", "#3a4048", ("#56b4e9", "#e69f00", "#009e74", "#cc79a8", "#0072b3", "#d55e01")
    ),
}

# of pixels, which no page can give other colours: seen on light and dark ground, and none is a theme's own
PIXELS = ("#8a9199", "#0072b1", "#d55e02", "#009e72", "#cc79a6", "#56b4e8", "#e69f01")
MARKED = "#f0e442"
