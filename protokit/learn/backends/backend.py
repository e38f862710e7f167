"""The backends of Keras: which there are, which are installed, and which one this process has."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec

from protokit.core.places import Fault

VARIABLE = "KERAS_BACKEND"
DEFAULT = "tensorflow"
_PATH = ("learn", "backend")


@dataclass(frozen=True)
class Backend:
    """What a recipe's `learn: {backend: NAME}` names. `install` is how it is got."""

    name: str
    install: str

    @property
    def installed(self) -> bool:
        """Whether its package is there; it is not imported."""
        return find_spec(self.name) is not None

    @property
    def version(self) -> str:
        """The version of its package; empty where it has none."""
        try:
            return version(self.name)
        except PackageNotFoundError:
            return ""


BACKENDS = {
    one.name: one
    for one in (
        Backend("tensorflow", "pip install tensorflow"),
        Backend(
            "torch",
            "pip install 'protokit[torch]'; without a GPU first: "
            "pip install torch --index-url https://download.pytorch.org/whl/cpu",
        ),
        Backend("jax", "pip install 'protokit[jax]'; with a GPU: pip install 'jax[cuda12]'"),
    )
}


def taken() -> str | None:
    """The backend of this process: that of Keras where it is imported, else the one that a person has set."""
    keras = sys.modules.get("keras")
    if keras is not None and hasattr(keras, "config"):
        return str(keras.config.backend())
    return os.environ.get(VARIABLE)


def unfit(name: str) -> Fault | None:
    """Why nothing can be trained on a backend here; None where it can, in this process or in one of its own."""
    backend = BACKENDS[name]
    if not backend.installed:
        return Fault(f"the backend {name} is not installed", backend.install, _PATH)
    said = os.environ.get(VARIABLE)
    if said and said != name:
        cure = f"unset {VARIABLE}, or write learn: {{backend: {said}}}" if said in BACKENDS else f"unset {VARIABLE}"
        return Fault(f"the variable {VARIABLE} is {said!r}, and the recipe trains on {name}", cure, _PATH)
    return None
