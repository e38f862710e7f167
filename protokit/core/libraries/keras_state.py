"""What Keras keeps for the whole process, set for a while and put back."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from protokit.core.libraries.backend import keras, tf
from protokit.core.libraries.keras_inside import tensorflow_seed

_NO_SEED = 87654321  # what TensorFlow gives beside an operation's seed where it has none of its own


@contextmanager
def seeded(seed: int, *, tensorflow: bool = True) -> Iterator[None]:
    """Make what Keras draws inside the block follow from the seed; the caller's own streams are left alone.

    TensorFlow's own seed has a price: with it TensorFlow forgets the kernels of all compiled functions.
    """
    python, numpy_state = random.getstate(), np.random.get_state()
    if tensorflow:
        keras.utils.set_random_seed(seed % 2**32)
    else:
        random.seed(seed)
        np.random.seed(seed % 2**32)
    try:
        yield
    finally:
        random.setstate(python)
        np.random.set_state(numpy_state)


def deterministic(seed: int) -> None:
    """Have TensorFlow compute the same bits each time, in all of this process.

    Whatever draws by TensorFlow's own seed then needs one, as a person's own `fit` does that shuffles rows: it is set,
    unless there is one.
    """
    tf.config.experimental.enable_op_determinism()
    if tensorflow_seed() == _NO_SEED:
        tf.random.set_seed(seed % 2**32)


@contextmanager
def computing_in(precision: str) -> Iterator[None]:
    """Give the layers made inside the block a dtype policy of Keras, such as `mixed_float16`."""
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(precision)
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)


def set_trainable(layer: keras.Layer, trainable: bool) -> None:
    """Say whether a layer is trained, and with it those inside it, also those that were made since it was said first.

    TensorFlow takes no value that an object has already: the layers inside it would not be told.
    """
    layer.trainable = not trainable
    layer.trainable = trainable
