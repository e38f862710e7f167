"""A network's training as compiled functions: Keras's own train step, looped over a chunk of rows without Python."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import NoReturn, TypeAlias, TypeVar

import numpy as np

from protokit.core.libraries.backend import keras, tf
from protokit.learn.order import Order
from protokit.learn.training.data_feed import (
    CHUNK_BYTES,
    Batch,
    DataFeed,
    Resident,
    Specs,
    Tensors,
    bytes_of,
    first,
    rows_spec,
)
from protokit.learn.training.randomness import drawing

Given = TypeVar("Given")
Compiled: TypeAlias = "Callable[..., tf.Tensor]"
Scores: TypeAlias = "dict[str, tf.Tensor]"


class Program:
    """The compiled functions of one network.

    There are two loops of training steps. The plain one takes any number of rows in batches of any size, and so
    also the last, smaller batch of an epoch. The one compiled with XLA takes whole batches of one size; how many
    of them is a number that it is given. Rows, weights, optimizer and seed states, learning rate, weight decay and
    dropout rates are all read when a function runs: none is compiled in. `traces` counts what was compiled.
    """

    def __init__(
        self, network: keras.Model, batch_size: int, example: Batch, rows: int, like: Program | None = None
    ) -> None:
        """`example` is a batch in NumPy arrays, or the whole of the data: only shapes and types are used.

        A chunk holds the whole batches of so many `rows`, unless that takes too much memory. What is compiled for any
        size is taken from the program `like` this one, which has batches of another.
        """
        self.network = network
        self.batch_size = min(batch_size, rows)
        one_row = max(1, bytes_of(example) // max(1, len(first(example))))
        most = max(1, CHUNK_BYTES // (one_row * self.batch_size))
        self.chunk = self.batch_size * min(most, max(1, rows // self.batch_size))  # rows
        self._example = tf.nest.map_structure(lambda values: values[:2], example)
        self.spec = rows_spec(example)
        self.traces: Counter[str] = Counter()
        self._plain: Compiled = _not_compiled
        self._xla: Compiled = _not_compiled
        self._test: Compiled = _not_compiled
        self._judge: Callable[..., tuple[Scores, tf.Tensor, Scores]] = _not_compiled
        self._scores: Callable[[], tuple[Scores, tf.Tensor]] = _not_compiled
        self._used = True  # whether the metrics hold something
        if like is not None:
            self._plain, self._test, self._judge, self._scores = like._plain, like._test, like._judge, like._scores

    def spoilt(self) -> None:
        """Say that another program, or a training that broke off, may have left something in the metrics."""
        self._used = True

    @property
    def has_xla(self) -> bool:
        """Whether the loop with XLA is there."""
        return self._xla is not _not_compiled

    def compile(self) -> None:
        """Compile all but the loop with XLA; nothing is trained."""
        if self._plain is not _not_compiled:
            return
        # the metrics are given their variables first, as `fit` does: TensorFlow would trace twice otherwise
        self.network._symbolic_build(data_batch=self._example)
        number, places = tf.TensorSpec((), tf.int32), tf.TensorSpec((None,), tf.int64)
        self._plain = self._traced("plain", self._plain_loop, (self.spec, places, number))
        self._scores = self._traced("scores", self._scores_and_finite, ())

    def compile_test(self, spec: Specs) -> None:
        """Compile the scoring of rows of a kind."""
        if self._test is _not_compiled:
            number = tf.TensorSpec((), tf.int32)
            self._test = self._traced("test", self._test_loop, (spec, number))
            self._judge = self._traced("judge", self._judgement, (spec, number))

    def compile_xla(self) -> None:
        """Compile with XLA the loop of training steps over whole batches; nothing is trained.

        Raises:
            tensorflow.errors.OpError, ValueError, TypeError: XLA has no such operation, as its message says.
        """
        if self._xla is not _not_compiled:
            return
        self.compile()
        size, steps = self.batch_size, self.chunk // self.batch_size
        shapes = tf.nest.map_structure(lambda s: tf.TensorSpec((steps, size, *s.shape[1:]), s.dtype), self.spec)
        number, places = tf.TensorSpec((), tf.int32), tf.TensorSpec((None,), tf.int64)

        def whole_batches(chunk: Tensors, count: tf.Tensor) -> tf.Tensor:
            return self._training(count, lambda i: tf.nest.map_structure(lambda values: values[i], chunk))

        compiled = self._traced("xla", whole_batches, (shapes, number), xla=True)

        def chunk_and_rest(data: Tensors, chosen: tf.Tensor, count: tf.Tensor, rest: tf.Tensor) -> tf.Tensor:
            batches = tf.reshape(chosen, (steps, size))
            chunk = tf.nest.map_structure(lambda values: tf.gather(values, batches), data)
            bad = compiled(chunk, count)
            bad_rest = self._plain(data, rest[: tf.where(bad < 0, tf.shape(rest)[0], 0)], tf.constant(size))
            return tf.where(bad_rest < 0, bad, count + bad_rest)

        chosen = tf.TensorSpec((self.chunk,), tf.int64)
        found = self._traced("chunk", chunk_and_rest, (self.spec, chosen, number, places))
        one = tf.nest.map_structure(lambda s: tf.zeros((1, *s.shape[1:]), s.dtype), self.spec)
        nothing = tf.zeros((0,), tf.int64)
        found(one, tf.zeros((self.chunk,), tf.int64), tf.constant(0), nothing)  # XLA compiles when it is first called
        self._xla = found

    def epoch(self, feed: DataFeed, order: Order, *, xla: bool, steps: int | None = None) -> int | None:
        """Train on the rows in their order, `steps` batches of them when given; the metrics then hold their scores.

        Returns:
            How many batches had a finite loss before the first that had not; training stopped with that one. None
            where there was none.
        """
        if self._used:
            self._scores()
        self._used = True
        size = self.batch_size
        order = order if steps is None or steps * size >= len(order) else order[: steps * size]
        done, together = 0, len(order) < self.chunk + size  # one chunk, and the rest that fills no batch
        for data, places in feed.chunks(order, max(1, len(order)) if together else self.chunk):
            if xla:
                count = min(len(places), self.chunk) // size
                chosen, rest = places[: count * size], places[count * size :]
                filled = np.concatenate([chosen, np.zeros(self.chunk - len(chosen), chosen.dtype)])
                bad = self._xla(data, tf.constant(filled), tf.constant(count), tf.constant(rest))
            else:
                bad = self._plain(data, tf.constant(places), tf.constant(size))
            if int(bad) >= 0:
                return done + int(bad)
            done += len(places) // size
        return None

    def scores(self) -> tuple[dict[str, float], bool]:
        """The metrics as they stand, and whether all weights are finite; the metrics begin anew afterwards."""
        self._used = False
        found, finite = self._scores()
        return _floats(found), bool(finite)

    def judge(self, feed: DataFeed, batch_size: int) -> tuple[dict[str, float], bool, dict[str, float]]:
        """`scores` of the epoch, and then those of the rows of a feed. XLA would gain nothing on so large batches."""
        self.compile_test(feed.spec)
        size = tf.constant(batch_size)
        if isinstance(feed, Resident):  # all in one call
            self._used = False
            trained, finite, found = self._judge(feed.data, size)
            return _floats(trained), bool(finite), _floats(found)
        epoch = self.scores()
        self._used = True
        for data in feed.in_order(max(batch_size, self.chunk - self.chunk % batch_size)):
            self._test(data, size)
        return (*epoch, self.scores()[0])

    def _plain_loop(self, data: Tensors, places: tf.Tensor, size: tf.Tensor) -> tf.Tensor:
        # gathered before the loop, which is up to twice as fast as inside it
        chunk = tf.nest.map_structure(lambda values: tf.gather(values, places), data)
        return self._training(-(-tf.shape(places)[0] // size), _sliced(chunk, size))

    def _judgement(self, data: Tensors, size: tf.Tensor) -> tuple[Scores, tf.Tensor, Scores]:
        trained, finite = self._scores()
        self._test(data, size)
        return trained, finite, self._scores()[0]

    def _test_loop(self, data: Tensors, size: tf.Tensor) -> None:
        batch = _sliced(data, size)

        def step(i: tf.Tensor) -> tuple[tf.Tensor]:
            self.network.test_step(batch(i))
            return (i + 1,)

        tf.while_loop(lambda i: i * size < tf.shape(first(data))[0], step, (tf.constant(0),))

    def _scores_and_finite(self) -> tuple[Scores, tf.Tensor]:
        found = {name: tf.identity(value) for name, value in self.network.get_metrics_result().items()}
        # a relu makes 0 of what is not a number: weights can be lost while every loss looks well
        weights = [w.value for w in self.network.weights if w.value.dtype.is_floating]
        finite = tf.math.is_finite(tf.add_n([tf.reduce_sum(tf.cast(w, tf.float32) * 0) for w in weights]))
        with tf.control_dependencies(list(found.values())):
            self.network.reset_metrics()
        return found, finite

    def _training(self, steps: tf.Tensor, batch: Callable[[tf.Tensor], Tensors]) -> tf.Tensor:
        """Steps until one's loss is not finite; that step, or -1."""
        loss = self.network.metrics[0]

        def step(i: tf.Tensor, bad: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
            self.network.train_step(batch(i))
            return i + 1, tf.where(tf.math.is_finite(loss.total.value), bad, i)

        going = lambda i, bad: tf.logical_and(i < steps, bad < 0)  # noqa: E731
        return tf.while_loop(going, step, (tf.constant(0), tf.constant(-1)))[1]

    def _traced(
        self, name: str, function: Callable[..., Given], arguments: tuple[object, ...], *, xla: bool = False
    ) -> Callable[..., Given]:
        def counted(*given: Tensors | tf.Tensor) -> Given:
            self.traces[name] += 1
            return function(*given)

        with drawing(hashed=xla):
            made = tf.function(counted, autograph=False, jit_compile=True if xla else None)
            found: Callable[..., Given] = made.get_concrete_function(*arguments)
            return found


def _not_compiled(*_: object) -> NoReturn:
    raise AssertionError("the program is not compiled")


def _sliced(rows: Tensors, size: tf.Tensor) -> Callable[[tf.Tensor], Tensors]:
    return lambda i: tf.nest.map_structure(lambda values: values[i * size : (i + 1) * size], rows)


def _floats(scores: Scores) -> dict[str, float]:
    return {name: float(value) for name, value in scores.items()}
