"""Keras on TensorFlow: the one place that imports them, so that all else finds them set up and quiet.

Raises:
    ProtokitError: at import; Keras was already imported on another backend.
"""

from __future__ import annotations

import os
import sys

from protokit.core.errors import ProtokitError
from protokit.core.libraries.quiet import native_stderr_held

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("KERAS_BACKEND", "tensorflow")
if "keras" in sys.modules:
    import tensorflow as tf
else:
    with native_stderr_held():
        import tensorflow as tf

        tf.config.list_logical_devices()
        tf.get_logger().setLevel("ERROR")  # it warns of each new network as of a mistake

import keras

if keras.backend.backend() != "tensorflow":
    raise ProtokitError(
        f"Keras runs on {keras.backend.backend()!r} in this process, and protokit on TensorFlow",
        cure="set the environment variable KERAS_BACKEND=tensorflow before Python starts",
    )

__all__ = ["keras", "tf"]


def gpu_memory() -> int | None:
    """Bytes of the memory of the smallest GPU, or None where there is none."""
    if not tf.config.list_physical_devices("GPU"):
        return None
    from tensorflow.python.client import device_lib  # not of TensorFlow's public names, and slow to import

    limits = [int(device.memory_limit) for device in device_lib.list_local_devices() if device.device_type == "GPU"]
    return min(limits, default=None)


def keras_layer(name: str) -> type | None:
    """A layer class that the installed Keras exports, or None."""
    kind = getattr(keras.layers, name, None)
    return kind if isinstance(kind, type) and issubclass(kind, keras.layers.Layer) else None
