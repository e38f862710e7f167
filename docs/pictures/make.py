"""Makes the README's pictures from a real run: `python docs/pictures/make.py`, with Chromium for the page.

The card as a terminal shows it, the first screen of the report, and the curves.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from io import StringIO
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import DIMMED_MONOKAI

import protokit
from protokit.show.plots.svg import svg

HERE = Path(__file__).resolve().parent
SETTINGS = ("learn.epochs=60",)


def card(run: protokit.Run) -> None:
    """The card of a run, as a terminal shows it."""
    console = Console(record=True, width=96, file=StringIO(), force_terminal=True, color_system="truecolor")
    console.print(run.card.rich())
    svg = console.export_svg(title="protokit run recipes/breast_cancer.yaml", theme=DIMMED_MONOKAI)
    # a browser's own letters do as well as those that would be fetched
    start, end = svg.index("@font-face"), svg.index(".terminal-")
    (HERE / "card.svg").write_text(svg[:start] + svg[end:].replace("Fira Code", "ui-monospace"), encoding="utf-8")


def report(run: protokit.Run) -> None:
    """The first screen of the report."""
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None:
        sys.exit("this needs Chromium: apt-get install chromium")
    with tempfile.TemporaryDirectory() as profile:
        options = [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--hide-scrollbars",
            "--force-device-scale-factor=1.5",
        ]
        options += [f"--user-data-dir={profile}", "--window-size=1000,900", f"--screenshot={HERE / 'report.png'}"]
        page = (run.path / "report.html").resolve().as_uri()
        subprocess.run([program, *options, page], check=True, capture_output=True, timeout=120)
    from PIL import Image

    with Image.open(HERE / "report.png") as image:
        image.convert("P", palette=Image.Palette.ADAPTIVE, colors=64).save(HERE / "report.png", optimize=True)


def main() -> None:
    """Run a recipe of the project, and picture what comes of it."""
    recipe = HERE.parents[1] / "recipes" / "breast_cancer.yaml"
    with tempfile.TemporaryDirectory() as folder:
        run = protokit.run(recipe, out=folder, set=SETTINGS)
        card(run)
        report(run)
        (HERE / "curves.svg").write_text(svg(run.plot.curves()), encoding="utf-8")


if __name__ == "__main__":
    main()
