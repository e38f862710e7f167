"""The page of a served model in a real browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser import PROGRAM, Page, browser
from tests.doors.serve.conftest import Server

pytestmark = pytest.mark.skipif(PROGRAM is None, reason="there is no Chromium to open pages with")


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    with browser(tmp_path_factory.mktemp("browser")) as found:
        yield found


@pytest.mark.parametrize(("width", "dark"), [(390, False), (1200, True)])
def test_a_row_is_predicted_and_what_would_change_it_is_shown(
    served: Server, page: Page, width: int, dark: bool, tmp_path: Path
) -> None:
    page.open(f"http://127.0.0.1:{served.port}/", width, dark=dark)
    page.run("document.querySelector('#row button').click()")
    page.wait("document.querySelectorAll('#changes li').length")
    assert page.run("document.querySelector('#said .big').textContent") in ("yes", "no")
    assert page.run("document.querySelectorAll('#said .bars svg').length") == 2
    assert page.run("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0
    labels = page.run("[...document.querySelectorAll('#row label')].map(one => one.htmlFor)")
    assert len(labels) == 7 and page.run(f"{labels}.every(one => document.getElementById(one))")
    page.picture(tmp_path / "page.png")
    assert page.errors == []


def test_a_wrong_cell_is_told_in_the_page(served: Server, page: Page) -> None:
    page.open(f"http://127.0.0.1:{served.port}/")
    day = list(served.model.columns).index("day")
    page.run(f"document.getElementById('f{day}').value = '<b>tomorrow'; document.querySelector('#row button').click()")
    assert "'<b>tomorrow' is not a date" in page.wait("document.querySelector('#said .wrong')?.textContent")
    page.errors.clear()  # the browser logs each answer that is not 200


def test_a_table_is_predicted(served: Server, page: Page, tmp_path: Path) -> None:
    file = tmp_path / "new.csv"
    served.frame.head(30).to_csv(file, index=False)
    page.open(f"http://127.0.0.1:{served.port}/", 390)
    page.choose("#file", file)
    assert page.wait("document.querySelectorAll('#table tbody tr').length") == 20
    assert page.run("document.querySelector('#table a').download") == "predictions.csv"
    text = page.run("fetch(document.querySelector('#table a').href).then(one => one.text()).catch(e => String(e))")
    assert text.startswith("kept,") or "Failed to fetch" in text, "the policy may keep scripts from blobs"
    assert page.run("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0
