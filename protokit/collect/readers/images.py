"""Folders of images or sounds, or a .zip of them: a folder for each label, in train, validation and test if split."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, ClassVar

from protokit.collect.files import archives, files
from protokit.collect.files.file_source import OnDisk
from protokit.collect.files.files import File, unreadable
from protokit.collect.files.secrets import Location, expand
from protokit.collect.source import SOURCES
from protokit.core.errors import DataError
from protokit.core.names import AUDIO_ENDINGS, IMAGE_ENDINGS, counted
from protokit.core.outside import access
from protokit.core.values.said import Notice
from protokit.grammar.document import nearby

if TYPE_CHECKING:
    import pandas as pd

_STARTS = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF8", b"BM", b"RIFF", b"II*\0", b"MM\0*")
_SPLITS = {"train": "train", "training": "train", "test": "test", "testing": "test"}
_SPLITS |= dict.fromkeys(("validation", "valid", "val", "dev"), "validation")
_TABLES = {".csv", ".tsv", ".jsonl", ".xlsx"}
_A_ZIP = ("a .zip file", "give a .zip of {things}, or a folder")
_MOST_BYTES = 1 << 28  # of one file, unpacked


@dataclass(frozen=True)
class Medium:
    """What files hold: the column's name and what they are called, by their ending, and how each begins."""

    column: str
    thing: str
    endings: tuple[str, ...]
    starts: tuple[bytes, ...]

    def check(self, content: bytes, place: str) -> None:
        """Hold that the bytes of a file begin as those of such a file do."""
        if not content.startswith(self.starts):
            what = "is empty" if not content else f"is no {self.thing}, whatever its ending says"
            raise DataError(what, place=place, cure="remove it, or replace it")


IMAGES = Medium("image", "image", IMAGE_ENDINGS, _STARTS)
SOUNDS = Medium("audio", "sound", AUDIO_ENDINGS, (b"RIFF", b"RIFX", b"RF64", b"fLaC", b"OggS"))


@dataclass(frozen=True)
class _Tree:
    """Names of files below the folder that holds the labels, with label and split of each where there are any."""

    medium: Medium
    names: list[PurePosixPath]
    labels: list[str] | None
    splits: list[str] | None
    others: int

    @property
    def columns(self) -> list[str]:
        """The names of the columns that come of it."""
        return [self.medium.column, *["label"] * (self.labels is not None), *["split"] * (self.splits is not None)]


@SOURCES.add
class Images(OnDisk):
    """Columns `image` (a path; the bytes for a zip), `label` (the folder) and, where folders say it, `split`.

    Where there is no image, and there are sounds, the first column is `audio`.
    """

    name = "images"
    about = "a folder or .zip that has a folder of images, or of sounds, for each label"
    example = "{images: photos/}"
    rank = 10
    endings: ClassVar[tuple[str, ...]] = (".zip", "/")
    media: ClassVar[tuple[Medium, ...]] = (IMAGES, SOUNDS)

    def columns(self, folder: Path) -> list[str] | None:
        """`image` or `audio`, and what the folders tell; None while a zip of the web was not fetched."""
        location = expand(self.location)
        with location.masking():
            path = _path(location, folder)
            if path.is_dir():
                return self._tree(_walk(path), str(path)).columns
            found, _ = files.find(location, folder, fetch=False)
            if not found:
                return None
            with archives.opened(found[0], *self._a_zip) as archive:
                return self._tree(_members(archive), found[0].name).columns

    def read(self, folder: Path, texts: Collection[str] = ()) -> tuple[pd.DataFrame, str, tuple[Notice, ...]]:
        """A row for each file, in the order of their names. The digest is that of names and contents.

        Raises:
            DataError: there are no such files, one is damaged, or their folders are not one for each label.
        """
        import pandas as pd

        location = expand(self.location)
        with location.masking():
            path = _path(location, folder)
            cells: list[str] | list[bytes]
            notices: list[Notice] = []
            if path.is_dir():
                tree = self._tree(_walk(path), str(path))
                cells = [str(path / name) for name in tree.names]
                digest = hashlib.sha256()
                for name in tree.names:
                    file = File(path / name, str(path / name))
                    content = file.content()
                    tree.medium.check(content, file.name)
                    digest.update(f"{hashlib.sha256(content).hexdigest()}  {name}\n".encode())
                found = digest.hexdigest()
            else:
                try:
                    file, notices = files.one(location, folder, self.name)
                except DataError as error:
                    if error.rule.startswith("no such file"):
                        raise DataError(f"no such folder or .zip: {path}", cure=nearby(path)) from None
                    raise
                with archives.opened(file, *self._a_zip) as archive:
                    tree = self._tree(_members(archive), file.name)
                    cells = [_unpacked(archive, name, file, tree.medium) for name in tree.names]
                found = file.sha256()
            columns = {tree.medium.column: cells, "label": tree.labels, "split": tree.splits}
            frame = pd.DataFrame({n: pd.Series(c, dtype=object) for n, c in columns.items() if c is not None})
            if tree.others:
                notices.append(Notice(f"{counted(tree.others, 'file')} left out: no {tree.medium.thing}s"))
            return frame, found, tuple(notices)

    @property
    def _a_zip(self) -> tuple[str, str]:
        what, cure = _A_ZIP
        return what, cure.format(things=f"{self.media[0].thing}s")

    def _tree(self, names: list[PurePosixPath], place: str) -> _Tree:
        """Split and label of each file of the first medium of which there are any."""
        names = [n for n in names if not any(part.startswith((".", "__MACOSX")) for part in n.parts)]
        for medium in self.media:
            if some := sorted(name for name in names if name.suffix.lower() in medium.endings):
                return _tree(medium, some, len(names) - len(some), place)
        thing = self.media[0].thing
        cure = f"give a folder that has a folder of {thing}s for each label"
        if any(name.suffix == ".parquet" for name in names):
            cure = "for a folder of Parquet files, write {parquet: FOLDER/}"
        elif tables := sorted({name.suffix for name in names if name.suffix in _TABLES}):
            cure = f"tables of a folder are named by a pattern, such as FOLDER/*{tables[0]}"
        raise DataError(f"no {thing}s", place=place, cure=cure)


def _path(location: Location, folder: Path) -> Path:
    """The folder that a place may be; nothing of an address is looked for on this machine."""
    return folder / location.text if "://" in location.text else access.local(folder / location.text)


def _walk(folder: Path) -> list[PurePosixPath]:
    with unreadable(str(folder)):
        return [PurePosixPath(path.relative_to(folder).as_posix()) for path in access.inside(folder)]


def _members(archive: zipfile.ZipFile) -> list[PurePosixPath]:
    return [PurePosixPath(info.filename) for info in archive.infolist() if not info.is_dir()]


def _tree(medium: Medium, named: list[PurePosixPath], others: int, place: str) -> _Tree:
    """Split and label of each file by its folders; folders that hold all of them are passed by."""
    skip = 0
    # one folder around all labels or splits tells nothing
    while all(len(n.parts) > skip + 2 and n.parts[skip] == named[0].parts[skip] for n in named):
        if named[0].parts[skip].lower() in _SPLITS:
            break
        skip += 1
    below = [name.parts[skip:-1] for name in named]
    splits = None
    if all(parts and parts[0].lower() in _SPLITS for parts in below):
        splits = [_SPLITS[parts[0].lower()] for parts in below]
        below = [parts[1:] for parts in below]
    bare = [name for name, parts in zip(named, below, strict=True) if not parts]
    if bare and len(bare) < len(named):
        raise DataError(f"{bare[0]} stands beside the folders of the labels", place=place, cure="move it into one")
    labels = None if bare else [parts[0] for parts in below]
    return _Tree(medium, named, labels, splits, others)


def _unpacked(archive: zipfile.ZipFile, name: PurePosixPath, file: File, medium: Medium) -> bytes:
    try:
        info = archive.getinfo(str(name))
        if info.file_size > _MOST_BYTES:
            raise file.error(f"{name} unpacks to {info.file_size:,} bytes", "take it out of the .zip")
        content = archive.read(info)
    except (OSError, *archives.DAMAGED) as error:
        raise file.error(f"{name} cannot be unpacked: {error}", "pack the .zip anew, without a password") from None
    medium.check(content, f"{file.name}: {name}")
    return content
