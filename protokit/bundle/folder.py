"""A model's folder: `menu.json`, `encoders.json`, `weights.safetensors` and `manifest.json`.

Nothing in it names code: the menu is checked against the catalogue, and only tensors are read.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

from protokit.bundle.model import Model
from protokit.core.errors import BundleError, DataError, ProtokitError
from protokit.core.files import sha256, write_json, write_with
from protokit.core.lazy import prepare_keras
from protokit.learn.snapshot import assign, values
from protokit.menu.build import build
from protokit.menu.menu import Menu
from protokit.represent.represent import Encoder

FORMAT = 1
_FILES = ("menu.json", "encoders.json", "weights.safetensors")


def save(model: Model, path: str | Path) -> None:
    """Write a model's folder; one that is there stays as it is until the new one is whole.

    Raises:
        DataError: the disk refused; the message names the path.
    """
    from safetensors.numpy import save_file

    path = Path(path)
    part = path.with_name(f".{path.name}.part")
    try:
        shutil.rmtree(part, ignore_errors=True)
        plain = model.menu.resolve().as_plain(in_full=True)
        write_json(part / "menu.json", {"menu": plain, "house": model.menu.house})
        write_json(part / "encoders.json", model.encoder.as_plain())
        tensors = {name: values(weight) for name, weight in _named(model)}
        write_with(part / "weights.safetensors", lambda temporary: save_file(tensors, temporary))
        manifest = {name: {"bytes": (part / name).stat().st_size, "sha256": sha256(part / name)} for name in _FILES}
        write_json(part / "manifest.json", {"format": FORMAT, "files": manifest})
        _put_in_place(part, path)
    except OSError as error:
        raise DataError(f"could not write: {error.strerror or error}", place=str(path)) from error
    finally:
        shutil.rmtree(part, ignore_errors=True)


def load(path: str | Path) -> Model:
    """Read a model's folder, that of a run, or `runs/NAME`, whose last run it is then.

    Raises:
        BundleError: a file is missing, damaged, or not what the manifest says.
    """
    path = _folder_of(Path(path))
    _verify(path)
    menu_plain, encoders = _json(path / "menu.json"), _json(path / "encoders.json")
    try:
        menu = Menu.parse(menu_plain["menu"])
        encoder = Encoder.from_plain(encoders)
    except (ProtokitError, KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
        raise BundleError(f"the model cannot be read: {error}", place=str(path)) from None
    prepare_keras()
    try:
        model = Model(menu, encoder, build(menu, encoder.signature))
        _fill(model, path / "weights.safetensors")
    except ProtokitError as error:
        raise BundleError(error.rule if error.rule else str(error), place=str(path)) from None
    return model


def _folder_of(path: Path) -> Path:
    if (path / "manifest.json").exists():
        return path
    if (path / "model" / "manifest.json").exists():
        return path / "model"
    runs = sorted(path.glob("*/model/manifest.json"))  # their names begin with the time
    return runs[-1].parent if runs else path


def _fill(model: Model, path: Path) -> None:
    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    try:
        tensors = load_file(path)
    except SafetensorError as error:
        raise BundleError(f"the weights cannot be read: {error}", place=str(path)) from None
    named = _named(model)
    if [name for name, _ in named] != sorted(tensors):
        raise BundleError("the weights are of another network", place=str(path))
    assign([weight for _, weight in named], tuple(tensors[name] for name, _ in named))


def _named(model: Model) -> list[tuple[str, Any]]:
    """Weights by place, layer and own name. What Keras names inside a layer counts over the whole process: left out."""
    paths = ((i, weight.path.split("/"), weight) for i, weight in enumerate(model.network.weights))
    return [(f"{i:06}.{path[0]}.{path[-1]}", weight) for i, path, weight in paths]


def _verify(path: Path) -> None:
    if not (path / "manifest.json").is_file():
        raise BundleError("not a model: there is no manifest.json", place=str(path), cure="give a run's folder")
    manifest = _json(path / "manifest.json")
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise BundleError("the manifest is of a format that this version does not read", place=str(path))
    files = manifest.get("files")
    if not isinstance(files, dict) or sorted(files) != sorted(_FILES):
        raise BundleError("the manifest does not list the files of a model", place=str(path))
    for name in _FILES:
        file = path / name
        if not file.is_file():
            raise BundleError("a file of the model is missing", place=str(file), cure="copy the folder whole")
        if file.stat().st_size != files[name].get("bytes") or sha256(file) != files[name].get("sha256"):
            raise BundleError("the file is not the one that was saved", place=str(file), cure="copy it again")


def _json(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, OSError, RecursionError) as error:
        raise BundleError(f"not JSON: {error}", place=str(path)) from None


def _put_in_place(part: Path, path: Path) -> None:
    old = path.with_name(f".{path.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if path.exists():
        path.rename(old)
    part.rename(path)
    shutil.rmtree(old, ignore_errors=True)
