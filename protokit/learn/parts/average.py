"""Averages of the weights over the steps of a training: they are what is judged and kept.

The optimizer keeps them as variables of its own (Keras's `use_ema`), so a training that goes on has them to the bit.

Source: Polyak and Juditsky, Acceleration of Stochastic Approximation by Averaging, 1992.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import numpy as np

from protokit.core.libraries.backend import BACKEND, keras, tf
from protokit.core.libraries.keras_inside import moving_averages


def averaged(optimizer: keras.Optimizer, decay: float) -> None:
    """Have an optimizer that is not built yet keep averages beside the weights."""
    optimizer.use_ema, optimizer.ema_momentum, optimizer.ema_overwrite_frequency = True, decay, None
    optimizer.judged_by_average = True


@contextmanager
def judging(network: keras.Model) -> Iterator[None]:
    """Have the averages stand for the weights, where there are some: around the scoring of validation rows."""
    swap = swap_of(network)
    swap()
    try:
        yield
    finally:
        swap()


def judged_weights(network: keras.Model) -> list[keras.Variable]:
    """The weights, with their averages in the place of those that have one."""
    averages = {id(weight): average for weight, average in _pairs(network)}
    return [averages.get(id(weight), weight) for weight in network.weights]


def reader(variables: Sequence[keras.Variable]) -> Callable[[], Sequence[tf.Tensor | np.ndarray]]:
    """What gives the values of variables as they are then: on TensorFlow on the device, in one call."""
    if BACKEND != "tensorflow":
        return lambda: [np.array(keras.ops.convert_to_numpy(variable), copy=True) for variable in variables]
    read = tf.function(lambda: [tf.identity(variable.value) for variable in variables], autograph=False)
    found: Callable[[], list[tf.Tensor]] = read.get_concrete_function()
    return found


def _pairs(network: keras.Model) -> list[tuple[keras.Variable, keras.Variable]]:
    optimizer = getattr(network.optimizer, "inner_optimizer", network.optimizer)
    if not getattr(optimizer, "judged_by_average", False):
        return []
    return moving_averages(optimizer)


def swap_of(network: keras.Model) -> Callable[[], object]:
    """What has weights and their averages change places; it does nothing where there are none."""
    optimizer = getattr(network.optimizer, "inner_optimizer", network.optimizer)
    known: Callable[[], object] | None = getattr(optimizer, "swap_averages", None)
    if known is not None:
        return known
    pairs = _pairs(network)

    def swap() -> None:
        values = [(keras.ops.copy(weight), keras.ops.copy(average)) for weight, average in pairs]
        for (weight, average), (one, other) in zip(pairs, values, strict=True):
            weight.assign(other)
            average.assign(one)

    made = tf.function(swap, autograph=False) if pairs and BACKEND == "tensorflow" else swap
    optimizer.swap_averages = made
    return made
