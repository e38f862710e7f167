from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protokit.show.blocks import Code, Grid, Notes, Picture, Remark, Section, Sentence, printable
from protokit.show.card import Card
from protokit.show.page import Page

VOID = {"meta", "link", "br", "img"}


class Reader(HTMLParser):
    """Tags that are opened and closed in order, and the text between them."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.attributes: list[str] = []
        self.text = ""
        self.feed(text)
        self.close()
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [name for name, _ in attrs]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def everything(text: str) -> tuple[Card, Page]:
    sentences = (Sentence(text, "worse"), Sentence(text))
    grid = Grid(text, (text, "a"), ((text, "1.0"), (text, text)), text)
    remark = Remark("fatal", text, text)
    card = Card(text, sentences, (grid,), (text,), (remark,), (Picture(text, "<svg></svg>", text),))
    blocks = (*sentences, grid, remark, Picture("", "<svg></svg>", text), Code(text), Code(text, text), Notes((text,)))
    return card, Page(text, (text,), sentences, (remark,), (Section(text, blocks),))


@settings(deadline=None, max_examples=60)
@given(
    st.text(min_size=1, max_size=40)
    | st.sampled_from(["<script>alert(1)</script>", "</pre></div>", "'\" onload=x", "{{ 1 }}"])
)
def test_any_text_stays_text(text: str) -> None:
    plain_card, plain_page = everything("x")
    card, page = everything(text)
    for plain, found in ((plain_card.html(), card.html()), (plain_page.html(), page.html())):
        a, b = Reader(plain), Reader(found)
        assert a.tags == b.tags and {*a.attributes} | {"class"} == {*b.attributes} | {"class"}
        assert "script" not in b.tags and not any(name.startswith("on") for name in b.attributes)
    assert not re.search(r"[\x00-\x08\x1b\u202a-\u202e]", card.text())


def test_a_card_says_how_it_stands_in_a_word_and_a_colour() -> None:
    card = Card("c", (Sentence("It lost.", "worse"),), (Grid("", ("", "n"), (("a", "1"), ("b", "1,000"))),))
    html = card.html()
    assert "pk-worse" in html and ">worse</b>" in html
    assert "<script" not in html and "http" not in html
    assert card.text().splitlines() == ["c", "  It lost.", "", "         n", "  a      1", "  b  1,000"]


def test_numbers_are_aligned_right_and_words_left() -> None:
    grid = Grid("", ("a", "b", "c", "d"), (("1", "0.972 (0.917 to 1.000)", "Dense", "+3"), ("2", "-", "12", "-0.1")))
    assert grid.numeric == (False, True, False, True)
    assert Grid("", ("a", "b"), ()).numeric == (False, True)
    long = Grid("", ("a", "b"), tuple((str(i), "") for i in range(50))).folded(10)
    assert len(long.rows) == 10 and long.rows[7][0] == "… 41 more" and long.rows[-1][0] == "49"


def test_a_folded_table_says_where_the_rest_is() -> None:
    grid = Grid("t", ("", "n"), tuple((f"row {i}", "1") for i in range(9)))
    assert grid.folded(9, "report.html") == grid
    assert [row[0] for row in grid.folded(5, "report.html").rows][2] == "… 5 more in report.html"
    assert [row[0] for row in grid.folded(5).rows][2] == "… 5 more"


def test_a_page_needs_nothing_but_itself() -> None:
    page = everything("x")[1].html()
    assert page.startswith("<!doctype html>") and 'lang="en"' in page and "prefers-color-scheme:dark" in page
    assert "@media print" in page and "width=device-width" in page
    assert not re.search(r'(src|href)="(?!#|data:)', page) and "@import" not in page


@pytest.mark.parametrize("text", ["a\x1b[2J", "\u202eabc", "a\x00"])
def test_a_name_cannot_steer_a_terminal(text: str) -> None:
    assert "\ufffd" in printable(text) and printable("é\nß") == "é\nß"


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(a: str, b: str) -> float:
    light, dark = sorted((luminance(a), luminance(b)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("dark", [False, True])
def test_all_text_of_a_page_stands_out_as_wcag_aa_asks(dark: bool) -> None:
    page = everything("x")[1].html()
    rules = re.findall(r":root\{(color-scheme[^}]*|--ground:#1[^}]*)\}", page)[int(dark)]
    colours = {
        name: "#" + "".join(2 * c for c in v) if len(v) == 3 else f"#{v}"
        for name, v in re.findall(r"--(\w+):#(\w+)", rules)
    }
    for name in ("ink", "quiet", "link"):
        assert contrast(colours[name], colours["ground"]) >= 4.5, name
        assert contrast(colours[name], colours["soft"]) >= 4.5, name
    for name in ("c0", "c1", "c2"):  # lines and marks
        assert contrast(colours[name], colours["ground"]) >= 3, name
