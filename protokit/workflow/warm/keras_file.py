"""The weights of a model in a file of Keras, by the names of its layers. Only tensors and names are read."""

from __future__ import annotations

import io
import json
import zipfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from protokit.core.errors import SpecError
from protokit.core.libraries.backend import keras
from protokit.core.outside import access
from protokit.learn.snapshot import values
from protokit.menu.network.backbones.weights import tensors_alone
from protokit.workflow.warm.taking import Taken

_saving = keras.src.saving.saving_lib
_snake = keras.src.utils.naming.to_snake_case


@dataclass(frozen=True)
class KerasFile:
    """The tensors of the file, and the place of each layer's in it."""

    tensors: bytes
    places: dict[str, str]

    @classmethod
    def read(cls, path: Path) -> KerasFile:
        """A file that Keras 3 wrote.

        Raises:
            SpecError: it is none.
        """
        content = access.content(path)
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                config = json.loads(archive.read("config.json"))
            layers = config["config"]["layers"]
            seen: Counter[str] = Counter()
            places = {}
            for layer in layers:
                kind = _snake(layer["class_name"])
                count = seen[kind]
                seen[kind] += 1
                name = layer["config"]["name"]
                places[str(name)] = f"layers/{kind}_{count}" if count else f"layers/{kind}"
        except (zipfile.BadZipFile, KeyError, TypeError, ValueError) as error:
            raise SpecError.one(f"{path.name} is no model of Keras 3", "save it by model.save('NAME.keras')") from error
        return cls(tensors_alone(content, path.name), places)

    def put(self, network: keras.Model) -> Taken:
        """Put the weights into the layers of the same names and shapes."""
        taken = Taken()
        for layer in network.layers:
            if not layer.weights:
                continue
            reason = self._put(layer) if layer.name in self.places else "it is not in the file"
            if reason is None:
                taken.layers.append(layer.name)
            else:
                taken.anew[layer.name] = reason
        return taken

    def _put(self, layer: keras.Layer) -> str | None:
        before = [values(weight) for weight in layer.weights]
        for weight in layer.weights:
            weight.assign(np.full(weight.shape, np.nan))
        store = _saving.H5IOStore(io.BytesIO(self.tensors), mode="r")
        try:
            _saving._load_state(layer, store, None, self.places[layer.name])
            whole = not any(np.isnan(values(weight)).any() for weight in layer.weights)
        except (ValueError, KeyError, OSError, TypeError):
            whole = False
        finally:
            store.close()
        if whole:
            return None
        for weight, value in zip(layer.weights, before, strict=True):
            weight.assign(value)
        return "its weights are of another shape"
