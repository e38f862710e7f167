"""What compiled functions of a training are put together of."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn, TypeAlias

from protokit.core.libraries.backend import tf
from protokit.learn.training.data_feed import Specs, Tensors

Compiled: TypeAlias = "Callable[..., tf.Tensor]"


def steps_of(steps: tf.Tensor, batch: Callable[[tf.Tensor], Tensors], one_step: Compiled) -> tf.Tensor:
    """Steps until one's loss is not finite; that step, or -1."""

    def step(i: tf.Tensor, bad: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        return i + 1, tf.where(one_step(batch(i)), bad, i)

    going = lambda i, bad: tf.logical_and(i < steps, bad < 0)  # noqa: E731
    return tf.while_loop(going, step, (tf.constant(0), tf.constant(-1)))[1]


def called_flat(function: Any) -> Compiled:
    """A compiled function that does not look at the kinds of its arguments: that takes as long as a few steps."""
    captured = function.captured_inputs
    return lambda *given: function._call_flat(tf.nest.flatten(given), captured)


def not_compiled(*_: object) -> NoReturn:
    """Stand where nothing is compiled yet."""
    raise AssertionError("the program is not compiled")


def one_row(spec: Specs) -> Tensors:
    """A row of a kind."""
    found: Tensors = tf.nest.map_structure(lambda s: tf.zeros((1, *s.shape[1:]), s.dtype), spec)
    return found


def sliced(rows: Tensors, size: tf.Tensor) -> Callable[[tf.Tensor], Tensors]:
    """The batches of rows by their number, from 0."""
    return lambda i: tf.nest.map_structure(lambda values: values[i * size : (i + 1) * size], rows)
