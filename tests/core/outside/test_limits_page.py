"""The page of limits says what the program holds."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

from protokit.core.outside.limits import Limits

PAGE = Path(__file__).parents[3] / "docs" / "security.md"


def test_the_page_has_each_limit() -> None:
    text = PAGE.read_text(encoding="utf-8")
    for one in fields(Limits):
        size = one.default
        shown = next(
            (f"{size >> 10 * i} {u}" for i, u in ((3, "GiB"), (2, "MiB")) if size % (1 << 10 * i) == 0), f"{size:,}"
        )
        shown = shown if one.metadata["unit"] == "bytes" else f"{size:,}"
        assert f"| `{one.name}` | {shown} | {one.metadata['about']}" in text, one.name
