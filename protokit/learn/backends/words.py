"""What trains a network, and on what: the words `engine`, `backend` and `devices` under `learn`."""

from __future__ import annotations

from collections.abc import Mapping

from protokit.core import plugins
from protokit.core.places import Fault, Path
from protokit.core.suggest import did_you_mean
from protokit.grammar.faults import refuse
from protokit.grammar.words import Word, choice
from protokit.learn.backends.backend import BACKENDS, DEFAULT
from protokit.learn.engine import ENGINES, trains_on


def _engine(value: object) -> object:
    """What trains the network."""
    if value == "auto" or (isinstance(value, str) and value in ENGINES):
        return value
    cure = did_you_mean(str(value), ["auto", *ENGINES.all()])
    raise refuse(Fault(f"unknown engine {value!r}", plugins.or_failure(cure, "engine")))


ENGINE = Word(_engine, lambda: {"enum": ["auto", *ENGINES.all()]})
BACKEND = choice("backend", tuple(BACKENDS))


def faults_between(
    engine: str, backend: str, devices: int | None, batch_sizes: Mapping[Path, int | None]
) -> list[Fault]:
    """What of these words does not fit to the others; paths are those of a recipe."""
    found = []
    if engine != "auto" and not trains_on(ENGINES[engine], backend):
        rule = f"the engine {engine} needs TensorFlow, and the backend is {backend}"
        found.append(Fault(rule, "write engine: keras, or remove backend", ("learn", "engine")))
    if (devices or 1) > 1:
        path = ("learn", "devices")
        if backend != DEFAULT:
            rule = f"several devices train together on TensorFlow alone, and the backend is {backend}"
            found.append(Fault(rule, "remove devices, or backend", path))
        elif engine not in ("auto", "fused"):
            rule = f"several devices train together in the fused engine, and the engine is {engine}"
            found.append(Fault(rule, "remove devices, or engine", path))
        for at, size in batch_sizes.items():
            if size and size % (devices or 1):
                rule = f"{devices} devices have as many rows of a batch each, and batch_size is {size}"
                found.append(Fault(rule, f"write {size + -size % (devices or 1)}", at))
    return found
