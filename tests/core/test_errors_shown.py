"""What a notebook shows of an error."""

from __future__ import annotations

import linecache

import pytest

import protokit


def test_a_notebook_shows_the_cells_line_and_the_message() -> None:
    cell = "import protokit\n\nprotokit.Menu([{'Dens': 3}])\n"
    linecache.cache["<cell>"] = (len(cell), None, cell.splitlines(keepends=True), "<cell>")
    with pytest.raises(protokit.SpecError) as raised:
        exec(compile(cell, "<cell>", "exec"), {"__name__": "__main__"})
    first, blank, message = raised.value._render_traceback_()
    assert (first, blank) == ("----> 3 protokit.Menu([{'Dens': 3}])", "")
    assert message.startswith("SpecError: ") and "Dense" in message


def test_an_error_that_was_not_raised_has_its_message() -> None:
    assert protokit.DataError("no file", cure="give one")._render_traceback_() == ["DataError: no file\n    give one"]


def test_a_menu_names_its_first_items() -> None:
    menu = protokit.Menu([{"Dense": 2}, {"residual": [{"Dense": 2}]}, *["ReLU"] * 5])
    assert repr(menu) == "<Menu of 7 items: Dense, residual, ReLU, ReLU, ReLU, ReLU, …>"
    assert repr(protokit.Menu([])) == "<Menu of 0 items>"
    assert repr(protokit.Menu("tabular")).startswith("<Menu tabular of ")
