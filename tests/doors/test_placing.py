"""Where a file comes to lie: what was there stays until the new one is there, whatever happens."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from protokit.core.errors import DataError
from protokit.core.libraries.backend import tf
from protokit.doors.files.keras_file import SavedModel
from protokit.doors.files.networks import written
from protokit.doors.placing import CONTRACT, hold_place, put_in_place, workplace

KILLED = """
import os, signal, sys
from pathlib import Path
from protokit.doors.placing import workplace
with workplace(Path(sys.argv[1])) as work:
    (work / "m.onnx").write_text("half")
    os.kill(os.getpid(), signal.SIGKILL)
"""


def made(work: Path, name: str, text: str, *, folder: bool = False) -> None:
    if folder:
        (work / name).mkdir()
        (work / name / "saved_model.pb").write_text(text)
    else:
        (work / name).write_text(text)
    (work / CONTRACT).write_text(json.dumps(text))


@pytest.mark.skipif(sys.platform == "win32", reason="folders are not locked there")
def test_a_kill_leaves_the_earlier_file_and_the_next_export_sweeps(tmp_path: Path) -> None:
    path = tmp_path / "m.onnx"
    path.write_text("earlier")
    (tmp_path / "m.onnx.json").write_text("its contract")
    done = subprocess.run([sys.executable, "-c", KILLED, str(path)], check=False)
    assert done.returncode == -9
    assert path.read_text() == "earlier" and (tmp_path / "m.onnx.json").read_text() == "its contract"
    [left] = tmp_path.glob(".m.onnx.*.part")
    with workplace(path) as work:
        assert not left.exists() and work.is_dir()
        made(work, "m.onnx", "new")
        put_in_place(work, ["m.onnx"], path)
    assert path.read_text() == "new" and (tmp_path / "m.onnx.json").read_text() == '"new"'
    assert sorted(one.name for one in tmp_path.iterdir()) == ["m.onnx", "m.onnx.json"]


def test_a_disk_that_refuses_tensorflow_is_told_as_any_other(tmp_path: Path) -> None:
    (tmp_path / "m.onnx").write_text("earlier")
    said = "/x/variables.index; No space left on device [Op:MergeV2Checkpoints]"
    refused = pytest.raises(DataError, match=r"could not write: No space left on device$")
    with refused, workplace(tmp_path / "m.onnx"), written():
        raise tf.errors.ResourceExhaustedError(None, None, said)
    assert [one.name for one in tmp_path.iterdir()] == ["m.onnx"]


def test_exports_at_once_leave_each_others_folders_alone(tmp_path: Path) -> None:
    path = tmp_path / "m.onnx"
    with workplace(path) as first, workplace(path) as second, workplace(tmp_path / "m.onnx.b") as third:
        assert first.is_dir() and second.is_dir() and third.is_dir() and first != second
    assert not list(tmp_path.iterdir())


def test_a_folder_that_a_kill_left_aside_comes_back(tmp_path: Path) -> None:
    path = tmp_path / "served"
    left = tmp_path / ".served.abcd1234.part"
    (left / ".earlier").mkdir(parents=True)
    (left / ".earlier" / "saved_model.pb").write_text("earlier")
    (left / ".earlier.json").write_text("its contract")
    with workplace(path):
        assert (path / "saved_model.pb").read_text() == "earlier"
        assert (tmp_path / "served.json").read_text() == "its contract"
    assert not left.exists()


def test_no_moment_shows_a_folder_with_the_contract_of_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, seen = tmp_path / "served", []

    def look(of: Callable[..., Any]) -> Callable[..., Any]:
        def called(self: Path, to: Path) -> Any:
            found = of(self, to)
            pair = [one.read_text() for one in (path / "saved_model.pb", tmp_path / "served.json") if one.exists()]
            seen.append([json.loads(text) if text.startswith('"') else text for text in pair])
            return found

        return called

    for text in ("first", "second"):
        with workplace(path) as work:
            made(work, "served", text, folder=True)
            with monkeypatch.context() as patch:
                patch.setattr(Path, "rename", look(Path.rename))
                patch.setattr(Path, "replace", look(Path.replace))
                put_in_place(work, ["served"], path)
    assert seen[-1] == ["second", "second"] and all(len({*pair}) <= 1 for pair in seen), seen


def test_what_was_there_stays_where_the_disk_refuses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "served"
    with workplace(path) as work:
        made(work, "served", "first", folder=True)
        put_in_place(work, ["served"], path)

    def full(self: Path, to: Path) -> None:
        raise OSError(28, "No space left on device")

    with pytest.raises(DataError, match="No space left"), workplace(path) as work:
        made(work, "served", "second", folder=True)
        monkeypatch.setattr(Path, "replace", full)
        put_in_place(work, ["served"], path)
    assert (path / "saved_model.pb").read_text() == "first"
    assert (tmp_path / "served.json").read_text() == '"first"'


def test_other_peoples_files_stay(tmp_path: Path) -> None:
    path = tmp_path / "model.py"
    path.write_text("my work")
    with pytest.raises(DataError, match="which no export wrote"):
        hold_place(path, [path.with_suffix(".safetensors")])
    path.unlink()
    path.with_suffix(".safetensors").write_text("my weights")
    with pytest.raises(DataError, match="there is another file"):
        hold_place(path, [path.with_suffix(".safetensors")])
    (tmp_path / "m.onnx").mkdir()
    with pytest.raises(DataError, match="there is a folder"):
        hold_place(tmp_path / "m.onnx", [])


def test_a_kill_while_it_is_written_leaves_the_earlier_folder(
    model: Callable[[str], Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "served"
    path.mkdir()
    (path / "saved_model.pb").write_text("earlier")

    def stopped(*given: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(SavedModel, "run", stopped)
    with pytest.raises(KeyboardInterrupt):
        model("default").export(path)
    assert (path / "saved_model.pb").read_text() == "earlier" and list(tmp_path.iterdir()) == [path]
