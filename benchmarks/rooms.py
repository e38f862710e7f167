"""What benchmarks share: marked rooms of a page of docs/, which they fill, and environments without protokit."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).parent.parent


def fill(page: Path, room: str, text: str) -> None:
    """Put a text between `<!-- ROOM -->` and `<!-- /ROOM -->`."""
    first, last = f"<!-- {room} -->\n", f"<!-- /{room} -->"
    before, found, rest = page.read_text().partition(first)
    _, end, after = rest.partition(last)
    if not (found and end):
        raise SystemExit(f"{page} has no room {room}")
    page.write_text(f"{before}{first}{text.strip()}\n{last}{after}")


def keep(name: str, about: str, found: Mapping[str, float | str]) -> None:
    """Keep figures with their date in docs/NAME.json, and as a table in the room NAME of docs/NAME.md."""
    page = ROOT / "docs" / f"{name}.md"
    page.with_suffix(".json").write_text(json.dumps(found, indent=1) + "\n")
    lines = [f"Measured on {found['date']} by `benchmarks/{name}.py`: {about}.", "", "| | |", "|---|---|"]
    for what, value in found.items():
        if what != "date":
            shown = value if isinstance(value, str) else f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
            lines.append(f"| {what} | {shown} |")
    fill(page, name, "\n".join(lines))


def bare(folder: Path, packages: Sequence[str]) -> Path:
    """The Python of an environment that has these packages, at the versions of constraints.txt; made where missing."""
    python = folder / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        pip = [python, "-m", "pip", "install", "-q", *packages, "-c", ROOT / "constraints.txt"]
        subprocess.run(pip, check=True)
    return python
