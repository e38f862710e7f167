"""The page of a search as a browser lays it out."""

from __future__ import annotations

from pathlib import Path

import pytest

from protokit.search.look.page import page_of
from tests.search.made import search
from tests.search.test_look import SMALL, WIDE
from tests.workflow.test_pages import measure, needs_browser


@needs_browser
@pytest.mark.parametrize("count", [3, 60])
def test_no_page_is_wider_than_the_screen(count: int, tmp_path: Path) -> None:
    page = tmp_path / "search.html"
    page.write_text(page_of(search(count, 1 if count == 3 else 12, menus=(WIDE, SMALL))).html())
    for width in (390, 1200):
        found = measure(page, tmp_path, width)
        assert found.overflow <= 0, f"{found.overflow} pixels too wide at {width}"
        assert (found.scripts, found.handlers, found.small) == (0, 0, 0) and not found.console
