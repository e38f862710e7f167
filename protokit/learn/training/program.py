"""A network's training as compiled functions: Keras's own train step, looped over a chunk of rows without Python."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import TypeAlias, TypeVar

import numpy as np

from protokit.core.libraries.backend import keras, tf
from protokit.learn.order import Order
from protokit.learn.parts.average import judging, swap_of
from protokit.learn.snapshot import assign, values
from protokit.learn.training.compiled import Compiled, called_flat, not_compiled, one_row, sliced, steps_of
from protokit.learn.training.data_feed import (
    VALIDATION_BATCH,
    Batch,
    DataFeed,
    Resident,
    Specs,
    Tensors,
    chunk_of,
    first,
    rows_spec,
)
from protokit.learn.training.devices import scope
from protokit.learn.training.epoch import Epoch, Shape
from protokit.learn.training.randomness import drawing

Given = TypeVar("Given")
Scores: TypeAlias = "dict[str, tf.Tensor]"


class Program:
    """The compiled functions of one network.

    There are two loops of training steps. The plain one takes any number of rows in batches of any size, and so
    also the last, smaller batch of an epoch. The one compiled with XLA takes whole batches of one size; how many
    of them is a number that it is given. Rows, weights, optimizer and seed states, learning rate, weight decay and
    dropout rates are all read when a function runs: none is compiled in. An epoch of rows that lie on the device is
    one call, from the gathering of its batches to the scores of the validation rows: of a small network, a call and
    a look at its results take as long as many steps. `traces` counts what was compiled.
    """

    _unrolled = 4  # batches of validation rows: so many are scored without a loop, which takes as long as a few

    def __init__(
        self, network: keras.Model, batch_size: int, example: Batch, rows: int, like: Program | None = None
    ) -> None:
        """`example` is a batch in NumPy arrays, or the whole of the data: only shapes and types are used.

        A chunk holds the whole batches of so many `rows`, unless that takes too much memory. What is compiled for any
        size is taken from the program `like` this one, which has batches of another.
        """
        self.network = network
        self.batch_size = min(batch_size, rows)
        self.chunk = chunk_of(example, self.batch_size, rows)
        self._whole = rows < self.chunk + self.batch_size
        self._checked: Specs | None = None  # the kind of the validation rows
        self._example = tf.nest.map_structure(lambda values: values[:2], example)
        self.spec = rows_spec(example)
        self.traces: Counter[str] = Counter()
        self._step: Compiled = not_compiled  # one batch of any size
        self._test_step: Compiled = not_compiled
        self._plain: Compiled = not_compiled
        self._xla: Compiled = not_compiled  # whole batches
        self._test: Compiled = not_compiled
        self._scores: Callable[[], tuple[Scores, tf.Tensor]] = not_compiled
        self._chunk: Compiled = not_compiled  # with XLA: a chunk, and rows after it that fill no batch
        self._epochs: dict[Shape, Compiled] = {}  # a chunk, and all that follows an epoch
        self._names: list[str] = []  # of the scores, in the order in which they are packed
        self._used = True  # whether the metrics hold something
        self._swap = swap_of(network)  # averages for weights and back: what is judged
        if like is not None:
            self._step, self._plain, self._scores, self._names = like._step, like._plain, like._scores, like._names
            self._test_step, self._test, self._checked = like._test_step, like._test, like._checked
            self._epochs = {shape: epoch for shape, epoch in like._epochs.items() if not shape.xla}

    def spoilt(self) -> None:
        """Say that another program, or a training that broke off, may have left something in the metrics."""
        self._used = True

    @property
    def has_xla(self) -> bool:
        """Whether the loop with XLA is there."""
        return self._xla is not not_compiled

    def compile(self) -> None:
        """Compile all but the loop with XLA; nothing is trained."""
        if self._plain is not not_compiled:
            return
        # the metrics are given their variables first, as `fit` does: TensorFlow would trace twice otherwise
        with scope(self.network):
            self.network._symbolic_build(data_batch=self._example)
        if self._unrolled:
            self._step = self._traced("step", self._one_step, (self.spec,))
        self._plain = self._traced("plain", self._plain_loop, (self.spec, *self._specs(xla=False)))
        self._scores = self._traced("scores", self._scores_and_finite, ())

    def compile_test(self, spec: Specs) -> None:
        """Compile the scoring of rows of a kind."""
        if self._test is not_compiled:
            self._checked = spec
            if self._unrolled:
                self._test_step = self._traced("test", self._one_test, (spec,))
            self._test = self._traced("tests", self._test_loop, (spec, tf.TensorSpec((), tf.int32)))

    def compile_xla(self) -> None:
        """Compile with XLA the loop of training steps over whole batches; nothing is trained.

        Raises:
            tensorflow.errors.OpError, ValueError, TypeError: XLA has no such operation, as its message says.
        """
        if self._xla is not not_compiled:
            return
        self.compile()
        size, steps = self.batch_size, self.chunk // self.batch_size
        shapes = tf.nest.map_structure(lambda s: tf.TensorSpec((steps, size, *s.shape[1:]), s.dtype), self.spec)

        def whole_batches(chunk: Tensors, count: tf.Tensor) -> tf.Tensor:
            return steps_of(count, lambda i: tf.nest.map_structure(lambda values: values[i], chunk), self._one_step)

        self._xla = self._traced("xla", whole_batches, (shapes, tf.TensorSpec((), tf.int32)), xla=True)
        # the scoring of rows may move seeds: Keras's recurrent layers draw masks of dropout that they do not use
        states = list(self.network.non_trainable_variables)
        before = tuple(values(state) for state in states)
        try:  # XLA compiles when it is first called, and anew for calls from within another function, as these will be
            nothing = self._arguments(np.zeros(0, np.int64), xla=True)
            if self._whole and self._checked is not None:
                epoch = self._made_epoch(Shape(xla=True, rest=False, tests=0))
                epoch(one_row(self.spec), *nothing, one_row(self._checked))
            else:
                self._made_chunk()(one_row(self.spec), *nothing)
        except Exception:
            self._xla = not_compiled
            raise
        finally:
            assign(states, before)

    def train_epoch(self, feed: DataFeed, order: Order, checked: DataFeed, *, xla: bool) -> Epoch:
        """Train on the rows in their order, then score those of `checked`."""
        self.compile_test(checked.spec)
        if not (isinstance(feed, Resident) and isinstance(checked, Resident) and self._in_one(order)):
            bad = self.epoch(feed, order, xla=xla)
            scores, finite = self.scores()
            return Epoch(bad, finite, scores, self._judged(checked))
        if self._used:
            self._scores()
        tests = -(-len(first(checked.data)) // VALIDATION_BATCH)
        rest = xla and len(order) % self.batch_size > 0
        epoch = self._made_epoch(Shape(xla=xla, rest=rest, tests=tests if tests <= self._unrolled else 0))
        self._used = True
        packed, weights = epoch(feed.data, *self._arguments(order[:], xla=xla), checked.data)
        self._used = False
        steps, finite, *numbers = packed.numpy().tolist()  # one look at the device for all of them
        trained, found = numbers[: len(self._names)], numbers[len(self._names) :]
        bad = None if steps < 0 else int(steps)
        scores, validation = (dict(zip(self._names, some, strict=True)) for some in (trained, found))
        return Epoch(bad, bool(finite), scores, validation, weights)

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
        done, loop = 0, self._made_chunk() if xla else self._plain
        for data, places in feed.chunks(order, max(1, len(order)) if self._in_one(order) else self.chunk):
            bad = int(loop(data, *self._arguments(places, xla=xla)))
            if bad >= 0:
                return done + bad
            done += len(places) // size
        return None

    def scores(self) -> tuple[dict[str, float], bool]:
        """The metrics as they stand, and whether all weights are finite; the metrics begin anew afterwards."""
        self._used = False
        found, finite = self._scores()
        return {name: float(value) for name, value in found.items()}, bool(finite)

    def _judged(self, feed: DataFeed) -> dict[str, float]:
        """The scores of the rows of a feed."""
        self._used = True
        with judging(self.network):
            for data in feed.in_order(max(VALIDATION_BATCH, self.chunk - self.chunk % VALIDATION_BATCH)):
                self._test(data, tf.constant(VALIDATION_BATCH))
        return self.scores()[0]

    def _made_chunk(self) -> Compiled:
        if self._chunk is not_compiled:
            self._chunk = self._traced("chunk", self._chunk_and_rest, (self.spec, *self._specs(xla=True)))
        return self._chunk

    def _in_one(self, order: Order) -> bool:
        """Whether the rows are one chunk, and a rest that fills no batch."""
        return len(order) < self.chunk + self.batch_size

    def _arguments(self, places: np.ndarray, *, xla: bool) -> tuple[tf.Tensor, ...]:
        """What a loop takes beside the rows. With XLA: places of a chunk, its batches that count, and the rest."""
        if not xla:
            return tf.constant(places), tf.constant(self.batch_size)
        count = min(len(places), self.chunk) // self.batch_size
        chosen, rest = places[: count * self.batch_size], places[count * self.batch_size :]
        if len(chosen) < self.chunk:
            chosen = np.concatenate([chosen, np.zeros(self.chunk - len(chosen), chosen.dtype)])
        return tf.constant(chosen), tf.constant(count), tf.constant(rest)

    def _specs(self, *, xla: bool) -> tuple[tf.TensorSpec, ...]:
        """The kinds of `_arguments`."""
        number, places = tf.TensorSpec((), tf.int32), tf.TensorSpec((None,), tf.int64)
        return (tf.TensorSpec((self.chunk,), tf.int64), number, places) if xla else (places, number)

    def _made_epoch(self, shape: Shape) -> Compiled:
        """Training, the scores of the epoch, those of the validation rows, and the weights, in one call.

        What it is put together of is compiled already, so this costs next to nothing.
        """
        if shape in self._epochs:
            return self._epochs[shape]

        def whole(data: Tensors, *given: tf.Tensor) -> tuple[tf.Tensor, list[tf.Tensor]]:
            *arguments, rows = given
            loop = partial(self._whole_and_rest, has_rest=shape.rest) if shape.xla else self._plain
            bad = loop(data, *arguments)
            trained, finite = self._scores()
            self._swap()
            weights = [tf.identity(weight.value) for weight in self.network.weights]
            batch = sliced(rows, tf.constant(VALIDATION_BATCH))
            for i in range(shape.tests):
                self._test_step(batch(i))
            if not shape.tests:
                self._test(rows, tf.constant(VALIDATION_BATCH))
            found, _ = self._scores()
            self._swap()
            numbers = [bad, finite, *(some[name] for some in (trained, found) for name in self._names)]
            return tf.stack([tf.cast(number, tf.float64) for number in numbers]), weights

        assert self._checked is not None, "the scoring is compiled"
        arguments = (self.spec, *self._specs(xla=shape.xla), self._checked)
        made = self._traced("epoch with xla" if shape.xla else "epoch", whole, arguments)
        return self._epochs.setdefault(shape, called_flat(made))

    def _plain_loop(self, data: Tensors, places: tf.Tensor, size: tf.Tensor) -> tf.Tensor:
        # gathered before the loop, which is up to twice as fast as inside it
        chunk = tf.nest.map_structure(lambda values: tf.gather(values, places), data)
        return steps_of(-(-tf.shape(places)[0] // size), sliced(chunk, size), self._step)

    def _chunk_and_rest(self, data: Tensors, chosen: tf.Tensor, count: tf.Tensor, rest: tf.Tensor) -> tf.Tensor:
        bad = self._whole_batches(data, chosen, count)
        rest = rest[: tf.where(bad < 0, tf.shape(rest)[0], 0)]
        bad_rest = self._plain(data, rest, tf.constant(self.batch_size))
        return tf.where(bad_rest < 0, bad, count + bad_rest)

    def _whole_and_rest(
        self, data: Tensors, chosen: tf.Tensor, count: tf.Tensor, rest: tf.Tensor, *, has_rest: bool
    ) -> tf.Tensor:
        """A chunk, and a batch of what is left where it is known to be there: a loop over it takes twice as long.

        It is trained after a loss that was not finite, too: whoever hears of that goes back to the last good state.
        """
        bad = self._whole_batches(data, chosen, count)
        if not has_rest:
            return bad
        finite = self._step(tf.nest.map_structure(lambda values: tf.gather(values, rest), data))
        return tf.where(tf.logical_or(bad >= 0, finite), bad, count)

    def _whole_batches(self, data: Tensors, chosen: tf.Tensor, count: tf.Tensor) -> tf.Tensor:
        batches = tf.reshape(chosen, (self.chunk // self.batch_size, self.batch_size))
        return self._xla(tf.nest.map_structure(lambda values: tf.gather(values, batches), data), count)

    def _one_test(self, batch: Tensors) -> None:
        self.network.test_step(batch)

    def _test_loop(self, data: Tensors, size: tf.Tensor) -> None:
        batch = sliced(data, size)

        def step(i: tf.Tensor) -> tuple[tf.Tensor]:
            self._test_step(batch(i))
            return (i + 1,)

        tf.while_loop(lambda i: i * size < tf.shape(first(data))[0], step, (tf.constant(0),))

    def _scores_and_finite(self) -> tuple[Scores, tf.Tensor]:
        found = {name: tf.identity(value) for name, value in self.network.get_metrics_result().items()}
        self._names = sorted(found)
        # a relu makes 0 of what is not a number: weights can be lost while every loss looks well
        weights = [w.value for w in self.network.weights if w.value.dtype.is_floating]
        finite = tf.math.is_finite(tf.add_n([tf.reduce_sum(tf.cast(w, tf.float32) * 0) for w in weights]))
        with tf.control_dependencies(list(found.values())):
            self.network.reset_metrics()
        return found, finite

    def _one_step(self, batch: Tensors) -> tf.Tensor:
        """Train on a batch; whether its loss was finite."""
        self.network.train_step(batch)
        return tf.math.is_finite(self.network.metrics[0].total.value)

    def _traced(
        self, name: str, function: Callable[..., Given], arguments: tuple[object, ...], *, xla: bool = False
    ) -> Callable[..., Given]:
        def counted(*given: Tensors | tf.Tensor) -> Given:
            self.traces[name] += 1
            return function(*given)

        with drawing(hashed=xla), scope(self.network):
            made = tf.function(counted, autograph=False, jit_compile=True if xla else None)
            found: Callable[..., Given] = made.get_concrete_function(*arguments)
            return found
