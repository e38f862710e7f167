"""A model's folder: `menu.json`, `encoders.json`, `weights.safetensors` and `manifest.json`.

Of a table in memory also `rows.safetensors`, the hashes of its rows.
Nothing in it names code: the menu is checked against the catalogue, and only tensors are read.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from protokit.bundle.files.checked import encoding_of, hold_that_it_encodes
from protokit.bundle.files.model_files import folder_of, kept_rows_of, verified, written_in
from protokit.bundle.files.tensors import count_of, hold_fitting
from protokit.bundle.input_schema import InputSchema
from protokit.bundle.migrations import Written
from protokit.bundle.model import Model
from protokit.bundle.opened.keras_copy import COMPILED
from protokit.bundle.part import Part
from protokit.bundle.requirements import check_requirements
from protokit.bundle.writing import names_of
from protokit.core.errors import BundleError, ProtokitError, SpecError
from protokit.core.libraries.backend import keras
from protokit.core.libraries.weight_budget import TooManyWeights, at_most
from protokit.core.outside import access
from protokit.core.outside.printed import short
from protokit.core.runs import path_of
from protokit.core.values.signature import Signature
from protokit.evaluate.audit.kept_rows import KeptRows
from protokit.learn.clustering.clusters import Clusters
from protokit.learn.snapshot import assign
from protokit.learn.words import PRECISIONS
from protokit.menu.menu import Menu
from protokit.menu.network.build import build

_AGAIN = "copy the folder again, or ask who wrote it"


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
    check_requirements(written.menu, str(path))
    try:
        return _model(written, kept_rows_of(path))
    except BundleError as error:
        raise BundleError(error.rule, place=error.place or str(path), cure=error.cure) from None
    except ProtokitError as error:
        first = error.faults[0] if isinstance(error, SpecError) else error
        raise BundleError(f"the model cannot be read: {first.rule}", place=str(path), cure=first.cure) from None
    except (KeyError, TypeError, ValueError, IndexError, AttributeError, OverflowError, RecursionError) as error:
        said = f"{error}" if isinstance(error, ValueError) else repr(error)
        raise BundleError(f"the model cannot be read: {short(said)}", place=str(path), cure=_AGAIN) from None


def _model(written: Written, rows: KeptRows | None) -> Model:
    """The model of what is written in its files, held part by part before anything large is made."""
    about, encoders = written.menu, written.encoders
    precision = about.get("precision")
    if precision not in PRECISIONS or not isinstance(encoders, list) or not encoders:
        raise ValueError(f"precision {precision!r}" if precision not in PRECISIONS else "no encoders")
    with access.named_by("bundle"):
        fitted = [encoding_of(plain) for plain in encoders]
        menu = Menu.parse(about["menu"], columns=fitted[0].signature.names)
        schema = InputSchema.from_plain(about["intake"])
        hold_that_it_encodes(fitted)
    clusters = [Clusters.from_plain(plain["clusters"]) if plain.get("clusters") else None for plain in encoders]
    networks: dict[Signature, keras.Model] = {}
    try:
        for i, encoder in enumerate(fitted):
            if encoder.signature not in networks:
                with at_most(count_of(written.tensors, f"{i}.0.")):
                    networks[encoder.signature] = build(menu, encoder.signature, precision=precision, folder=None)
    except TooManyWeights:
        raise BundleError("the weights are of another network") from None
    weights = _weights(written.tensors, [networks[encoder.signature] for encoder in fitted])
    each = zip(fitted, weights, clusters, strict=True)
    parts = (Part(e, networks[e.signature], w, found) for e, w, found in each)
    model = Model(menu, tuple(parts), precision, schema, _compiled(about), rows)
    for part in model.parts:
        for some in part.weights:
            hold_fitting(part.network.weights, some)
    assign(model.parts[0].network.weights, model.parts[0].weights[0])
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
