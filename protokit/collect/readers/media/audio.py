"""Folders of sounds, or a .zip of them."""

from __future__ import annotations

from typing import ClassVar

from protokit.collect.readers.images import SOUNDS, Images, Medium
from protokit.collect.source import SOURCES


@SOURCES.add
class Audio(Images):
    """Columns `audio` (a path; the bytes for a zip), `label` (the folder) and, where folders say it, `split`."""

    name = "audio"
    about = "a folder or .zip that has a folder of sounds for each label"
    example = "{audio: sounds/}"
    rank = 11
    endings = ()
    media: ClassVar[tuple[Medium, ...]] = (SOUNDS,)
