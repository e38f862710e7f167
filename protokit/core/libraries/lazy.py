"""Heavy libraries, imported where they are used."""

from __future__ import annotations

import importlib
import os
import sys
from types import ModuleType

from protokit.core.errors import MissingExtra, ProtokitError
from protokit.core.libraries.quiet import native_stderr_held


def optional(package: str, extra: str) -> ModuleType:
    """Import a package that an extra brings.

    Raises:
        MissingExtra: it is not installed; the message names the command that installs it.
    """
    try:
        return importlib.import_module(package)
    except ModuleNotFoundError as error:
        if error.name and package.split(".")[0] == error.name.split(".")[0]:
            raise MissingExtra(package, extra) from None
        raise


def prepare_keras() -> None:
    """Have Keras run on TensorFlow, and keep TensorFlow's start-up messages off the screen.

    Raises:
        ProtokitError: Keras was already imported on another backend.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("KERAS_BACKEND", "tensorflow")
    if "keras" not in sys.modules:
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


def keras_layer(name: str) -> type | None:
    """A layer class that the installed Keras exports, or None."""
    prepare_keras()
    import keras

    kind = getattr(keras.layers, name, None)
    return kind if isinstance(kind, type) and issubclass(kind, keras.layers.Layer) else None
