"""The copies of what was fetched: by their content, with a note of what each address gave last."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from protokit.core.files import sha256, write_json


def cache_folder() -> Path:
    """Where fetched tables are kept: `$PROTOKIT_CACHE`, else the user's folder for such things."""
    if given := os.environ.get("PROTOKIT_CACHE"):
        return Path(given)
    from platformdirs import user_cache_path

    return user_cache_path("protokit", appauthor=False)


def entry(address: str) -> dict[str, Any]:
    """What is noted of an address; empty where it was not fetched."""
    try:
        found = json.loads(_index(address).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def note(address: str, known: dict[str, Any]) -> None:
    """Note what an address gave. What is noted has no secret: the address itself is a hash in the file's name."""
    write_json(_index(address), known)


def copy(noted: dict[str, Any]) -> Path | None:
    """The copy that a note is of, or None. A copy that was changed counts as none."""
    path = _contents() / str(noted.get("sha256") or "none")
    try:
        return path if path.is_file() and sha256(path) == path.name else None
    except OSError:
        return None


def save(blocks: Iterable[bytes]) -> Path:
    """Keep a content under its SHA-256, whole or not at all: what `blocks` raises leaves nothing behind."""
    folder = _contents()
    folder.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256()
    handle, name = tempfile.mkstemp(prefix=".fetching-", dir=folder)
    temporary: Path | None = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            for block in blocks:
                digest.update(block)
                file.write(block)
        path = folder / digest.hexdigest()
        Path(name).replace(path)
        temporary = None
        return path
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)


def _index(address: str) -> Path:
    return cache_folder() / "addresses" / (hashlib.sha256(address.encode()).hexdigest() + ".json")


def _contents() -> Path:
    return cache_folder() / "contents"
