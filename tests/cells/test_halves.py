"""Halves of characters, which JSON may write: mended at each door for tables, before anything looks at a text."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from protokit.cells.halves import mend, without_halves
from protokit.collect.collect import collect
from protokit.collect.words import Collect
from protokit.core.names import whole


def test_a_half_becomes_the_mark_of_what_is_no_character_and_two_halves_their_character() -> None:
    assert whole("a\ud800b") == "a\ufffdb" and whole("\ud83d\ude00") == "\U0001f600"
    held = ["b", ("\udc00", 1), {"k\ud800": "v"}, None]
    assert mend(held) == ["b", ("\ufffd", 1), {"k\ufffd": "v"}, None]
    same = ["é", {"k": ("v", 2)}]
    assert mend(same) is same


def test_a_frame_without_any_is_the_same_one() -> None:
    frame = pd.DataFrame({"x": pd.Series(["é", None, ["a"]], dtype=object), "n": [1, 2, 3]})
    assert without_halves(frame) is frame


@pytest.mark.parametrize("door", ["file", "columns", "records", "frame"])
def test_every_door_mends_them(door: str, tmp_path: Path) -> None:
    rows = [{"x": "a\ud800", "tags": ["b\udfff"], "y": i} for i in range(4)]
    spec = Collect()
    table: object = None
    if door == "file":
        (tmp_path / "t.json").write_text(json.dumps(rows))
        spec = Collect.model_validate({"tables": {"t": "t.json"}})
    elif door == "columns":
        table = {"x": [row["x"] for row in rows], "tags": [row["tags"] for row in rows], "y": [0, 1, 2, 3]}
    elif door == "records":
        table = rows
    else:
        table = pd.DataFrame({name: pd.Series([row[name] for row in rows], dtype=object) for name in rows[0]})
    frame = collect(spec, tmp_path, table).frame
    assert frame["x"].tolist() == ["a\ufffd"] * 4
    assert "b\ufffd" in str(frame["tags"].iloc[0])
