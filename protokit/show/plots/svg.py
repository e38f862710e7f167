"""A figure as SVG: small, its text as text, and for a page in the colours that the page has."""

from __future__ import annotations

import html
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO

import matplotlib as mpl
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from protokit.show.plots.themes import THEMES

_TAG = re.compile(r"<[^>]+>")
_DECIMALS = re.compile(r"(\d+\.\d\d)\d+")
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}\b")
_MARKS = re.compile(r"<g([^>]*)>((?:\s*<use [^>]*/>)+)\s*</g>")
_STYLE = re.compile(r' style="[^"]*"')
_GROUND = "var(--jp-layout-color0,var(--vscode-editor-background,#fff))"  # that of a notebook
_SETTINGS = {
    "svg.fonttype": "none",
    "svg.hashsalt": "protokit",
    "figure.autolayout": False,
    "figure.constrained_layout.use": False,
}
_FONT = re.compile(r"font: ([^;\"']*?)([\d.]+)px [^;\"]*")


def svg(figure: Figure) -> str:
    """The figure in its own colours, as a file of its own takes it."""
    return _saved(figure)


def inline(figure: Figure, about: str, key: str) -> str:
    """The figure for a page of HTML: without ground, in the colours of the text around it and the page's `--c0` to
    `--c5`; where the page names none, as a notebook, in those of the light theme with some of the text's colour in
    them, which makes them lighter on dark ground.

    `about` is what it shows, for those who do not see it; `key` tells its ids from those of the page's others.
    """
    look = THEMES["light"]
    quiet = _mixed("currentColor", 75, "transparent")
    names = {look.ink: "currentColor", look.quiet: f"var(--quiet,{quiet})", look.rule: "var(--rule,#88888866)"}
    names |= {colour: f"var(--c{i},{_mixed(colour, 80)})" for i, colour in enumerate(look.series)}
    names[look.ground] = f"var(--ground,{_GROUND})"
    text = _saved(figure, transparent=True)
    text = _TAG.sub(lambda tag: _COLOUR.sub(lambda found: names.get(found[0].lower(), found[0]), tag[0]), text)
    used = set(re.findall(r"#([\w-]+)(?=[\")])", text))
    text = re.sub(r' id="([^"]*)"', lambda m: f' id="{key}-{m[1]}"' if m[1] in used else "", text)
    text = re.sub(r'(href="#|url\(#)([\w-]+)', rf"\1{key}-\2", text)
    head = f'<svg role="img" aria-label="{html.escape(about)}"'
    width = re.search(r'width="([\d.]+)pt"', text)
    text = re.sub(r'(width|height)="[\d.]+pt" ', "", text, count=2)
    wide = float(width[1]) * 4 / 3 if width else 0.0
    # never so small that its text cannot be read: on a phone it scrolls instead
    size = f' style="width:100%;min-width:{0.68 * wide:.0f}px;max-width:{wide:.0f}px;height:auto"' if width else ""
    return text.replace("<svg", head + size, 1)


def _mixed(colour: str, percent: int, other: str = "currentColor") -> str:
    return f"color-mix(in srgb,{colour} {percent}%,{other})"


def _saved(figure: Figure, *, transparent: bool = False) -> str:
    out = StringIO()
    with mpl.rc_context(_SETTINGS), warnings.catch_warnings():
        # a browser has the letters that matplotlib's own font lacks
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        ground = "none" if transparent else "auto"
        with _laid_out(figure):
            figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None}, facecolor=ground)
    text = out.getvalue()
    text = text[text.index("<svg") :]
    text = re.sub(r"<metadata>.*?</metadata>", "", text, flags=re.S)
    text = re.sub(r"<!--.*?-->", "", text, flags=re.S)  # matplotlib repeats each text in a comment
    text = _MARKS.sub(_styled_once, text)
    text = _FONT.sub(r"font: \1\2px system-ui, sans-serif", text)
    text = _TAG.sub(lambda found: _DECIMALS.sub(r"\1", found[0]), text)
    return re.sub(r"\n\s*", "\n", text).strip()


@contextmanager
def _laid_out(figure: Figure) -> Iterator[None]:
    """Lay the figure out as saving does, which for that draws all of it once more than is needed."""
    engine, canvas, dpi = figure.get_layout_engine(), figure.canvas, figure.dpi
    if engine is None:
        yield
        return
    FigureCanvasSVG(figure)  # text is measured as it is written
    try:
        engine.execute(figure)
        figure.dpi = dpi
        figure.set_layout_engine(None)
        yield
    finally:
        figure.dpi = dpi
        figure.set_layout_engine(engine)
        figure.set_canvas(canvas)


def _styled_once(found: re.Match[str]) -> str:
    """A cloud of marks of one style has it once, not at every point."""
    styles = set(_STYLE.findall(found[2]))
    if len(styles) != 1 or len(found[2]) < 500:
        return found[0]
    return f"<g{found[1]}{styles.pop()}>{_STYLE.sub('', found[2])}</g>"
