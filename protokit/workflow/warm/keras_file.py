"""The weights of a model in a file of Keras, layer by layer. Only tensors and names are read."""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import dataclass
from pathlib import Path

import h5py
import numpy as np

from protokit.core.errors import SpecError
from protokit.core.libraries.backend import keras
from protokit.core.libraries.keras_inside import load_state, saving
from protokit.core.outside import access
from protokit.core.values.signature import Signature
from protokit.learn.snapshot import values
from protokit.menu.network.backbones.weights import tensors_alone
from protokit.workflow.warm.matching import matched
from protokit.workflow.warm.saved_layers import SavedLayer, saved_layers
from protokit.workflow.warm.taking import Taken

_BY_PLACE = "by their places"


@dataclass(frozen=True)
class KerasFile:
    """The tensors of the file, and the layers that they are of, `in_order` where those are in the model's."""

    tensors: bytes
    layers: tuple[SavedLayer, ...]
    in_order: bool

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
            tensors = tensors_alone(content, path.name)
            with h5py.File(io.BytesIO(tensors), "r") as file:
                layers, in_order = saved_layers(config, file)
        except (zipfile.BadZipFile, KeyError, TypeError, ValueError, RecursionError, StopIteration) as error:
            raise SpecError.one(f"{path.name} is no model of Keras 3", "save it by model.save('NAME.keras')") from error
        return cls(tensors, tuple(layers), in_order)

    def put(self, network: keras.Model, signature: Signature, *, whole: bool) -> Taken:
        """Put the weights into the layers of a recipe's network that they are for. See `matched`."""
        found = matched(network, self.layers, self.in_order, signature, whole)
        taken = Taken(anew=dict(found.anew), how=_BY_PLACE if found.by_place else "")
        for layer in network.layers:
            if layer.name in found.layers:
                if self._put(layer, found.layers[layer.name]):
                    taken.layers.append(layer.name)
                else:
                    taken.anew[layer.name] = "its weights are of another shape"
        return taken

    def _put(self, layer: keras.Layer, saved: SavedLayer) -> bool:
        """Put in the weights of one layer, all of them or none."""
        inner = layer.layer if saved.unwrapped else layer
        before = [values(weight) for weight in layer.weights]
        for weight in layer.weights:
            weight.assign(np.full(weight.shape, np.nan))
        store = saving.H5IOStore(io.BytesIO(self.tensors), mode="r")
        try:
            load_state(inner, store, saved.place)
            whole = not any(np.isnan(values(weight)).any() for weight in layer.weights)
        except (ValueError, KeyError, OSError, TypeError):
            whole = False
        finally:
            store.close()
        if not whole:
            for weight, value in zip(layer.weights, before, strict=True):
                weight.assign(value)
        return whole
