"""Parts of a person's own, and recipes, that `kitchen_kills.py` trains with."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pandas as pd

import protokit


class SignDescent(keras.optimizers.Optimizer):  # type: ignore[misc]
    """Goes by the sign of a running mean of the gradients."""

    def __init__(self, learning_rate: float = 0.001, momentum: float = 0.9, **more: Any) -> None:
        super().__init__(learning_rate=learning_rate, **more)
        self.momentum = momentum

    def build(self, variables: list[Any]) -> None:
        super().build(variables)
        self._means = [self.add_variable_from_reference(one, name="mean") for one in variables]

    def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
        mean = self._means[self._get_variable_index(variable)]
        self.assign(mean, self.momentum * mean + (1 - self.momentum) * gradient)
        self.assign_sub(variable, learning_rate * keras.ops.sign(mean))


def triangle(step: Any, steps: Any, low: float = 0.1) -> Any:
    """From a low rate to the whole one in the middle of the training, and back."""
    return 1 - (1 - low) * keras.ops.abs(2 * step / steps - 1)


class Remembers:
    """Ends the training after the second epoch whose number its own sum of losses chooses: a state that matters."""

    def __init__(self) -> None:
        self.total, self.seen = 0.0, list[int]()

    def __call__(self, end: Any) -> bool:
        self.total += end.logs["loss"]
        if len(self.seen) < 6:
            self.seen.append(end.epoch)
        return len(self.seen) >= 6 and self.total > 0


class Shrinks:
    """Takes a hundredth of the weights away every second epoch, more with each time."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self, end: Any) -> None:
        if end.epoch % 2 == 0:
            self.times += 1
            end.network.set_weights([value * (1 - 0.01 * self.times) for value in end.network.get_weights()])


class Counts(keras.callbacks.Callback):  # type: ignore[misc]
    """Ends the training at the seventh epoch that it has seen."""

    def __init__(self) -> None:
        super().__init__()
        self.seen = 0

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        self.seen += 1
        self.model.stop_training = self.seen >= 7


class CountsBatches(Counts):
    """The same, by batches."""

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        self.seen += batch == 1000  # never: what it counts are epochs


@protokit.layer
class Scaled(keras.layers.Layer):  # type: ignore[misc]
    """A linear map whose outputs are scaled by one number, with noise of its own in training."""

    def __init__(self, units: int, **more: Any) -> None:
        super().__init__(**more)
        self.units = units
        self.draws = keras.random.SeedGenerator(3)

    def build(self, shape: tuple[int | None, ...]) -> None:
        self.kernel = self.add_weight(shape=(shape[-1], self.units))
        self.scale = self.add_weight(shape=(), initializer="ones")

    def call(self, inputs: Any, training: bool | None = None) -> Any:
        out = self.scale * keras.ops.matmul(inputs, self.kernel)
        return out + keras.random.normal(keras.ops.shape(out), stddev=0.1, seed=self.draws) if training else out

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "units": self.units}


SHORT = {"epochs": 9, "stop": None, "batch_size": 32, "networks": 1}
PAIRS = {
    "represent": {
        "target": "same",
        "inputs": {"one": ["left_x", "left_y"], "other": ["right_x", "right_y"]},
        "pairs": {"left": "one", "right": "other"},
    },
    "learn": {"menu": [{"Dense": {"units": 16, "activation": "relu"}}, {"Dropout": 0.1}, {"Dense": 4}], **SHORT},
}
GAN = {
    "represent": {"target": {"flower": ["length", "width"]}},
    "learn": {"task": "generation", "training_step": "GAN", "menu": [{"Noise": 3}, {"Dense": 16}], **SHORT},
}


def pairs(rows: int, folder: Path) -> pd.DataFrame:
    """Two sightings each, of one thing or of two."""
    rng = np.random.default_rng(0)
    same = rng.random(rows) < 0.5
    place = rng.normal(size=(2, rows, 2))
    place[1][same] = place[0][same]
    (left, right) = place + 0.1 * rng.normal(size=place.shape)
    columns = {"left_x": left[:, 0], "left_y": left[:, 1], "right_x": right[:, 0], "right_y": right[:, 1]}
    return pd.DataFrame({**columns, "same": np.where(same, "yes", "no")})


def flowers(rows: int, folder: Path) -> pd.DataFrame:
    """Two kinds, of which length and width go together."""
    rng = np.random.default_rng(0)
    kind = rng.integers(0, 2, rows)
    length = 100 + 40 * kind + 5 * rng.normal(size=rows)
    return pd.DataFrame({"length": length, "width": length / 50, "kind": np.where(kind == 1, "rose", "lily")})
