"""The state of a training in one file: a run killed at any moment goes on from it to the same bits."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

from protokit.core.errors import DataError
from protokit.core.files import write_with
from protokit.core.libraries.backend import keras, tf
from protokit.learn.plan import Progress


@dataclass(frozen=True)
class Snapshot:
    """Every variable of network and optimizer (seed states included), the best weights, and the progress."""

    variables: tuple[np.ndarray, ...]
    best: tuple[np.ndarray, ...]
    progress: dict[str, object]

    @classmethod
    def take(cls, network: keras.Model, best: Sequence[np.ndarray | tf.Tensor], progress: Progress) -> Snapshot:
        """The state of a network now. `best` are the best weights, on the device or off it."""
        plain = json.loads(json.dumps(progress.as_plain()))
        return cls(tuple(values(v) for v in variables(network)), tuple(values(b) for b in best), plain)

    def restore(self, network: keras.Model) -> Progress:
        """Put the state into a network of the same menu."""
        assign(variables(network), self.variables)
        return Progress(**json.loads(json.dumps(self.progress)))

    def save(self, path: Path, key: str) -> None:
        """Write the file at one stroke. `key` says which training it belongs to."""
        tensors = {f"variable.{i:05}": v for i, v in enumerate(self.variables)}
        tensors |= {f"best.{i:05}": v for i, v in enumerate(self.best)}
        notes = {"progress": json.dumps(self.progress), "key": key}
        write_with(path, lambda temporary: save_file(tensors, temporary, notes))

    @classmethod
    def load(cls, path: Path, key: str) -> Snapshot | None:
        """The snapshot of a training, or None where there is none yet.

        Raises:
            DataError: the file is damaged, or belongs to another training.
        """
        if not path.exists():
            return None
        try:
            with safe_open(path, "numpy") as file:
                notes = file.metadata()
                tensors = {name: file.get_tensor(name) for name in sorted(file.keys())}
        except (SafetensorError, OSError) as error:
            raise DataError(f"not a snapshot: {error}", place=str(path), cure="remove it and run anew") from None
        if notes.get("key") != key:
            raise DataError("the snapshot is of another recipe or other data", place=str(path), cure="run anew")
        return cls(
            tuple(v for name, v in tensors.items() if name.startswith("variable.")),
            tuple(v for name, v in tensors.items() if name.startswith("best.")),
            json.loads(notes["progress"]),
        )


def variables(network: keras.Model) -> list[keras.Variable]:
    """Every variable that training changes, in a fixed order."""
    every = [*([network.optimizer] if network.optimizer is not None else []), *optimizers(network)]
    return [*network.variables, *(variable for one in every for variable in one.variables)]


def optimizers(network: keras.Model) -> list[keras.Optimizer]:
    """Those that a training step has beside the one of the recipe."""
    found = (one for one in vars(network).values() if isinstance(one, keras.Optimizer))
    return [one for one in found if one is not network.optimizer]


def values(variable: keras.Variable | tf.Tensor | np.ndarray) -> np.ndarray:
    """A copy of a variable's or tensor's value as safetensors takes it."""
    return np.array(keras.ops.convert_to_numpy(variable), order="C", copy=True)


def assign(targets: list[keras.Variable], sources: tuple[np.ndarray, ...]) -> None:
    """Put values into variables.

    Raises:
        DataError: they do not fit.
    """
    if len(targets) != len(sources) or any(tuple(t.shape) != s.shape for t, s in zip(targets, sources, strict=True)):
        raise DataError("the weights are of another network", cure="run anew")
    for target, source in zip(targets, sources, strict=True):
        target.assign(source)


def hold(targets: list[keras.Variable], sources: tuple[np.ndarray, ...]) -> None:
    """Put values into variables that have others: most often the ones are there already.

    Raises:
        DataError: they do not fit.
    """
    if len(targets) != len(sources) or not all(map(_holds, targets, sources)):
        assign(targets, sources)


def _holds(variable: keras.Variable, wanted: np.ndarray) -> bool:
    if keras.backend.backend() == "tensorflow":  # a third of the time of `numpy()`, which hands the value on twice
        value = variable.value
        held = np.asarray(tf.raw_ops.ReadVariableOp(resource=value.handle, dtype=value.dtype).numpy())
    else:
        held = values(variable)
    return bool(held.shape == wanted.shape and held.tobytes() == wanted.tobytes())
