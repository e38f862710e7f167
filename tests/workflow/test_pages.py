"""Reports and comparisons, as a headless Chromium shows them from the disk, without any network."""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import protokit

pytestmark = pytest.mark.pictures

PROGRAM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
_ALWAYS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--disable-background-networking",
    "--disable-component-update", "--no-first-run", "--host-resolver-rules=MAP * ~NOTFOUND", "--enable-logging=stderr",
    "--allow-file-access-from-files",
)  # fmt: skip


@dataclass(frozen=True)
class Opened:
    """What the browser gave, and what the page said on its console."""

    text: str
    console: tuple[str, ...]


def open_page(folder: Path, address: str, *options: str, dark: bool = False) -> Opened:
    """Open a page; `folder` is for the browser's own files."""
    scheme = f"--blink-settings=preferredColorScheme={0 if dark else 1}"
    command = [str(PROGRAM), *_ALWAYS, f"--user-data-dir={folder / 'profile'}", scheme, *options, address]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, cwd=folder)
    console = tuple(line for line in done.stderr.splitlines() if ":CONSOLE" in line)
    assert done.returncode == 0, done.stderr[-2000:]
    return Opened(done.stdout, console)


def screenshot(page: Path, folder: Path, width: int, height: int, *, dark: bool) -> tuple[Path, tuple[str, ...]]:
    """A picture of the page at a width, and its console."""
    picture = folder / f"{page.stem}-{width}-{dark}.png"
    found = open_page(folder, page.as_uri(), f"--window-size={width},{height}", f"--screenshot={picture}", dark=dark)
    return picture, found.console


_MEASURE = """<!doctype html><meta charset="utf-8"><body style="margin:0">
<iframe style="border:0" width="%d" height="900" src="%s"></iframe><script>
document.querySelector("iframe").onload = event => {
  const page = event.target.contentDocument, root = page.documentElement
  const all = [...page.querySelectorAll("*")]
  const small = [...page.querySelectorAll("svg text")].filter(t => t.getBoundingClientRect().height < 5).length
  const said = [root.scrollWidth - root.clientWidth, page.scripts.length, all.length, small,
    all.filter(e => [...e.attributes].some(a => a.name.startsWith("on"))).length,
    performance.getEntriesByType("resource").length + event.target.contentWindow.performance.getEntriesByType(
      "resource").length]
  document.body.textContent = "[" + said.join(" ") + "] " + page.body.textContent
}
</script>"""


@dataclass(frozen=True)
class Measured:
    """A page as it is laid out: how far it is too wide, and what is in it."""

    overflow: int
    scripts: int
    elements: int
    small: int
    handlers: int
    text: str
    console: tuple[str, ...]


def measure(page: Path, folder: Path, width: int) -> Measured:
    """Lay out a page at a width, as it is, in a frame."""
    frame = folder / f"frame-{page.stem}-{width}.html"
    frame.write_text(_MEASURE % (width, html.escape(page.as_uri())))
    found = open_page(folder, frame.as_uri(), "--dump-dom", "--window-size=1400,1000", "--virtual-time-budget=5000")
    numbers, text = re.search(r"\[([\d -]+)\] (.*)", found.text, re.S).groups()  # type: ignore[union-attr]
    overflow, scripts, elements, small, handlers, _ = map(int, numbers.split())
    return Measured(overflow, scripts, elements, small, handlers, html.unescape(text), found.console)


needs_browser = pytest.mark.skipif(PROGRAM is None, reason="there is no Chromium to open pages with")
SCRIPT = "<script>alert(1)</script>"
TARGET = '"tar\'get" & <i>'
CLASSES = ("</svg><script>alert(2)</script>", "$yes$ & no", "y" * 200)


def interval(value: float) -> dict[str, float]:
    return {"value": value, "low": value - 0.1, "high": value + 0.1}


# what runs may say besides their scores, under names that no one should have
FURTHER: dict[str, Any] = {
    "per_class": {TARGET: [{"class": c, "rows": 9, "precision": 0.5, "recall": None, "f1": 0.25} for c in CLASSES]},
    "slices": [
        {"target": TARGET, "column": SCRIPT, "value": value, "rows": 12, "metric": "accuracy",
         "network": interval(0.5), "baseline": interval(0.6)}
        for value in ("<img src=x onerror=alert(3)>", "שלום", "x" * 200)
    ],
    "calibration": {
        TARGET: {
            "error": interval(0.03), "temperature": 1.3,
            "bins": [{"low": 0.0, "high": 1.0, "rows": 9, "predicted": 0.5, "observed": 0.6}],
        }
    },
}  # fmt: skip
LOOKS = {"looks": {"count": 3, "first": "2026-01-01T00:00:00+00:00"}}
DIAGNOSIS: dict[str, Any] = {
    "diagnoses": [
        {
            "check": "overfit",
            "severity": "warning",
            "rule": f"it learned {SCRIPT} by heart",
            "evidence": {},
            "edit": "learn: {epochs: 20}",
            "diff": "-  epochs: 200\n+  epochs: 20",
        }
    ],
    "layers": [{"layer": "dense_1", "kind": "Dense", "gradient": 0.01, "dead": 0.2, "saturated": None}],
    "suspects": [{"row": 3, "truth": CLASSES[0], "predicted": CLASSES[1], "probability": 0.99}],
}


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> tuple[protokit.Run, protokit.Run]:
    """Two runs of a table with hostile names."""
    rng, rows = np.random.default_rng(0), 240
    frame = pd.DataFrame({SCRIPT: rng.normal(size=rows), "שלום \u202e abc": rng.normal(size=rows)})
    frame["x" * 200] = rng.integers(0, 3, rows)
    frame["$a_b$ \\frac{1}{0}"] = rng.choice(['"><img src=x onerror=alert(1)>', "it's & <b>", "日本語"], rows)
    frame[TARGET] = np.array(CLASSES)[np.where(frame[SCRIPT] > 0, 0, np.where(frame.iloc[:, 1] > 0, 1, 2))]
    recipe = {"name": "hostile", "represent": {"target": TARGET}, "learn": {"epochs": 3}}
    out = tmp_path_factory.mktemp("runs")
    first, second = (protokit.run({**recipe, "seed": seed}, frame, out=out) for seed in (0, 1))
    for name, further in (("metrics", FURTHER), ("diagnosis", DIAGNOSIS), ("steps", LOOKS)):
        path = first.path / f"{name}.json"
        known = json.loads(path.read_text()) if path.exists() else {}
        path.write_text(json.dumps(known | further))
    return protokit.Run.open(first.path), second


@pytest.fixture(scope="module")
def pages(runs: tuple[protokit.Run, protokit.Run], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The report of a run, and the comparison of two, as files."""
    folder = tmp_path_factory.mktemp("pages")
    compared = folder / "compared.html"
    compared.write_text(protokit.compare(*runs).page().html(), encoding="utf-8")
    return {"report": protokit.report(runs[0], folder / "report.html"), "compared": compared}


@needs_browser
@pytest.mark.parametrize("page", ["report", "compared"])
@pytest.mark.parametrize("width", [390, 1200])
def test_a_page_fits_its_screen_and_runs_nothing(page: str, width: int, pages: dict[str, Path], tmp_path: Path) -> None:
    found = measure(pages[page], tmp_path, width)
    assert found.overflow == 0
    assert found.scripts == 0 and found.handlers == 0 and found.elements > 30
    assert found.small == 0  # pictures scroll rather than shrink
    assert "hostile" in found.text and (TARGET in found.text or page == "compared")
    assert not found.console, found.console


@needs_browser
@pytest.mark.parametrize("page", ["report", "compared"])
@pytest.mark.parametrize(("width", "dark"), [(390, True), (1200, False)])
def test_a_page_is_seen(page: str, width: int, dark: bool, pages: dict[str, Path], tmp_path: Path) -> None:
    from PIL import Image

    picture, console = screenshot(pages[page], tmp_path, width, 1400, dark=dark)
    assert not console, console
    with Image.open(picture) as image:
        pixels = np.asarray(image.convert("L"), float)
    assert pixels.shape == (1400, width)
    middle = float(np.median(pixels))
    assert (middle < 60) if dark else (middle > 200)
    written = np.abs(pixels - middle) > 90  # letters stand out from the ground
    assert 0.003 < written.mean() < 0.4 and written[:300].any() and written.any(axis=0).sum() > width / 3


def test_hostile_names_stay_text_in_report_and_card(
    runs: tuple[protokit.Run, protokit.Run], pages: dict[str, Path]
) -> None:
    text = pages["report"].read_text(encoding="utf-8")
    shown = runs[0]._repr_mimebundle_()
    for markup in (text, shown["text/html"], pages["compared"].read_text(encoding="utf-8")):
        assert "<script" not in markup and "onerror=alert(1)>" not in markup and "<img" not in markup
    assert html.escape(SCRIPT) in text and "alert(2)" in text and "שלום" in text
    assert "\u202e" not in shown["text/plain"]


def test_the_report_has_all_that_the_run_knows(runs: tuple[protokit.Run, protokit.Run], pages: dict[str, Path]) -> None:
    run, text = runs[0], pages["report"].read_text(encoding="utf-8")
    titles = re.findall(r"<h2[^>]*>(.*?)</h2>", text)
    assert titles == [
        "Scores", "What it gets wrong", "How far to trust it", "What it relies on", "Training", "Data", "Network",
        "Recipe",
    ]  # fmt: skip
    assert text.index(html.escape(run.verdict, quote=False).split(":")[0]) < text.index("<h2")
    for said in (
        "each class",
        "accuracy by slice",
        "labels worth a second look",
        "calibration error 0.030",
        "+  epochs: 20",
    ):
        assert said in text, said
    assert text.count("<svg") == text.count('role="img"') >= 8 and text.count('aria-label=""') == 0
    score = run.results["metrics"]["scores"][0]["network"]
    assert f"{score['value']:.3f} ({score['low']:.3f} to {score['high']:.3f})" in text
    card = str(run)
    for said in (
        "each class",
        "accuracy by slice",
        "looked at 3 times",
        "by heart",
        "learn: {epochs: 20}",
    ):
        assert said in card, said


def test_a_report_is_made_anew_from_the_folder_alone(runs: tuple[protokit.Run, protokit.Run], tmp_path: Path) -> None:
    run = runs[1]
    moved = tmp_path / "elsewhere" / run.path.name
    shutil.copytree(run.path, moved)
    first = (moved / "report.html").read_text(encoding="utf-8")
    (moved / "report.html").unlink()
    protokit.report(moved)
    assert (moved / "report.html").read_text(encoding="utf-8") == first.replace("<h1>hostile", "<h1>elsewhere").replace(
        "<title>hostile", "<title>elsewhere"
    )
    with pytest.raises(protokit.DataError, match="not the folder of a finished run"):
        protokit.report(tmp_path)
    with pytest.raises(protokit.DataError, match="folder"):
        protokit.report(moved, tmp_path)


def test_every_plot_of_a_run_is_drawn_and_others_are_refused(runs: tuple[protokit.Run, protokit.Run]) -> None:
    plot = runs[0].plot
    assert plot.names == (
        "calibration", "confusion", "curves", "embeddings", "gradients", "importance", "pr", "roc", "scores", "slices",
    )  # fmt: skip
    for name in plot.names:
        if name != "embeddings":
            assert getattr(plot, name)(theme="dark").axes
    with pytest.raises(protokit.SpecError, match="not for multiclass\n    those of this run: calibration, confusion"):
        plot.residuals()
    with pytest.raises(protokit.SpecError, match="no slices"):
        runs[1].plot.slices()
    with pytest.raises(protokit.SpecError, match="no target"):
        plot.confusion("tar")
    with pytest.raises(protokit.SpecError, match="no plot 'confusoin'\n    did you mean 'confusion'"):
        plot.confusoin()
    with pytest.raises(protokit.SpecError, match=r"write run.plot.embeddings\(table\)"):
        plot.embeddings()
    assert not hasattr(plot, "shape")
    results = runs[0].results
    slices = [
        one | {"network": {"value": None, "low": None, "high": None}, "baseline": None} for one in FURTHER["slices"]
    ]
    empty = results | {"metrics": results["metrics"] | {"slices": slices}}
    with pytest.raises(protokit.SpecError, match="no slice has the metric accuracy"):
        protokit.Run(runs[0].path, "empty", empty).plot.slices()
    with pytest.raises(protokit.SpecError, match="theme"):
        plot.curves(theme="pink")
