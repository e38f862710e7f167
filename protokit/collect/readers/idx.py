"""Images in idx files, the format of MNIST (http://yann.lecun.com/exdb/mnist, "the IDX file format")."""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from protokit.collect.files import files
from protokit.collect.files.file_source import OnDisk
from protokit.collect.files.files import File
from protokit.collect.files.secrets import expand
from protokit.collect.files.texts import unpacked
from protokit.collect.options import text
from protokit.collect.source import SCHEME, SOURCES, Refusal
from protokit.core.values.said import Notice

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

_TYPES = {0x08: "uint8", 0x09: "int8", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}
_HEAD = 4 + 4 * 8


@SOURCES.add
class Idx(OnDisk):
    """Columns `image` (a uint8 array of (height, width) or (height, width, channels)) and, with `labels`, `label`."""

    name = "idx"
    about = "images as MNIST has them"
    example = "{idx: train-images-idx3-ubyte.gz, labels: train-labels-idx1-ubyte.gz}"
    rank = 11
    endings = ("-idx3-ubyte", "-idx3-ubyte.gz")

    labels: Annotated[str | None, text("labels"), Field(description="the idx file that holds the labels")] = None

    @classmethod
    def refused(cls, location: str) -> Refusal | None:
        """Addresses of every kind."""
        if SCHEME.match(location) and super().refused(location) is None:
            return "idx files are read from the disk", "download them, and name the files"
        return super().refused(location)

    def columns(self, folder: Path) -> list[str] | None:
        """`image`, and `label` where the recipe names its file; the heads of both files are checked."""
        images, labels = self._files(folder)
        shapes = [_shape(file, unpacked(file, _HEAD)) for file in (images, *labels)]
        if labels:
            _agree(images, shapes[0], labels[0], shapes[1])
        return ["image", "label"] if labels else ["image"]

    def read(self, folder: Path, texts: Collection[str] = ()) -> tuple[pd.DataFrame, str, tuple[Notice, ...]]:
        """A row for each image. The digest is that of the files.

        Raises:
            DataError: a file is not idx, is cut short, or they do not hold as many labels as images.
        """
        import pandas as pd

        images, labels = self._files(folder)
        pictures = _array(images)
        if pictures.ndim not in (3, 4) or pictures.dtype != "uint8":
            rule = f"{pictures.ndim} dimensions of {pictures.dtype}, not images"
            raise images.error(rule, "name the file with the images: idx3-ubyte")
        frame = pd.DataFrame({"image": pd.Series(list(pictures), dtype=object)})
        digest = images.sha256()
        for file in labels:
            found = _array(file)
            _agree(images, pictures.shape, file, found.shape)
            frame["label"] = found.astype("int64" if found.dtype.kind in "iu" else "float64")
            digest = hashlib.sha256(f"{digest}\n{file.sha256()}\n".encode()).hexdigest()
        return frame, digest, ()

    def _files(self, folder: Path) -> tuple[File, list[File]]:
        found: list[File] = []
        for written in (self.location, self.labels):
            if written is not None:
                location = expand(written)
                with location.masking():
                    file, _ = files.one(location, folder, self.name)
                found.append(File(file.path, location.masked(file.name)))
        return found[0], found[1:]


def _shape(file: File, raw: bytes) -> tuple[int, ...]:
    cure = "give a file such as train-images-idx3-ubyte.gz"
    if len(raw) < 4 or raw[:2] != b"\0\0" or raw[2] not in _TYPES or not 1 <= raw[3] <= 8:
        raise file.error("not an idx file", cure)
    if len(raw) < 4 + 4 * raw[3]:
        raise file.error("ends within its head", "fetch the file again, whole")
    shape = struct.unpack(f">{raw[3]}I", raw[4 : 4 + 4 * raw[3]])
    if 0 in shape:
        raise file.error("holds nothing", cure)
    return shape


def _array(file: File) -> np.ndarray:
    import numpy as np

    raw = unpacked(file)
    shape = _shape(file, raw)
    dtype = np.dtype(_TYPES[raw[2]])
    wanted, there = int(np.prod(shape, dtype=object)) * dtype.itemsize, len(raw) - 4 - 4 * len(shape)
    if wanted != there:
        size = " x ".join(map(str, shape))
        raise file.error(f"{size} needs {wanted:,} bytes, and {there:,} are there", "fetch the file again, whole")
    return np.frombuffer(raw, dtype, offset=4 + 4 * len(shape)).reshape(shape).astype(dtype.newbyteorder("="))


def _agree(images: File, shape: tuple[int, ...], labels: File, found: tuple[int, ...]) -> None:
    if len(found) != 1:
        raise labels.error(f"{len(found)} dimensions, not labels", "name the file with the labels: idx1-ubyte")
    if found[0] != shape[0]:
        rule = f"{found[0]:,} labels for the {shape[0]:,} images of {images.name}"
        raise labels.error(rule, "name the labels of the same images")
