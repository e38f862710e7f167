"""Folders of sounds: read as folders of images are."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from protokit.collect.source import Source
from protokit.core.errors import DataError

FILES = {"a.wav": b"RIFF\0\0\0\0WAVE", "b.flac": b"fLaC\0\0", "c.ogg": b"OggS\0\0"}


def tree(folder: Path) -> Path:
    for part in ("train/dog", "train/cat", "test/dog"):
        (folder / part).mkdir(parents=True)
        for name, content in FILES.items():
            (folder / part / name).write_bytes(content)
    return folder


@pytest.mark.parametrize("spec", [{"audio": "sounds"}, {"images": "sounds"}, {"audio": "sounds.zip"}, "sounds/"])
def test_folders_are_labels_and_splits(spec: object, tmp_path: Path) -> None:
    folder = tree(tmp_path / "sounds")
    with zipfile.ZipFile(tmp_path / "sounds.zip", "w") as archive:
        for path in sorted(folder.rglob("*.*")):
            archive.write(path, path.relative_to(folder))
    source = Source.parse(spec)
    frame, _, notices = source.read(tmp_path)
    assert list(frame.columns) == source.columns(tmp_path) == ["audio", "label", "split"] and not notices
    assert frame["label"].value_counts().to_dict() == {"dog": 6, "cat": 3}
    assert frame["split"].unique().tolist() == ["test", "train"]


def test_what_is_wrong_with_a_folder_of_sounds(tmp_path: Path) -> None:
    folder = tree(tmp_path / "sounds")
    (folder / "train" / "dog" / "x.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    assert Source.parse({"audio": "sounds"}).read(tmp_path)[2][0].rule == "1 file left out: no sounds"
    assert "image" in Source.parse({"images": "sounds"}).read(tmp_path)[0].columns
    (folder / "train" / "dog" / "a.wav").write_bytes(b"<html>")
    with pytest.raises(DataError, match=r"a\.wav: is no sound, whatever its ending says"):
        Source.parse({"audio": "sounds"}).read(tmp_path)
    (tmp_path / "photos").mkdir()
    with pytest.raises(DataError, match="no sounds") as caught:
        Source.parse({"audio": "photos"}).read(tmp_path)
    assert "a folder of sounds for each label" in str(caught.value.cure)
