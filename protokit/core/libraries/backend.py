"""Keras and TensorFlow: the one place that imports them, so that all else finds them set up and quiet.

Keras runs on TensorFlow unless the variable KERAS_BACKEND said otherwise before it was imported: a process has one
backend, `BACKEND`. TensorFlow is there in any case, for rows on their way to the network; on another backend it leaves
the GPU alone.

Raises:
    ProtokitError: at import; Keras runs on a backend that protokit does not know.
    MissingExtra: at import; the backend is not installed.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress

from protokit.core.errors import MissingExtra, ProtokitError
from protokit.core.libraries.quiet import native_stderr_held

KNOWN = ("tensorflow", "torch", "jax")

if "keras" in sys.modules:
    import tensorflow as tf
else:
    with native_stderr_held():
        import tensorflow as tf

        if os.environ.get("KERAS_BACKEND", "tensorflow") != "tensorflow":
            tf.config.set_visible_devices([], "GPU")  # it would take all its memory
        tf.config.list_logical_devices()

_ours = "KERAS_BACKEND" not in os.environ
os.environ.setdefault("KERAS_BACKEND", "tensorflow")
try:
    import keras
except ModuleNotFoundError as error:
    wanted = os.environ["KERAS_BACKEND"]
    if error.name not in KNOWN:
        raise
    raise MissingExtra(wanted, wanted) from None
finally:
    if _ours:
        del os.environ["KERAS_BACKEND"]  # what is in it is what a person says

BACKEND: str = keras.backend.backend()
"""What Keras runs on in this process."""
if BACKEND not in KNOWN:
    raise ProtokitError(
        f"Keras runs on {BACKEND!r} in this process, and protokit on {', '.join(KNOWN)}",
        cure="set the environment variable KERAS_BACKEND=tensorflow before Python starts",
    )
if BACKEND != "tensorflow":
    with suppress(RuntimeError):  # it is in use already
        tf.config.set_visible_devices([], "GPU")

__all__ = ["BACKEND", "KNOWN", "keras", "tf"]


def keras_layer(name: str) -> type | None:
    """A layer class that the installed Keras exports, or None."""
    kind = getattr(keras.layers, name, None)
    return kind if isinstance(kind, type) and issubclass(kind, keras.layers.Layer) else None
