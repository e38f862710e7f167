"""All networks of a model as one, for converters."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from protokit.core.libraries.backend import keras
from protokit.doors.plan import Plan, by_target

_IN_TRAINING = frozenset(
    f"Random{what}"
    for what in (
        *(
            "Brightness",
            "ColorDegeneration",
            "ColorJitter",
            "Contrast",
            "ElasticTransform",
            "Erasing",
            "Flip",
            "GaussianBlur",
        ),
        *("Grayscale", "Hue", "Invert", "Perspective", "Posterization", "Rotation", "Saturation", "Sharpness", "Shear"),
        *("Translation", "Zoom"),
    )
) | {"AugMix", "CutMix", "MixUp", "RandAugment"}


@dataclass(frozen=True)
class Joined:
    """All networks side by side.

    Attributes:
        inputs: by `part_0_numbers` and such: a name of a part's own.
        outputs: of each part, of each of its seeds, by the target's key.
    """

    inputs: dict[str, keras.KerasTensor]
    outputs: list[list[dict[str, keras.KerasTensor]]]

    @property
    def every(self) -> list[keras.KerasTensor]:
        """The outputs one after the other."""
        return [one for part in self.outputs for seed in part for one in seed.values()]


def key_of(part: int, name: str) -> str:
    """What an input of a part is called."""
    return f"part_{part}_{name}"


def predicting(network: keras.Model) -> keras.Model:
    """A network without the layers that change images in training alone: converters know no random numbers."""

    def call(layer: Any, *given: Any, **more: Any) -> Any:
        if type(layer).__name__ in _IN_TRAINING:
            return keras.ops.cast(given[0], layer.compute_dtype)
        return layer(*given, **more)

    if not any(type(layer).__name__ in _IN_TRAINING for layer in network.layers):
        return network
    return keras.models.clone_model(network, call_function=call, clone_function=lambda layer: layer)


def joined(plan: Plan, mended: Callable[[keras.Model], keras.Model] = lambda one: one) -> Joined:
    """The networks of all parts and seeds; `mended` makes another of each."""
    given: dict[str, keras.KerasTensor] = {}
    outputs: list[list[dict[str, keras.KerasTensor]]] = []
    for i, part in enumerate(plan.model.parts):
        outputs.append([])
        for seed in range(len(part.weights)):
            network = mended(predicting(plan.network(i, seed)))
            takes = {}
            for name, one in network.input.items():
                key = key_of(i, name)
                if key not in given:
                    given[key] = keras.Input(one.shape[1:], dtype=one.dtype, name=key)
                takes[name] = given[key]
            wrapped = keras.Model(network.input, network.output, name=f"network_{i}_{seed}")
            outputs[i].append(dict(by_target(wrapped(takes), part.encoder)))
    return Joined(given, outputs)
