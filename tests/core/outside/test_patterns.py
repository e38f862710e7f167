"""A pattern lists the folders that are told, and no other."""

from __future__ import annotations

import glob
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from protokit.core.outside.patterns import listed

_SEEN: set[str] = set()


def _watch(event: str, arguments: tuple[Any, ...]) -> None:
    if event in ("os.scandir", "os.listdir") and isinstance(arguments[0], (str, os.PathLike)):
        _SEEN.add(os.path.realpath(arguments[0]))


sys.addaudithook(_watch)


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    for name in ("own/a/b", "own/.hidden/c", "own/d", "other/e/f"):
        (tmp_path / name).mkdir(parents=True)
        (tmp_path / name / "t.csv").write_text("x\n")
    (tmp_path / "own" / "link").symlink_to(tmp_path / "other")
    (tmp_path / "own" / "a" / "loop").symlink_to(tmp_path / "own" / "a")
    yield tmp_path / "own"


@pytest.mark.parametrize(
    "pattern",
    ["*.csv", "*/*.csv", "*/*/t.csv", "a/*.csv", "link/*.csv", "link/*/t.csv", "**/t.csv", "l*/[ef]/*.csv",
     ".hidden/*/t.csv", "../other/*/*.csv", "a/../d/*", "none/*.csv", "**", "*/none/*.csv", "t.csv"],
)  # fmt: skip
def test_what_is_listed_was_told(pattern: str, folder: Path) -> None:
    told = {os.path.realpath(one) for one in listed(pattern, folder)}
    _SEEN.clear()
    glob.glob(pattern, root_dir=folder, recursive=True)
    assert {one for one in _SEEN if Path(one).is_dir()} <= told


def test_nothing_is_listed_before_it_was_told(folder: Path) -> None:
    _SEEN.clear()
    found = listed("**/*.csv", folder)
    told: set[str] = set()
    for one in found:
        assert _SEEN - told <= {os.path.realpath(folder.parent)} and os.path.realpath(one) not in _SEEN
        told.add(os.path.realpath(one))
        if one == folder / "link":
            break
    found.close()
    assert os.path.realpath(folder / "link") not in _SEEN
