from __future__ import annotations

import gzip
import struct
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from protokit.collect.source import Source
from protokit.core.errors import DataError

PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 20


def made(dims: tuple[int, ...], content: bytes, kind: int = 8) -> bytes:
    return struct.pack(f">BBBB{len(dims)}I", 0, 0, kind, len(dims), *dims) + content


def read(folder: Path, **spec: Any) -> tuple[pd.DataFrame, str, list[str]]:
    source = Source.parse(spec)
    frame, digest, notices = source.read(folder)
    assert source.columns(folder) == list(frame.columns)
    return frame, digest, [notice.rule for notice in notices]


def tree(folder: Path, names: Iterable[str]) -> None:
    for i, name in enumerate(names):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(PNG + bytes([i]))


def packed(path: Path, names: Iterable[str]) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        for i, name in enumerate(names):
            archive.writestr(name, PNG + bytes([i]))


@pytest.mark.parametrize(
    ("names", "labels", "splits"),
    [
        (["cat/1.png", "cat/2.PNG", "dog/1.jpg"], ["cat", "cat", "dog"], None),
        (["all/of/cat/1.png", "all/of/dog/1.png"], ["cat", "dog"], None),
        (
            ["test/cat/1.png", "train/cat/1.png", "val/dog/1.png"],
            ["cat", "cat", "dog"],
            ["test", "train", "validation"],
        ),
        (["set/test/cat/1.png", "set/train/cat/1.png"], ["cat", "cat"], ["test", "train"]),
        (["test/1.png", "train/1.png"], None, ["test", "train"]),
        (["1.png", "2.png"], None, None),
        (["cat/1.png"], ["cat"], None),
        (["train/cat/1.png"], ["cat"], ["train"]),
        (["cat/x/1.png", "dog/1.png"], ["cat", "dog"], None),
    ],
)
def test_folders_are_labels_and_splits(
    tmp_path: Path, names: list[str], labels: list[str] | None, splits: list[str] | None
) -> None:
    tree(tmp_path / "photos", [*names, "__MACOSX/cat/._1.png", ".hidden/cat/1.png", "cat/.DS_Store"])
    packed(tmp_path / "photos.zip", [*names, "__MACOSX/cat/._1.png"])
    frame, digest, _ = read(tmp_path, images="photos")
    zipped, _, _ = read(tmp_path, images="photos.zip")
    for found in (frame, zipped):
        assert list(found.columns) == ["image", *["label"] * bool(labels), *["split"] * bool(splits)]
        assert labels is None or found["label"].tolist() == labels
        assert splits is None or found["split"].tolist() == splits
    assert [Path(image).read_bytes() for image in frame["image"]] == zipped["image"].tolist()
    Path(frame["image"][0]).write_bytes(PNG + b"other")
    assert read(tmp_path, images="photos")[1] != digest


def test_what_is_wrong_with_a_folder_of_images(tmp_path: Path) -> None:
    folder = tmp_path / "photos"
    tree(folder, ["cat/1.png", "readme.txt", "cat/notes.csv"])
    assert read(tmp_path, images="photos")[2] == ["2 files left out: no images"]
    tree(folder, ["2.png"])
    with pytest.raises(DataError, match=r"2\.png stands beside the folders of the labels"):
        read(tmp_path, images="photos")
    (folder / "2.png").unlink()
    for content, words in ((b"", "is empty"), (b"<html>", "is no image")):
        (folder / "cat" / "1.png").write_bytes(content)
        with pytest.raises(DataError, match=words) as caught:
            read(tmp_path, images="photos")
        assert "1.png" in str(caught.value)
    (tmp_path / "bare").mkdir()
    for name, words in (("bare", "no images"), ("nowhere", r"no such folder or \.zip"), ("photo", "did you mean")):
        with pytest.raises(DataError, match=words):
            read(tmp_path, images=name)


def test_a_damaged_zip_is_refused_or_read(tmp_path: Path) -> None:
    path = tmp_path / "t.zip"
    packed(path, [f"{label}/{i}.png" for label in "ab" for i in range(4)])
    whole, rng = path.read_bytes(), np.random.default_rng(0)
    refused = 0
    for trial in range(60):
        content = bytearray(whole)
        for at in rng.integers(len(content), size=1 + trial % 5):
            content[at] = int(rng.integers(256))
        path.write_bytes(bytes(content))
        try:
            frame, _, _ = Source.parse({"images": "t.zip"}).read(tmp_path)
            assert len(frame) > 0
        except DataError as error:
            assert error.cure
            refused += 1
    assert refused > 10


def test_pictures_of_the_subset_of_cifar_10(shared: Path) -> None:
    frame, _, _ = read(shared, images="cifar10_jpeg_subset.zip")
    assert frame.shape == (6000, 3) and all(image[:2] == b"\xff\xd8" for image in frame["image"])
    assert frame["label"].nunique() == 10 and set(frame.groupby(["split", "label"]).size()) == {500, 100}


def test_images_and_labels_in_idx_files(tmp_path: Path) -> None:
    pixels = np.arange(24, dtype="uint8")
    (tmp_path / "i.gz").write_bytes(gzip.compress(made((2, 3, 4), pixels.tobytes())))
    (tmp_path / "l").write_bytes(made((2,), b"\7\1"))
    frame, digest, _ = read(tmp_path, idx="i.gz", labels="l")
    assert all(image.dtype == np.uint8 and image.shape == (3, 4) for image in frame["image"])
    assert np.array_equal(np.stack(list(frame["image"])).ravel(), pixels)
    assert frame["label"].dtype.kind == "i" and frame["label"].tolist() == [7, 1]
    assert list(read(tmp_path, idx="i.gz")[0].columns) == ["image"]
    (tmp_path / "l").write_bytes(made((2,), np.array([300, -1], ">i4").tobytes(), 0x0C))
    assert read(tmp_path, idx="i.gz", labels="l")[0]["label"].tolist() == [300, -1]
    assert read(tmp_path, idx="i.gz", labels="l")[1] != digest
    for content, words in (
        (made((3,), b"\1\1\1"), "3 labels for the 2 images"),
        (made((2,), b"\1"), "2 needs 2 bytes, and 1 are there"),
        (made((2,), b"\1\1\1"), "2 needs 2 bytes, and 3 are there"),
        (made((2, 1), b"\1\1"), "2 dimensions, not labels"),
        (made((0,), b""), "holds nothing"),
        (b"\0\0\x08", "not an idx file"),
        (b"\0\0\x08\2\0\0", "ends within its head"),
        (b"\0\0\x07\1\0\0\0\1x", "not an idx file"),
        (b"PNG", "not an idx file"),
    ):
        (tmp_path / "l").write_bytes(content)
        with pytest.raises(DataError, match=words) as caught:
            Source.parse({"idx": "i.gz", "labels": "l"}).read(tmp_path)
        assert caught.value.cure
    (tmp_path / "huge").write_bytes(made((2**32 - 1,) * 3, b"\1"))
    with pytest.raises(DataError, match="and 1 are there"):
        Source.parse({"idx": "huge"}).read(tmp_path)


def test_fashion_mnist(shared: Path) -> None:
    folder = shared / "fashion_mnist"
    frame, _, _ = read(folder, idx="t10k-images-idx3-ubyte.gz", labels="t10k-labels-idx1-ubyte.gz")
    assert frame.shape == (10000, 2) and frame["image"][0].shape == (28, 28)
    assert frame["label"].value_counts().tolist() == [1000] * 10
    with pytest.raises(DataError, match="10,000 labels for the 60,000 images"):
        Source.parse({"idx": "train-images-idx3-ubyte.gz", "labels": "t10k-labels-idx1-ubyte.gz"}).columns(folder)
