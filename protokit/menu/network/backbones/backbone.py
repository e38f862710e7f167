"""A network of keras.applications as one layer: its preprocessing, and what it makes of an image."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeAlias

from protokit.core.errors import SpecError
from protokit.core.libraries.backend import keras
from protokit.core.libraries.keras_state import set_trainable
from protokit.menu import catalogue
from protokit.menu.network.backbones.of_hub import of_hub
from protokit.menu.network.backbones.weights import Read, of_file, of_imagenet
from protokit.menu.reading.weight_files import IMAGENET

Shape: TypeAlias = tuple[int | None, ...]
_GREY, _COLOURS = 1, 3
_BRIGHTEST = 255.0


@keras.saving.register_keras_serializable("protokit")
class Backbone(keras.layers.Layer):  # type: ignore[misc]
    """A network of keras.applications without its classifier, with the preprocessing that belongs to it; or one of
    KerasHub, which takes the numbers from 0 to 1 as they are.

    Args:
        application: Its name, with its arguments, such as `MobileNetV2={"weights": None, "alpha": 0.35}`. `weights` are
            `imagenet`, the path of a file, or None. `pooling` is that of its last map: avg, max, or None to keep it.

    Weights are read when `reads_from`, the folder where their paths start, is set before the layer is built; `read`
    says afterwards what was read. A layer that is loaded again reads none: its weights come with it.

    Shapes: images with numbers from 0 to 1 (rows, height, width, 1 or 3) -> (rows, n), or a map (rows, h, w, n).
    """

    def __init__(self, **given: Any) -> None:
        names = [name for name in given if catalogue.find("applications", name)]
        if len(names) != 1:
            raise ValueError("a Backbone is one application, such as MobileNetV2={}")
        own = given.pop(names[0]) or {}
        super().__init__(**{**given, "trainable": own.get("trainable", True) and given.get("trainable", True)})
        self.application, self.given = names[0], dict(own)
        self.reads_from: Path | None = None
        self.read: Read | None = None

    def build(self, input_shape: Shape) -> None:
        """Make the network for images of a size, with the weights that it is to begin with."""
        self._hold(input_shape, self._entry.smallest or 1)
        _, height, width, _ = input_shape
        usual = self._entry.arguments["weights"].get("default")
        weights = self.given.get("weights", usual) if self.reads_from is not None else None
        more = {name: value for name, value in self.given.items() if name not in {"weights", "trainable"}}
        arguments = {"pooling": "avg", **more, "include_top": False, "input_shape": (height, width, _COLOURS)}
        if weights == IMAGENET:
            self.network, self.read = of_imagenet(self.application, lambda w: self._made(arguments, w))
        else:
            self.network = self._made(arguments, None)
            if weights is not None and self.reads_from is not None:
                self.read = of_file(self.network, self.reads_from, str(weights), self.application)
        if not self.trainable:
            set_trainable(self.network, False)
        self.built = True

    def call(self, inputs: keras.KerasTensor, training: bool | None = None) -> keras.KerasTensor:
        """See the class."""
        images = keras.ops.repeat(inputs, _COLOURS, axis=-1) if inputs.shape[-1] == _GREY else inputs
        if self._entry.extra is not None:
            return self.network(images, training=training)
        images = images * _BRIGHTEST
        home = getattr(keras.applications, str(self._entry.home))
        return self.network(home.preprocess_input(images), training=training)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """(rows, n), or that of the last map."""
        found: Shape = self.network.compute_output_shape((*input_shape[:-1], _COLOURS))
        return found

    def get_config(self) -> dict[str, Any]:
        """The arguments of the constructor."""
        return {**super().get_config(), self.application: dict(self.given) or None}

    @property
    def _entry(self) -> catalogue.Entry:
        entry = catalogue.find("applications", self.application)
        assert entry is not None, "the name was looked up before"
        return entry

    def _made(self, arguments: Mapping[str, Any], weights: str | None) -> keras.Model:
        if self._entry.extra is not None:
            return of_hub(self._entry, arguments)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that weights of another size are taken: any size has the same
            made: keras.Model = getattr(keras.applications, self.application)(weights=weights, **arguments)
        return made

    def _hold(self, shape: Shape, smallest: int) -> None:
        """Hold that images come, of a size that the application takes."""
        if len(shape) != 4 or shape[-1] not in {_GREY, _COLOURS}:
            raise ValueError("it takes images, (rows, height, width, 1 or 3)")
        _, height, width, _ = shape
        if height is None or width is None:
            raise ValueError("it takes images of a known size")
        if min(height, width) < smallest:
            rule = f"{self.application} takes images from {smallest} x {smallest}, not {height} x {width}"
            cure = f"write represent: {{columns: {{IMAGE: {{image: {{size: [{smallest}, {smallest}]}}}}}}}}, or more"
            raise SpecError.one(rule, cure)


def weights_of(network: keras.Model) -> dict[str, str]:
    """The files of weights that the backbones of a network began with, and their SHA-256."""
    read = [layer.read for layer in network.layers if isinstance(layer, Backbone)]
    return {one.name: one.sha256 for one in read if one is not None}
