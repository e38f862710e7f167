from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from protokit.cli import listing, reference
from protokit.cli.kinds import KINDS
from protokit.core import plugins
from protokit.core.errors import SpecError
from protokit.core.plugins import Package


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_lists_its_things(kind: str) -> None:
    text, plain = listing.listed(kind, None)
    entries = KINDS[kind].entries()
    assert entries and [entry["name"] for entry in plain] == list(entries)  # type: ignore[attr-defined]
    assert [line.split()[0] for line in text.splitlines()] == list(entries)
    json.dumps([entry.as_plain() for entry in entries.values()], default=repr)
    for name in entries:
        shown, thing = listing.listed(kind, name)
        assert shown.startswith(name) and thing["name"] == name  # type: ignore[index]


def test_list_alone_counts_them() -> None:
    text, plain = listing.listed(None, None)
    rows = dict(line.split(maxsplit=2)[:2] for line in text.splitlines())
    assert {*rows} == {*KINDS, "plugins"}
    for name, kind in KINDS.items():
        assert int(rows[name]) == len(kind.entries()), name
    assert [row["kind"] for row in plain] == list(KINDS)  # type: ignore[attr-defined]


def test_one_thing_is_shown_with_all_that_may_be_written() -> None:
    assert "units                (required)          integer" in listing.listed("layers", "Dense")[0]
    assert 'kernel_initializer   = "glorot_uniform"' in listing.listed("layers", "Dense")[0]
    assert "learning_rate" in listing.listed("optimizers", "Adam")[0]
    clip = listing.listed("steps", "clip")[0]
    assert "{distance: [0, 5000]}" in clip and "a list of 2 values, each a number or null" in clip
    assert "wide: []" in listing.listed("menus", "tabular")[0]
    assert "[binary, multiclass, multilabel]" in listing.listed("metrics", None)[0]
    assert "for: regression, forecasting" in listing.listed("metrics", "r2")[0]


@pytest.mark.parametrize(
    ("kind", "name", "words"),
    [
        ("layer", None, "did you mean 'layers'"),
        ("zebras", None, "one of: sources, steps"),
        ("layers", "Dens", "did you mean 'Dense'"),
        ("metrics", "acuracy", "did you mean 'accuracy'"),
        ("engines", "zebra", "one of: "),
        ("layers", "zebra", "`protokit list layers`"),
    ],
)
def test_what_is_not_there_is_said_with_the_nearest_name(kind: str, name: str | None, words: str) -> None:
    with pytest.raises(SpecError) as caught:
        listing.listed(kind, name)
    assert words in str(caught.value)


def test_packages_of_plugins_are_told_with_their_failures(monkeypatch: pytest.MonkeyPatch) -> None:
    found = (
        Package("shop-tools", "1.2", "step", "shop_tools.step"),
        Package("shop-tools", "1.2", "metric", "shop_tools.metric", "ImportError: no module named x"),
    )
    monkeypatch.setattr(plugins, "packages", lambda kind="": found)
    text, plain = listing.listed("plugins", None)
    assert text == "shop-tools 1.2\n  metric could not be loaded: ImportError: no module named x"
    assert plain[0]["failures"] == {"metric": "ImportError: no module named x"}  # type: ignore[index]


def test_the_reference_page_is_what_the_code_declares(root: Path) -> None:
    """Made in a process in which no package of plug-ins is found."""
    script = (
        "import sys; sys.stdout.reconfigure(encoding='utf-8')\n"
        "from protokit.core import plugins\nplugins.entry_points = lambda **_: ()\n"
        "from protokit.cli.reference import page\nprint(page(), end='')"
    )
    made = subprocess.run([sys.executable, "-c", script], capture_output=True, encoding="utf-8", cwd=root, check=True)
    written = (root / reference.PAGE).read_text(encoding="utf-8")
    assert written == made.stdout, "make it anew: python -m protokit.cli.reference"
