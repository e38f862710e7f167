"""How a model's folder is written; `folder` says what is in it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file

from protokit.bundle.files.model_files import FILES, ROWS
from protokit.bundle.input_schema import InputSchema
from protokit.bundle.migrations import FORMAT
from protokit.bundle.opened.fitted import Fitted
from protokit.bundle.part import Part
from protokit.bundle.requirements import requirements
from protokit.core.errors import DataError
from protokit.core.files import sha256, write_json, write_with
from protokit.core.libraries.backend import keras
from protokit.core.runs import path_of


def save(model: Fitted, path: str | Path) -> None:
    """Write a model's folder; one that is there stays as it is until the new one is whole.

    Raises:
        DataError: the disk refused, or there is something else at the path; the message names it.
    """
    path = path_of(path, "where a model is saved").absolute()
    if (path.is_file() or (path.is_dir() and any(path.iterdir()))) and not (path / "manifest.json").is_file():
        raise DataError("there is something else, and no model", place=str(path), cure="save to a folder of its own")
    part = path.with_name(f".{path.name}.part")
    try:
        shutil.rmtree(part, ignore_errors=True)
        plain = model.menu.resolve().as_plain(in_full=True)
        input_schema = model.input_schema or InputSchema(model.columns)
        about: dict[str, object] = {"menu": plain, "precision": model.precision, "intake": input_schema.as_plain()}
        if model.compiled is not None:
            about["compiled"] = dict(model.compiled)
        if needed := requirements(model.menu, [part.encoder for part in model.parts], input_schema.clean):
            about["plugins"] = needed
        write_json(part / "menu.json", about)
        write_json(part / "encoders.json", [_fitted(some) for some in model.parts], indent=None)
        tensors = tensors_of(model)
        write_with(part / "weights.safetensors", lambda temporary: save_file(tensors, temporary))
        names: tuple[str, ...] = FILES
        if (rows := model.kept_rows) is not None:
            of_rows = {"columns": json.dumps(rows.columns)}
            write_with(part / ROWS, lambda temporary: save_file(rows.as_tensors(), temporary, of_rows))
            names = (*FILES, ROWS)
        manifest = {name: {"bytes": (part / name).stat().st_size, "sha256": sha256(part / name)} for name in names}
        write_json(part / "manifest.json", {"format": FORMAT, "files": manifest})
        put_in_place(part, path)
    except OSError as error:
        raise DataError(f"could not write: {error.strerror or error}", place=str(path)) from error
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _fitted(part: Part) -> dict[str, object]:
    """All that was learned of the columns, and the clusters where some were found."""
    plain = part.encoder.as_plain()
    return plain if part.clusters is None else {**plain, "clusters": part.clusters.as_plain()}


def tensors_of(model: Fitted) -> dict[str, np.ndarray]:
    """The weights of all networks, as the file of a model names them."""
    return {
        f"{i}.{seed}.{name}": values
        for i, part in enumerate(model.parts)
        for seed, weights in enumerate(part.weights)
        for name, values in zip(names_of(part.network), weights, strict=True)
    }


def names_of(network: keras.Model) -> list[str]:
    """Weights by place, layer and own name. What Keras names inside a layer counts over the whole process: left out."""
    paths = [weight.path.split("/") for weight in network.weights]
    return [f"{i:06}.{path[0]}.{path[-1]}" for i, path in enumerate(paths)]


def put_in_place(part: Path, path: Path) -> None:
    """Let a whole folder stand where another may be."""
    old = path.with_name(f".{path.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if path.exists():
        path.rename(old)
    part.rename(path)
    shutil.rmtree(old, ignore_errors=True)
