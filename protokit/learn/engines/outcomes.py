"""What an engine reports when it cannot go on."""

from __future__ import annotations

import numpy as np

from protokit.core.libraries.backend import keras


class CannotCompile(Exception):
    """The engine has no program for this network; the message says what TensorFlow said."""


class NotFinite(Exception):
    """A loss or a weight was not finite; training stopped in that epoch."""


def first_line(error: Exception) -> str:
    """The first line of what a library said, at most 200 characters."""
    text = str(error).strip().splitlines()
    return text[0][:200] if text else type(error).__name__


def spoilt_layer(network: keras.Model) -> str | None:
    """The first layer with a weight that is not finite."""
    for weight in network.weights:
        if not np.isfinite(np.asarray(keras.ops.convert_to_numpy(weight), np.float32)).all():
            return str(weight.path.split("/")[0])
    return None
