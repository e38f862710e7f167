"""Marked rooms of a page of docs/, which the benchmarks fill with what they measured."""

from __future__ import annotations

from pathlib import Path


def fill(page: Path, room: str, text: str) -> None:
    """Put a text between `<!-- ROOM -->` and `<!-- /ROOM -->`."""
    first, last = f"<!-- {room} -->\n", f"<!-- /{room} -->"
    before, found, rest = page.read_text().partition(first)
    _, end, after = rest.partition(last)
    if not (found and end):
        raise SystemExit(f"{page} has no room {room}")
    page.write_text(f"{before}{first}{text.strip()}\n{last}{after}")
