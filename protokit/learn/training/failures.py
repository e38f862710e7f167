"""What is read off a network, or an error, when training cannot go on."""

from __future__ import annotations

import math
from collections.abc import Iterable
from itertools import islice

import numpy as np

from protokit.core.errors import TrainingError
from protokit.core.libraries.backend import keras, tf
from protokit.learn.training.data_feed import Batch

_ROUNDING = 0.01  # of probabilities in 16 bits


def first_line(error: Exception) -> str:
    """The first line of what a library said, at most 200 characters."""
    text = str(error).strip().splitlines()
    return text[0][:200] if text else type(error).__name__


def no_memory(error: Exception) -> bool:
    """Whether a backend says that the memory is full, each in its own way."""
    text = str(error)
    return isinstance(error, tf.errors.ResourceExhaustedError) or (
        isinstance(error, RuntimeError) and ("out of memory" in text or "RESOURCE_EXHAUSTED" in text)
    )


def spoilt_layer(network: keras.Model) -> str | None:
    """The first layer with a weight that is not finite."""
    for weight in network.weights:
        if not np.isfinite(np.asarray(keras.ops.convert_to_numpy(weight), np.float32)).all():
            return str(weight.path.split("/")[0])
    return None


def not_finite_at(network: keras.Model, rows: Iterable[Batch], count: int) -> int | None:
    """Train on `count` batches, one call of Keras each; what `Training.steps` tells of them."""
    network.reset_metrics()
    for step, batch in enumerate(islice(rows, count)):
        scores = network.train_on_batch(*batch, return_dict=True)
        if not math.isfinite(float(scores["loss"])):
            return step
    return count if spoilt_layer(network) else None


def are_probabilities(name: str, outputs: np.ndarray) -> None:
    """Stop where a menu's own last layer gives something else for classes."""
    low, high = float(outputs.min(initial=0)), float(outputs.max(initial=1))
    if low < -_ROUNDING or high > 1 + _ROUNDING:
        rule = f"the last layer gives {low:.3g} to {high:.3g} for {name!r}, and its loss and scores take probabilities"
        raise TrainingError(rule, cure="give it a sigmoid (two classes) or a softmax, or remove its name: one is made")
