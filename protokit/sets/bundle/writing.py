"""How the folder of several sets' models is written; `folder` says what is in it."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

from protokit.bundle.files.members import json_of
from protokit.bundle.files.model_files import verified
from protokit.bundle.writing import put_in_place
from protokit.core.errors import DataError
from protokit.core.files import sha256, write_json
from protokit.core.runs import SETS_MANIFEST, path_of
from protokit.sets.bundle.kept import Kept

FORMAT = 1


def save(name: str, kept: Sequence[Kept], sets: Sequence[str], path: str | Path) -> None:
    """Write the folder; one that is there stays as it is until the new one is whole.

    Raises:
        DataError: the disk refused, or there is something else at the path; the message names it.
        BundleError: a model is damaged.
    """
    path = path_of(path, "where models are saved").absolute()
    if (path.is_file() or (path.is_dir() and any(path.iterdir()))) and not (path / SETS_MANIFEST).is_file():
        raise DataError("there is something else, and no models", place=str(path), cure="save to a folder of its own")
    for one in kept:
        verified(one.folder)
    part = path.with_name(f".{path.name}.part")
    try:
        shutil.rmtree(part, ignore_errors=True)
        models = []
        for i, one in enumerate(kept):
            folder = f"model-{i + 1}"
            (part / folder).mkdir(parents=True)
            for file in (*json_of(one.folder / "manifest.json")["files"], "manifest.json"):
                shutil.copyfile(one.folder / file, part / folder / file)
            plain = {"folder": folder, "sha256": sha256(part / folder / "manifest.json"), "way": one.way}
            models.append({**plain, "sets": list(one.sets), "column": one.column, "intakes": one.intakes})
        write_json(part / SETS_MANIFEST, {"format": FORMAT, "name": name, "models": models, "sets": list(sets)})
        put_in_place(part, path)
    except OSError as error:
        raise DataError(f"could not write: {error.strerror or error}", place=str(path)) from error
    finally:
        shutil.rmtree(part, ignore_errors=True)
