"""The folder of several sets' models: `models.json`, and a model's folder for each network.

Nothing in it names code: see `protokit.bundle.folder`. `models.json` has the hash of each model's manifest, which has
those of its files.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from protokit.bundle.files.members import json_of
from protokit.bundle.files.model_files import verified
from protokit.core.errors import BundleError, DataError
from protokit.core.files import sha256
from protokit.core.outside import access
from protokit.core.runs import SETS_MANIFEST, path_of
from protokit.sets.bundle.kept import Kept
from protokit.sets.bundle.model import SetsModel
from protokit.sets.bundle.writing import FORMAT
from protokit.sets.contents import sets_folder
from protokit.sets.result import SetsRun


def load_sets(path: str | Path) -> SetsModel:
    """Read the models of several sets: the folder that `save` wrote, that of an experiment, or `runs/NAME` of one.

    Of an experiment each set's model is that of its best way. See `SetsRun.best`.

    >>> sets.save("both_models")
    >>> protokit.load_sets("both_models").sets, protokit.load_sets("runs/halves").sets
    (('one', 'other'), ('one', 'other'))

    Raises:
        BundleError: a file is missing, damaged, or not what the manifest says; or it is neither.
    """
    path = access.local(path_of(path, "the folder of several sets' models"))
    if not (path / SETS_MANIFEST).is_file():
        try:
            return SetsRun.open(sets_folder(path)).models()
        except DataError as error:
            rule = f"neither models of several sets nor {error.rule.removeprefix('not ')}"
            raise BundleError(rule, place=str(path), cure=error.cure) from None
    plain = json_of(path / SETS_MANIFEST)
    written = plain.get("format") if isinstance(plain, dict) else None
    if written != FORMAT:
        rule = f"{SETS_MANIFEST} is of a format that this version does not read: {written!r}, not {FORMAT}"
        raise BundleError(rule, place=str(path), cure="load it with the version of protokit that wrote it")
    try:
        kept = tuple(_kept(path, one) for one in plain["models"])
        names = [str(name) for name in plain["sets"]]
        if not kept or sorted(names) != sorted(name for one in kept for name in one.sets):
            raise ValueError("the sets are not those of the models")
        return SetsModel(str(plain["name"]), kept, tuple(names))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise BundleError(f"{SETS_MANIFEST} cannot be read: {error}", place=str(path)) from None


def _kept(path: Path, plain: Mapping[str, Any]) -> Kept:
    """One of the models, whose files are as they were saved.

    Raises:
        BundleError: they are not.
        ValueError, KeyError, TypeError: the entry is none.
    """
    name, intakes = plain["folder"], plain["intakes"]
    if not isinstance(name, str) or not re.fullmatch(r"model-\d+", name):
        raise ValueError(f"{name!r} is no folder of a model")
    sets, column = tuple(map(str, plain["sets"])), str(plain["column"])
    if intakes is not None and (sorted(intakes) != sorted({*sets, *intakes}) or not column):
        raise ValueError(f"{name} does not say how tables of its sets are taken")
    manifest = path / name / "manifest.json"
    if not manifest.is_file():
        raise BundleError("a model is missing", place=str(path / name), cure="copy the folder whole")
    if sha256(manifest) != plain["sha256"]:
        raise BundleError("the file is not the one that was saved", place=str(manifest), cure="copy it again")
    verified(path / name)
    return Kept(path / name, str(plain["way"]), sets, column, intakes)
