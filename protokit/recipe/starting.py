"""What a recipe's network begins at: an earlier run or model, or a file of Keras."""

from __future__ import annotations

from pathlib import Path

from protokit.core.files import sha256
from protokit.core.outside import access
from protokit.core.places import Fault
from protokit.core.runs import run_folder
from protokit.grammar.document import nearby
from protokit.learn.words import Learn

ENDING = ".keras"
_PATH = ("learn", "from")
_MANIFEST, _WEIGHTS = "manifest.json", "weights.safetensors"


def start_path(learn: Learn, folder: Path) -> Path | None:
    """The path of what a network begins at, from the recipe's folder, or else from the current one; None: nothing.

    Raises:
        DataError: the recipe may not read it, at neither place.
    """
    if learn.from_ is None:
        return None
    held, refused = list[Path](), list[access.Refused]()
    for path in (base / learn.from_.run for base in (folder, Path())):
        try:
            held.append(access.local(path))
        except access.Refused as error:
            refused.append(error)
    found = next((path for path in held if path.exists()), None)
    if found is None and refused:
        raise access.Refused(refused[0].rule, cure=refused[0].cure, path=_PATH)
    return found or held[0]


def start_faults(learn: Learn, folder: Path) -> list[Fault]:
    """What shows to be wrong of it before anything is loaded; paths are from the recipe's start."""
    try:
        path = start_path(learn, folder)
    except access.Refused as error:
        return [Fault(error.rule, error.cure, _PATH)]
    if path is None or learn.from_ is None:
        return []
    said = learn.from_.run
    if not path.exists():
        return [Fault(f"no run, model or file {said}", nearby(path), _PATH)]
    if path.is_file() and not said.endswith(ENDING):
        return [Fault(f"{said} is no folder of a run", f"give one, or a file of Keras: NAME{ENDING}", _PATH)]
    return []


def start_digest(learn: Learn, folder: Path) -> dict[str, str]:
    """The SHA-256 of the weights that a network begins at, by its path as it is written."""
    path = start_path(learn, folder)
    if path is None or learn.from_ is None or not path.exists():
        return {}
    file = path if path.is_file() else model_folder(path) / _WEIGHTS
    return {learn.from_.run: sha256(file)} if file.is_file() else {}


def model_folder(path: Path) -> Path:
    """The folder of a model: that of a run, of the newest run of `runs/NAME`, or `path` itself.

    Raises:
        DataError: there is none.
    """
    own = next((one for one in (path, path / "model") if (one / _MANIFEST).is_file()), None)
    return own or run_folder(path) / "model"
