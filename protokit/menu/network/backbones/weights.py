"""The weights that a backbone begins with: of a file, or of Keras's own files of ImageNet.

Only tensors are read, never a model: Keras's `load_weights` puts them into a network that was made before. No file may
refer to another one.
"""

from __future__ import annotations

import hashlib
import io
import tempfile
import warnings
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request

import h5py
import numpy as np

from protokit.core.errors import DataError, SpecError
from protokit.core.files import sha256, write_with
from protokit.core.libraries.backend import keras
from protokit.core.libraries.keras_inside import file_utils, home
from protokit.core.outside import access
from protokit.menu.reading.weight_files import no_file

SECONDS = 20.0  # without an answer, or without a further byte
_BLOCK = 1 << 20
_INNER = "model.weights.h5"  # of a .keras file
_ENDINGS = (".weights.h5", ".h5", ".hdf5", ".keras")
_PLACE = "weights"


@dataclass(frozen=True)
class Read:
    """A file of weights that was read: its name as it was given, or of Keras's, and its SHA-256."""

    name: str
    sha256: str


def of_file(network: keras.Model, folder: Path, given: str, application: str) -> Read:
    """Put the weights of a file into a network. `given` is its path, from the folder.

    Raises:
        SpecError: there is no such file, it has no weights, or those of another network; at `weights`.
    """
    path = folder / given
    path_in = (application, _PLACE)
    if not access.is_file(path):
        raise SpecError([no_file(given, folder).under(path_in)])
    try:
        content = access.content(path)
        with tempfile.TemporaryDirectory() as place:
            copy = Path(place) / ("some.weights.h5" if _keras_format(content) else "some.h5")
            copy.write_bytes(tensors_alone(content, given))
            _load(network, copy)
    except SpecError as error:
        raise SpecError([fault.under(path_in) for fault in error.faults]) from None
    except (OSError, KeyError, ValueError, AttributeError, TypeError, IndexError) as error:
        said = next(iter(str(error).strip().splitlines()), "")[:200] or type(error).__name__
        rule = f"the weights of {given} are not of {application} as it stands here: {said}"
        cure = "give those of the same application and arguments, saved by save_weights or as .keras"
        raise SpecError.one(rule, cure, path_in) from None
    return Read(given, hashlib.sha256(content).hexdigest())


def of_imagenet(application: str, made: Callable[[str], keras.Model]) -> tuple[keras.Model, Read]:
    """An application with Keras's weights of ImageNet: those in Keras's cache, else fetched into it.

    `made` makes the application with weights of a name.

    Raises:
        SpecError: the weights are not there, and cannot be fetched, with the file to bring and its place; at `weights`.
    """
    found: list[Path] = []

    def get_file(
        fname: str, origin: str, file_hash: str | None = None, md5_hash: str | None = None, **_: object
    ) -> str:
        path = access.brought(Path(home()) / "models" / fname)
        if not access.is_file(path) or not _is_the_file(path, file_hash):
            _fetch(application, origin, path, file_hash)
        found.append(access.local(path))
        return str(path)

    with _asking(get_file):
        network = made("imagenet")
    return network, Read(found[0].name, sha256(found[0]))


def _load(network: keras.Model, path: Path) -> None:
    """Put in the weights of a file of tensors, all of them.

    Raises:
        ValueError: some are not in it, or are of other shapes.
    """
    for weight in network.weights:  # Keras leaves what it does not find as it is
        weight.assign(np.full(weight.shape, np.nan))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        network.load_weights(str(path))
    missing = [weight.path for weight in network.weights if np.isnan(weight.numpy()).any()]
    if missing:
        raise ValueError(f"{len(missing)} of {len(network.weights)} weights are not in it, the first {missing[0]}")


@contextmanager
def _asking(get_file: Callable[..., str]) -> Iterator[None]:
    """Have keras.applications ask here for their files: Keras itself waits for the web without an end."""
    before = file_utils.get_file
    file_utils.get_file = get_file
    try:
        yield
    finally:
        file_utils.get_file = before


def _is_the_file(path: Path, digest: str | None) -> bool:
    """Whether a file has the digest that Keras knows of it, where it knows one."""
    if digest is None:
        return True
    kind = "sha256" if len(digest) == 64 else "md5"
    return hashlib.new(kind, access.content(path), usedforsecurity=False).hexdigest() == digest


def _fetch(application: str, origin: str, path: Path, digest: str | None) -> None:
    """Bring a file of Keras into its cache, whole or not at all."""
    try:
        if not origin.startswith("https://"):
            raise OSError("the address is not of https")
        with access.answer(Request(origin), SECONDS) as answer:

            def save(temporary: Path) -> None:
                with temporary.open("wb") as file:
                    while block := answer.read(_BLOCK):
                        file.write(block)

            write_with(path, save)
        if not _is_the_file(path, digest):
            path.unlink()
            raise OSError("what came is not the file")
    except access.Refused as error:
        raise SpecError.one(f"the weights of {application}: {error.rule}", error.cure, (application, _PLACE)) from None
    except (OSError, HTTPException, ValueError, DataError) as error:
        reason = getattr(error, "reason", None) or error
        why = f"the server says {error.code}" if isinstance(error, HTTPError) else str(reason) or "no answer in time"
        rule = f"the weights of {application} are not on this machine, and cannot be fetched: {why}"
        cure = f"bring {origin} to {path}; or write weights: FILE, or weights: null to begin at random ones"
        raise SpecError.one(rule, cure, (application, _PLACE)) from None


def _keras_format(content: bytes) -> bool:
    """Whether the weights are in the form of Keras 3, not that of Keras 2."""
    if content.startswith(b"PK"):
        return True
    try:
        with h5py.File(io.BytesIO(content), "r") as file:
            return "layers" in file and "layer_names" not in file.attrs
    except OSError:
        return False


def tensors_alone(content: bytes, given: str) -> bytes:
    """The bytes of the file of tensors: the content itself, or a part of it where it is a whole model of Keras.

    Raises:
        SpecError: it is no file of weights, or refers to other files.
    """
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if _INNER not in archive.namelist():
                raise SpecError.one(f"{given} has no {_INNER}", "save it by Keras 3, as NAME.keras")
            content = archive.read(_INNER)
    try:
        file = h5py.File(io.BytesIO(content), "r")
    except OSError:
        rule = f"{given} is no file of weights"
        raise SpecError.one(
            rule, f"save it by Keras: model.save_weights, with a name in {', '.join(_ENDINGS)}"
        ) from None
    with file:
        if _refers_elsewhere(file):
            raise SpecError.one(f"{given} refers to other files", "save the weights whole, by Keras")
    return content


def _refers_elsewhere(group: h5py.Group) -> bool:
    for name in group:
        if isinstance(group.get(name, getlink=True), (h5py.ExternalLink, h5py.SoftLink)):
            return True
        part = group[name]
        if isinstance(part, h5py.Group):
            if _refers_elsewhere(part):
                return True
        elif part.external or part.is_virtual:
            return True
    return False
