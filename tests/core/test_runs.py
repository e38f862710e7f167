from __future__ import annotations

import os
from pathlib import Path

import pytest

from protokit.core.errors import DataError
from protokit.core.runs import run_folder


def made(path: Path, *, finished: bool = True, at: int = 0) -> Path:
    path.mkdir(parents=True)
    (path / "environment.json").write_text("{}")
    if finished:
        (path / "metrics.json").write_text("{}")
        os.utime(path / "metrics.json", (at, at))
    return path


def test_a_name_stands_for_its_newest_finished_run(tmp_path: Path) -> None:
    name = tmp_path / "runs" / "wine"
    old = made(name / "20260101T000000-ffff", at=9)
    new = made(name / "20260102T000000-0000", at=5)
    made(name / "20260103T000000-aaaa", finished=False)
    made(name / "zzz-my-copy", at=99)
    assert run_folder(name) == new and run_folder(old) == old
    same_second = made(name / "20260102T000000-bbbb", at=4)
    assert run_folder(name) == new and run_folder(same_second) == same_second


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ("runs", ["holds the runs of 2 recipes", "such as", "tea"]),
        ("runs/wien", ["no such folder", "did you mean", "wine"]),
        ("nothing/here", ["no such folder", "runs/NAME"]),
        ("runs/wine/20260103T000000-aaaa", ["did not come to its end", "--resume"]),
        ("runs/cut", ["did not come to its end", "--resume"]),
        ("other", ["not the folder of a finished run", "runs/NAME"]),
    ],
)
def test_what_is_no_run_is_answered_with_what_is_there(asked: str, words: list[str], tmp_path: Path) -> None:
    made(tmp_path / "runs" / "wine" / "20260101T000000-ffff")
    made(tmp_path / "runs" / "tea" / "20260101T000000-ffff")
    made(tmp_path / "runs" / "wine" / "20260103T000000-aaaa", finished=False)
    made(tmp_path / "runs" / "cut" / "20260103T000000-aaaa", finished=False)
    (tmp_path / "other").mkdir()
    with pytest.raises(DataError) as caught:
        run_folder(tmp_path / asked)
    assert all(word in str(caught.value) for word in words), caught.value
