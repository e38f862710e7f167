"""The files of a model's folder, as the plain data that they hold: read without Keras.

Nothing in them names code: the menu is checked against the catalogue, and only tensors are read.
"""

from __future__ import annotations

import json
from pathlib import Path

from safetensors import SafetensorError, safe_open

from protokit.bundle.files.members import hold_signed, json_of
from protokit.bundle.files.tensors import tensors_of
from protokit.bundle.migrations import FORMAT, Written, migrated
from protokit.core.errors import BundleError, DataError
from protokit.core.outside import access
from protokit.core.outside.printed import short
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
        return migrated(Written(menu, encoders, tensors_of(path / "weights.safetensors")), of)
    except BundleError as error:
        raise BundleError(str(error.rule), place=error.place or str(path), cure=error.cure) from None
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        rule = f"not a model of format {of}: {short(repr(error))}"
        raise BundleError(rule, place=str(path), cure="copy the folder again") from None


def kept_rows_of(path: Path) -> KeptRows | None:
    """The rows that the model of a folder was made of; None where it keeps none.

    Raises:
        BundleError: they cannot be read.
    """
    file = path / ROWS
    if not file.exists():
        return None
    tensors = tensors_of(file)
    try:
        with safe_open(file, "np") as opened:
            columns = json.loads((opened.metadata() or {})["columns"])
        return KeptRows.from_tensors([str(name) for name in columns], tensors)
    except (SafetensorError, KeyError, TypeError, ValueError, RecursionError) as error:
        raise BundleError(f"the rows cannot be read: {short(str(error))}", place=str(file)) from None


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
        hold_signed(path / name, files[name])
    return written
