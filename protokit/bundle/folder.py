"""A model's folder: `menu.json`, `encoders.json`, `weights.safetensors` and `manifest.json`.

Of a table in memory also `rows.safetensors`, the hashes of its rows.
Nothing in it names code: the menu is checked against the catalogue, and only tensors are read.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from protokit.bundle.input_schema import InputSchema
from protokit.bundle.model import Model
from protokit.bundle.model_files import folder_of, kept_rows_of, verified, written_in
from protokit.bundle.opened.keras_copy import COMPILED
from protokit.bundle.part import Part
from protokit.bundle.requirements import check_requirements
from protokit.bundle.writing import names_of
from protokit.core.errors import BundleError, ProtokitError
from protokit.core.libraries.backend import keras
from protokit.core.outside import access
from protokit.core.runs import path_of
from protokit.core.values.signature import Signature
from protokit.learn.clustering.clusters import Clusters
from protokit.learn.snapshot import assign
from protokit.learn.words import PRECISIONS
from protokit.menu.menu import Menu
from protokit.menu.network.build import build
from protokit.represent.encoding import from_plain


def load(path: str | Path) -> Model:
    """Read a model's folder, that of a run, or `runs/NAME`, whose newest finished run it is then.

    A model that an earlier version wrote predicts as it did there.

    >>> protokit.load(run.path).predict(birds).equals(model.predict(birds))
    True

    Raises:
        BundleError: a file is missing, damaged, or not what the manifest says; or a package that brings a part of the
            model, such as a layer, is not installed.
    """
    path = folder_of(path_of(path, "a model's folder"))
    written = written_in(path, of=verified(path))
    menu_plain, encoders, rows = written.menu, written.encoders, kept_rows_of(path)
    check_requirements(menu_plain, str(path))
    try:
        precision = menu_plain.get("precision")
        if precision not in PRECISIONS or not isinstance(encoders, list) or not encoders:
            raise ValueError(f"precision {precision!r}" if precision not in PRECISIONS else "no encoders")
        with access.named_by("bundle"):
            fitted = [from_plain(plain) for plain in encoders]
            menu = Menu.parse(menu_plain["menu"], columns=fitted[0].signature.names)
            input_schema = InputSchema.from_plain(menu_plain["intake"])
        clusters = [Clusters.from_plain(plain["clusters"]) if plain.get("clusters") else None for plain in encoders]
    except (ProtokitError, KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
        raise BundleError(f"the model cannot be read: {error}", place=str(path)) from None
    try:
        networks: dict[Signature, keras.Model] = {}
        for encoder in fitted:
            if encoder.signature not in networks:
                networks[encoder.signature] = build(menu, encoder.signature, precision=precision, folder=None)
        weights = _weights(written.tensors, [networks[encoder.signature] for encoder in fitted])
        each = zip(fitted, weights, clusters, strict=True)
        parts = (Part(e, networks[e.signature], w, found) for e, w, found in each)
        model = Model(menu, tuple(parts), precision, input_schema, _compiled(menu_plain), rows)
        assign(model.parts[0].network.weights, model.parts[0].weights[0])
    except ProtokitError as error:
        raise BundleError(error.rule if error.rule else str(error), place=str(path)) from None
    return model


def _compiled(plain: Mapping[str, Any]) -> Mapping[str, object] | None:
    """What a network is compiled with, where the model says it; it is read when a network is asked for.

    Raises:
        BundleError: it is nothing of the kind.
    """
    said = plain.get("compiled")
    if said is None or (isinstance(said, dict) and all(name in COMPILED for name in said)):
        return said
    raise BundleError(f"what a network is compiled with is nothing of the kind: {said!r}")


def _weights(
    tensors: Mapping[str, np.ndarray], networks: list[keras.Model]
) -> list[tuple[tuple[np.ndarray, ...], ...]]:
    """The weights of each part, for each of its seeds."""
    seeds = sum(name.startswith("0.") and name.split(".")[2] == "000000" for name in tensors)
    names = [[[f"{i}.{s}.{n}" for n in names_of(net)] for s in range(seeds)] for i, net in enumerate(networks)]
    if not seeds or sorted(tensors) != sorted(name for part in names for some in part for name in some):
        raise BundleError("the weights are of another network")
    return [tuple(tuple(tensors[name] for name in some) for some in part) for part in names]
