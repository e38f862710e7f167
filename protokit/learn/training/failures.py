"""What is read off a network, or an error, when training cannot go on."""

from __future__ import annotations

import numpy as np

from protokit.core.libraries.backend import keras


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
