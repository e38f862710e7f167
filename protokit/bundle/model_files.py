"""The files of a model's folder, as the plain data that they hold: read without Keras.

Nothing in them names code: the menu is checked against the catalogue, and only tensors are read.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open
from safetensors.numpy import load_file

from protokit.bundle.migrations import FORMAT, Written, migrated
from protokit.core.errors import BundleError, DataError
from protokit.core.files import sha256
from protokit.core.outside import access
from protokit.core.runs import run_folder
from protokit.evaluate.audit.kept_rows import KeptRows

FILES = ("menu.json", "encoders.json", "weights.safetensors")
ROWS = "rows.safetensors"  # hashes of the rows that it was made of, where they are kept


def folder_of(path: Path) -> Path:
    """Where a model is: the folder itself, that in a run, or that of the newest run of `runs/NAME`.

    Raises:
        BundleError: there is none.
    """
    for folder in (access.local(path), path / "model"):
        if (folder / "manifest.json").exists():
            return folder
    try:
        return run_folder(path) / "model"
    except DataError as error:
        raise BundleError(
            f"neither a model nor {error.rule.removeprefix('not ')}", place=error.place, cure=error.cure
        ) from None


def written_in(path: Path, of: int) -> Written:
    """What is in the files, of the format `of`, as a model of today's format has it.

    Raises:
        BundleError: they cannot be read.
    """
    menu, encoders = json_of(path / "menu.json"), json_of(path / "encoders.json")
    try:
        return migrated(Written(menu, encoders, load_file(path / "weights.safetensors")), of)
    except BundleError as error:
        raise BundleError(str(error.rule), place=str(path), cure=error.cure) from None
    except SafetensorError as error:
        raise BundleError(f"the weights cannot be read: {error}", place=str(path / "weights.safetensors")) from None
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise BundleError(f"not a model of format {of}: {error}", place=str(path)) from None


def kept_rows_of(path: Path) -> KeptRows | None:
    """The rows that the model of a folder was made of; None where it keeps none.

    Raises:
        BundleError: they cannot be read.
    """
    file = path / ROWS
    if not file.is_file():
        return None
    try:
        with safe_open(file, "np") as opened:
            columns = json.loads((opened.metadata() or {})["columns"])
        return KeptRows.from_tensors([str(name) for name in columns], load_file(file))
    except (SafetensorError, KeyError, TypeError, ValueError, RecursionError) as error:
        raise BundleError(f"the rows cannot be read: {error}", place=str(file)) from None


def verified(path: Path) -> int:
    """The format of a model whose files are as the manifest says.

    Raises:
        BundleError: they are not.
    """
    if not (path / "manifest.json").is_file():
        raise BundleError("not a model: there is no manifest.json", place=str(path), cure="give a run's folder")
    manifest = json_of(path / "manifest.json")
    written = manifest.get("format") if isinstance(manifest, dict) else None
    if type(written) is not int or not 1 <= written <= FORMAT:
        rule = f"the manifest is of a format that this version does not read: {written!r}, not 1 to {FORMAT}"
        raise BundleError(
            rule, place=str(path), cure="load it with the version of protokit that wrote it, or a later one"
        )
    files = manifest.get("files")
    names = [*FILES, *([ROWS] if isinstance(files, dict) and ROWS in files else [])]
    if not isinstance(files, dict) or sorted(files) != sorted(names):
        raise BundleError("the manifest does not list the files of a model", place=str(path))
    for name in names:
        file = path / name
        if not file.is_file():
            raise BundleError("a file of the model is missing", place=str(file), cure="copy the folder whole")
        if file.stat().st_size != files[name].get("bytes") or sha256(file) != files[name].get("sha256"):
            raise BundleError("the file is not the one that was saved", place=str(file), cure="copy it again")
    return written


def json_of(path: Path) -> Any:
    """What a file of a model holds.

    Raises:
        BundleError: it cannot be read.
    """
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BundleError(f"it cannot be read: {error.strerror or error}", place=str(path)) from None
    except (ValueError, RecursionError) as error:
        raise BundleError(f"not JSON: {error}", place=str(path)) from None
