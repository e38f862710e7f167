"""How a menu shows itself."""

from __future__ import annotations

import protokit


def test_a_menu_names_its_first_items() -> None:
    menu = protokit.Menu([{"Dense": 2}, {"residual": [{"Dense": 2}]}, *["ReLU"] * 5])
    assert repr(menu) == "<Menu of 7 items: Dense, residual, ReLU, ReLU, ReLU, ReLU, …>"
    assert repr(protokit.Menu([])) == "<Menu of 0 items>"
    assert repr(protokit.Menu("tabular")).startswith("<Menu tabular of ")
