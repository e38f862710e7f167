from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest

from protokit.show.plots.calibration import calibration
from protokit.show.plots.confusion import confusion
from protokit.show.plots.curves import curves
from protokit.show.plots.embeddings import embeddings
from protokit.show.plots.gradients import gradients
from protokit.show.plots.intervals import Dot, Panel, intervals
from protokit.show.plots.ranking import ranking
from protokit.show.plots.residuals import residuals
from protokit.show.plots.style import label, some, thinned
from protokit.show.plots.svg import inline, svg
from protokit.show.plots.tasks.bounds import bounds
from protokit.show.plots.tasks.forecast import forecast
from protokit.show.plots.tasks.masks import masks
from protokit.show.plots.tasks.parts import parts
from protokit.show.plots.tasks.steps import steps
from protokit.show.plots.themes import MARKED, PIXELS, THEMES

HOSTILE = ("<script>alert(1)</script>", "#0072b2", "$x^2$ and $", "שלום", "日本語", "a\nb\x00c", "x" * 200, "", "\"'&")
RNG = np.random.default_rng(0)
NUMBERS = RNG.normal(size=1500)
BINS = [
    {"low": 0.0, "high": 0.5, "rows": 9, "predicted": 0.3, "observed": 0.4},
    {"low": 0.5, "high": 1.0, "rows": 0, "predicted": None, "observed": None},
]


def draw(theme: str, name: str = "x") -> dict[str, Callable[[], Any]]:
    history = [{"epoch": e, "loss": 1 / e, "validation_loss": 1.2 / e} for e in range(1, 40)]
    windows = RNG.normal(size=(4, 6))
    layers = [{"layer": name, "gradient": 0.1, "dead": 0.5, "saturated": None}]
    at = np.linspace(0.5, 40, 20)
    tags = RNG.integers(-1, 9, 12)
    return {
        "bounds": lambda: bounds(
            NUMBERS**2, NUMBERS**2 + 1, (at, at / 2, at * 2), NUMBERS > 0, name, label(name), theme=theme
        ),
        "parts": lambda: parts([(label(name), NUMBERS, NUMBERS * i) for i in range(4)], 3, theme=theme),
        "steps": lambda: steps(
            [(name, tags, np.abs(tags)), (name, tags[:5], np.abs(tags[:5]))], [name, *HOSTILE, 1], theme=theme
        ),
        "curves": lambda: curves(history, 20, theme=theme),
        "confusion": lambda: confusion(
            RNG.integers(0, 8, 200), RNG.integers(0, 8, 200), [name, *HOSTILE[1:]], theme=theme
        ),
        "ranking": lambda: ranking(
            {name: (np.linspace(0, 1, 500), np.linspace(0, 1, 500), 0.5)}, "a", "b", theme=theme
        ),
        "calibration": lambda: calibration(BINS, 0.1, theme=theme),
        "residuals": lambda: residuals(NUMBERS, NUMBERS * 0.9, name, theme=theme),
        "quantiles": lambda: residuals(NUMBERS, NUMBERS, name, np.stack([NUMBERS - 1, NUMBERS + 1], 1), theme=theme),
        "forecast": lambda: forecast(windows, {"network": windows, name: windows}, name, [name] * 4, theme=theme),
        "intervals": lambda: intervals(
            [Panel(name, (Dot(name, 0.5, 0.4, 0.6), Dot("b", 0.1, None, None, 1)))], theme=theme
        ),
        "embeddings": lambda: embeddings(NUMBERS.reshape(-1, 2), np.arange(750) % 8, HOSTILE, (0.5, 0.2), theme=theme),
        "gradients": lambda: gradients(layers, theme=theme),
    }


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("plot", sorted(draw("light")))
def test_a_plot_is_a_figure_without_pyplot_in_its_theme(plot: str, theme: str) -> None:
    from matplotlib import _pylab_helpers
    from matplotlib.figure import Figure

    figure = draw(theme)[plot]()
    assert isinstance(figure, Figure) and not _pylab_helpers.Gcf.figs
    bundle = figure._repr_mimebundle_()
    drawn = bundle["image/svg+xml"]
    assert THEMES[theme].ground in drawn and THEMES[theme].ink in drawn
    other = THEMES["dark" if theme == "light" else "light"]
    assert other.ground not in drawn and other.ink not in drawn
    assert ("text/html" in bundle) == (theme == "light")  # who asks for dark gets dark


@pytest.mark.parametrize("plot", sorted(draw("light")))
def test_a_notebook_shows_a_plot_in_its_own_colours(plot: str) -> None:
    """On light and dark ground: no ground of its own, text as the text around it, and no colour that is fixed."""
    shown = draw("light")[plot]()._repr_mimebundle_()["text/html"]
    look = THEMES["light"]
    fixed = re.sub(r"color-mix\([^)]*\)|>[^<]*<", "", shown)
    assert "currentColor" in shown and "color-mix(in srgb,currentColor 75%,transparent)" in shown
    assert not {look.ink, look.quiet, look.rule, look.ground, *look.series} & {*re.findall(r"#[0-9a-f]{6}\b", fixed)}
    ElementTree.fromstring(shown.replace("\x00", ""))


@pytest.mark.parametrize("plot", ["bounds", "calibration", "embeddings", "intervals", "steps"])
def test_a_picture_is_drawn_once_as_it_would_be_saved(plot: str, monkeypatch: pytest.MonkeyPatch) -> None:
    made = draw("light")[plot]
    figure = made()
    before = figure.get_layout_engine(), figure.canvas, figure.dpi
    once = svg(figure)
    assert (figure.get_layout_engine(), figure.canvas, figure.dpi) == before
    monkeypatch.setattr("protokit.show.plots.svg._laid_out", nullcontext)
    assert once == svg(made())


def test_pixels_have_colours_that_no_page_changes() -> None:
    of_themes = {value for look in THEMES.values() for value in (look.ink, look.quiet, look.rule, *look.series)}
    assert not {*PIXELS, MARKED} & of_themes
    figure = masks([("a", np.eye(4, dtype=int), np.zeros((4, 4), int))], ["no", "yes"])
    assert all(colour in inline(figure, "masks", "k") for colour in PIXELS[:2])


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("plot", sorted(draw("light")))
def test_hostile_names_are_text_in_a_picture(plot: str, name: str) -> None:
    text = inline(draw("light", name)[plot](), name, "k")
    tree = ElementTree.fromstring(text.replace("\x00", ""))
    assert not any("var(" in (element.text or "") for element in tree.iter())
    tags = {element.tag.split("}")[-1] for element in tree.iter()}
    assert tags <= {
        "svg",
        "g",
        "defs",
        "style",
        "path",
        "rect",
        "text",
        "tspan",
        "use",
        "clipPath",
        "pattern",
        "circle",
    }
    assert not re.search(r"(https?:)?//(?!www\.w3\.org)", re.sub(r'aria-label="[^"]*"', "", text))


def test_a_picture_in_a_page_takes_the_colours_of_the_page_and_keeps_its_numbers() -> None:
    figure = ranking({"network": (np.array([0.0, 1]), np.array([0.0, 1]), 0.98765)}, "a", "b")
    text = inline(figure, "about", "key")
    assert (
        "currentColor" in text
        and "var(--c0,color-mix(in srgb,#0072b2 80%,currentColor))" in text
        and THEMES["light"].ink not in text
    )
    assert "0.988" in text and 'aria-label="about"' in text
    used = re.findall(r'(?:href="#|url\(#)([\w-]+)', text)
    ids = re.findall(r' id="([^"]+)"', text)
    assert sorted(set(used)) == sorted(ids) and all(one.startswith("key-") for one in ids)


def test_pictures_of_many_rows_are_small() -> None:
    many = RNG.normal(size=100_000)
    assert len(svg(residuals(many, many + 1, "y"))) < 150_000
    assert (
        len(svg(ranking({"a": (np.linspace(0, 1, 100_000), np.linspace(0, 1, 100_000) ** 2, 0.5)}, "x", "y"))) < 30_000
    )
    assert len(svg(confusion(RNG.integers(0, 900, 5000), RNG.integers(0, 900, 5000), range(900)))) < 200_000


def test_a_figure_shows_the_numbers_that_it_is_given() -> None:
    truth, predicted = np.array([0, 0, 1, 1, 1]), np.array([0, 1, 1, 1, 0])
    shown = [text.get_text() for text in confusion(truth, predicted, ["a", "b"]).axes[0].texts]
    assert shown == ["1", "1", "1", "2"]
    x, y = intervals([Panel("m", (Dot("a", 0.3, 0.1, 0.6),))]).axes[0].lines[0].get_data()
    assert list(x) == [0.1, 0.6] and list(y) == [0.0, 0.0]


def test_thinning_keeps_a_line_and_a_sample_is_the_same_each_time() -> None:
    x = np.linspace(0, 1, 10_000)
    y = (x > 0.5).astype(float)
    a, b = thinned(x, y)
    assert len(a) <= 202 and a[0] == 0 and a[-1] == 1
    np.testing.assert_allclose(np.trapezoid(b, a), np.trapezoid(y, x), atol=0.01)
    assert np.array_equal(some(5000), some(5000)) and len(set(some(5000))) == 1000
    assert label("a\u202eb") == "a b"
