"""Random numbers that cost nothing in a compiled loop: an integer hash of a counter.

Inside XLA on a processor TensorFlow's generators take longer than the network itself. Here the bits of element i
in a draw with the seed pair (a, b) are a mixing function of i under two keys made of a and b. Its two rounds are
the 32-bit finalizer with the constants that C. Wellons found by search (lowest bias known for two multiplications,
https://nullprogram.com/blog/2018/07/31/, 2018). Good enough for noise in training, tested statistically; not for
secrets. Keras's SeedGenerator still says which seed a draw has, so state, resume and independence of layers are its.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeAlias

from protokit.core.libraries.backend import BACKEND, keras, tf
from protokit.core.libraries.keras_inside import draw_seed, layers_in, raw_backend
from protokit.learn.words import Learn

_PATCH = threading.RLock()
Shape: TypeAlias = "Sequence[int | tf.Tensor] | tf.Tensor"
Mask: TypeAlias = "Sequence[int | None] | None"  # the shape of a dropout's mask: None as the inputs have it
Rate: TypeAlias = "float | tf.Tensor"
Seed: TypeAlias = "int | keras.random.SeedGenerator | None"


def needs_tensorflow_seed(network: keras.Model, learn: Learn) -> bool:
    """Whether something in a training may draw by TensorFlow's own seed: what is of another package or a person's own.

    Keras's layers and those of the house draw by seeds that lie in variables.
    """
    if BACKEND != "tensorflow" or learn.training_step is not None or next(iter(learn.parts()), None) is not None:
        return True
    layers = layers_in(network)
    return any(not type(layer).__module__.startswith(("keras.", "protokit.")) for layer in layers)


class RuntimeRate(float):
    """A dropout rate that a compiled program reads from a variable; as a float it is the rate it was compiled at.

    What is kept is multiplied by `scale`, which is computed here: Keras makes it of the Python number, too, and a
    division by the tensor would differ from that in the last bit.
    """

    variable: tf.Variable
    scale: tf.Variable

    def __new__(cls, rate: float) -> RuntimeRate:
        """A rate with its variables."""
        made = super().__new__(cls, rate)
        made.variable = tf.Variable(rate, trainable=False, dtype=tf.float32)
        made.scale = tf.Variable(1 / (1 - rate), trainable=False, dtype=tf.float32)
        return made

    def assign(self, rate: float) -> None:
        """Have compiled programs use another rate, below 1."""
        self.variable.assign(rate)
        self.scale.assign(1 / (1 - rate))

    def __reduce__(self) -> tuple[type[float], tuple[float]]:
        """A copy, as in a layer's configuration, is the plain number."""
        return float, (float(self),)


def bits(shape: Shape, seed: tf.Tensor) -> tf.Tensor:
    """Random 32-bit words.

    Shapes: shape of ints, seed (2,) int32 -> shape, uint32.
    """

    def word(value: int) -> tf.Tensor:
        return tf.constant(value, tf.uint32)

    def mix(x: tf.Tensor) -> tf.Tensor:
        x = tf.bitwise.bitwise_xor(x, tf.bitwise.right_shift(x, word(16))) * word(0x7FEB352D)
        x = tf.bitwise.bitwise_xor(x, tf.bitwise.right_shift(x, word(15))) * word(0x846CA68B)
        return tf.bitwise.bitwise_xor(x, tf.bitwise.right_shift(x, word(16)))

    first, second = tf.unstack(tf.cast(seed, tf.uint32))
    # each key depends on both halves of the seed, so that neighbouring seeds share no stretch of words
    one = mix(tf.bitwise.bitwise_xor(mix(first + word(0x9E3779B9)), second))
    two = mix(tf.bitwise.bitwise_xor(mix(second + word(0x85EBCA6B)), first) + word(0xC2B2AE35))
    count = math.prod(shape) if all(isinstance(n, int) for n in shape) else tf.reduce_prod(shape)
    counter = tf.cast(tf.range(count), tf.uint32)
    return tf.reshape(mix(mix(tf.bitwise.bitwise_xor(counter, one)) + two), shape)


def unit(shape: Shape, seed: tf.Tensor) -> tf.Tensor:
    """Uniform numbers in [0, 1), multiples of 2**-24, float32."""
    return tf.cast(tf.bitwise.right_shift(bits(shape, seed), tf.constant(8, tf.uint32)), tf.float32) * 2.0**-24


def dropout(inputs: tf.Tensor, rate: Rate, noise_shape: Mask = None, seed: Seed = None) -> tf.Tensor:
    """Zero a share `rate` of the inputs and scale the others by 1 / (1 - rate); dimensions of 1 share their fate."""
    if not isinstance(rate, RuntimeRate):
        if rate == 0.0:
            return inputs
        if rate == 1.0:
            return tf.zeros_like(inputs)
    given, scale = (rate.variable, rate.scale) if isinstance(rate, RuntimeRate) else (rate, 1 / (1 - rate))
    shape = _shape(inputs, noise_shape)
    keep = unit(shape, _drawn(seed)) >= tf.cast(given, tf.float32)
    return tf.where(keep, inputs * tf.cast(scale, inputs.dtype), tf.zeros([], inputs.dtype))


def uniform(
    shape: Shape, minval: Rate = 0.0, maxval: Rate = 1.0, dtype: str | None = None, seed: Seed = None
) -> tf.Tensor:
    """As `keras.random.uniform`."""
    low, high = tf.cast(minval, tf.float32), tf.cast(maxval, tf.float32)
    return tf.cast(low + (high - low) * unit(_plain(shape), _drawn(seed)), _dtype(dtype))


def normal(
    shape: Shape, mean: Rate = 0.0, stddev: Rate = 1.0, dtype: str | None = None, seed: Seed = None
) -> tf.Tensor:
    """As `keras.random.normal`, by the inverse of the distribution function."""
    return _normal(shape, mean, stddev, dtype, seed, (0.0, 1.0))


def truncated_normal(
    shape: Shape, mean: Rate = 0.0, stddev: Rate = 1.0, dtype: str | None = None, seed: Seed = None
) -> tf.Tensor:
    """As `keras.random.truncated_normal`: no further than two standard deviations from the mean."""
    tail = 0.5 * math.erfc(math.sqrt(2))
    return _normal(shape, mean, stddev, dtype, seed, (tail, 1 - tail))


@contextmanager
def drawing(*, hashed: bool) -> Iterator[None]:
    """While something is traced, have Keras's layers draw here, and read dropout rates at run time.

    Without `hashed`, only dropout whose rate is a RuntimeRate is touched: all else is Keras's own.
    """
    home = raw_backend.random
    fast: dict[str, Callable[..., tf.Tensor]] = {
        "uniform": uniform,
        "normal": normal,
        "truncated_normal": truncated_normal,
        "dropout": dropout,
    }
    with _PATCH:
        before = {name: getattr(home, name) for name in fast}

        def dropout_at_rate(inputs: tf.Tensor, rate: Rate, noise_shape: Mask = None, seed: Seed = None) -> tf.Tensor:
            if isinstance(rate, RuntimeRate):
                return _stateless(inputs, rate, noise_shape, seed)
            return before["dropout"](inputs, rate, noise_shape, seed)

        for name, function in fast.items() if hashed else [("dropout", dropout_at_rate)]:
            setattr(home, name, function)
        try:
            yield
        finally:
            for name, function in before.items():
                setattr(home, name, function)


def _stateless(inputs: tf.Tensor, rate: RuntimeRate, noise_shape: Mask, seed: Seed) -> tf.Tensor:
    """Keras's own dropout, to the bit, at a rate that is a tensor."""
    shape = _shape(inputs, noise_shape)
    drawn = tf.random.stateless_uniform(shape, _drawn(seed), dtype=inputs.dtype)
    kept = inputs * tf.cast(rate.scale, inputs.dtype)
    return tf.where(drawn >= tf.cast(rate.variable, inputs.dtype), kept, tf.zeros([], inputs.dtype))


def _normal(
    shape: Shape, mean: Rate, stddev: Rate, dtype: str | None, seed: Seed, between: tuple[float, float]
) -> tf.Tensor:
    low, high = between
    # the middle of each of the 2**24 steps: never 0 or 1, whose inverse is infinite
    share = low + (high - low) * (unit(_plain(shape), _drawn(seed)) + 2.0**-25)
    drawn = math.sqrt(2) * tf.math.erfinv(tf.clip_by_value(2 * share - 1, -1 + 2.0**-24, 1 - 2.0**-24))
    return tf.cast(tf.cast(mean, tf.float32) + tf.cast(stddev, tf.float32) * drawn, _dtype(dtype))


def _drawn(seed: Seed) -> tf.Tensor:
    """The next pair of a SeedGenerator, as int32."""
    return tf.cast(tf.math.floormod(draw_seed(seed), tf.int32.max - 1), tf.int32)


def _dtype(dtype: str | None) -> str:
    return dtype or str(keras.config.floatx())


def _plain(shape: Shape) -> Shape:
    return shape if hasattr(shape, "dtype") else tuple(shape)


def _shape(inputs: tf.Tensor, noise_shape: Mask) -> Shape:
    """The shape of the mask: static where it is known, which a compiled loop needs."""
    static, dynamic = inputs.shape.as_list(), tf.shape(inputs)
    wanted = [None] * len(static) if noise_shape is None else list(noise_shape)
    found = [
        w if w is not None else (s if s is not None else dynamic[i])
        for i, (s, w) in enumerate(zip(static, wanted, strict=True))
    ]
    return tuple(found) if all(isinstance(n, int) for n in found) else tf.stack(found)
