"""One file of a model's folder: a file of that folder and nothing else, no larger than is taken, strict JSON."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path
from typing import Any, NoReturn

from protokit.core.errors import BundleError
from protokit.core.files import sha256
from protokit.core.outside import limits
from protokit.core.outside.printed import short

_MANIFEST = 2**20


def size_of(file: Path) -> int:
    """The bytes of a file.

    Raises:
        BundleError: it is missing, leads elsewhere, or is no file.
    """
    try:
        found = os.lstat(file)
    except (OSError, ValueError):
        raise BundleError("a file of the model is missing", place=str(file), cure="copy the folder whole") from None
    if stat.S_ISLNK(found.st_mode):
        raise BundleError("a file of a model is a file, not a link", place=str(file), cure="copy what it leads to")
    if not stat.S_ISREG(found.st_mode):
        raise BundleError("a file of a model is a file, nothing else", place=str(file), cure="copy the folder again")
    return found.st_size


def hold_signed(file: Path, said: object) -> None:
    """Hold that a file is the one that a manifest names.

    Raises:
        BundleError: it is not, or larger than is taken.
    """
    size = size_of(file)
    if (found := limits.beyond("weights" if file.suffix == ".safetensors" else "member", size)) is not None:
        raise BundleError(found[0], place=str(file), cure=found[1])
    if not isinstance(said, dict) or size != said.get("bytes") or sha256(file) != said.get("sha256"):
        raise BundleError("the file is not the one that was saved", place=str(file), cure="copy it again")


def json_of(file: Path) -> Any:
    """What a file of a model holds.

    Raises:
        BundleError: it cannot be read, or says a key twice or a number that is not finite.
    """
    size = size_of(file)
    if file.name == "manifest.json" and size > _MANIFEST:
        rule = f"a manifest of {size:,} bytes, and at most {_MANIFEST:,} are taken"
        raise BundleError(rule, place=str(file), cure="copy the folder again")
    try:
        text = file.read_text(encoding="utf-8")
        found = json.loads(text, object_pairs_hook=_once, parse_constant=_no_number)
        if "\\ud" in text.lower():
            json.dumps(found, ensure_ascii=False).encode()  # halves of characters are no text
        return found
    except OSError as error:
        raise BundleError(f"it cannot be read: {error.strerror or error}", place=str(file)) from None
    except (ValueError, RecursionError) as error:
        raise BundleError(f"not JSON: {short(str(error))}", place=str(file), cure="copy the folder again") from None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        twice = next(name for i, (name, _) in enumerate(pairs) if name in dict(pairs[:i]))
        raise ValueError(f"the key {short(twice)!r} is there twice")
    return found


def _no_number(text: str) -> NoReturn:
    raise ValueError(f"{text} is no number of JSON")
