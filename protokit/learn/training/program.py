"""A network's training as compiled functions: Keras's own train step, looped over a chunk of rows without Python."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NoReturn, TypeAlias, TypeVar

import numpy as np

from protokit.core.libraries.backend import keras, tf
from protokit.learn.order import Order
from protokit.learn.parts.average import judging, swap_of
from protokit.learn.training.data_feed import (
    CHUNK_BYTES,
    VALIDATION_BATCH,
    Batch,
    DataFeed,
    Resident,
    Specs,
    Tensors,
    bytes_of,
    first,
    rows_spec,
)
from protokit.learn.training.devices import scope
from protokit.learn.training.randomness import drawing

Given = TypeVar("Given")
Compiled: TypeAlias = "Callable[..., tf.Tensor]"
Scores: TypeAlias = "dict[str, tf.Tensor]"


@dataclass(frozen=True)
class Epoch:
    """What an epoch of training gave: its scores, and those of the validation rows after it.

    `bad` is the number of batches before the first whose loss was not finite, None where there was none; `finite` is
    whether all weights are. `weights` are the network's, on the device, where they were read in the same call.
    """

    bad: int | None
    finite: bool
    scores: dict[str, float]
    validation: dict[str, float]
    weights: Sequence[tf.Tensor] | None = None


class Program:
    """The compiled functions of one network.

    There are two loops of training steps. The plain one takes any number of rows in batches of any size, and so
    also the last, smaller batch of an epoch. The one compiled with XLA takes whole batches of one size; how many
    of them is a number that it is given. Rows, weights, optimizer and seed states, learning rate, weight decay and
    dropout rates are all read when a function runs: none is compiled in. An epoch of rows that lie on the device is
    one call, from the gathering of its batches to the scores of the validation rows: of a small network, a call and
    a look at its results take as long as many steps. `traces` counts what was compiled.
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
        self._whole = rows < self.chunk + self.batch_size
        self._checked: Specs | None = None  # the kind of the validation rows
        self._example = tf.nest.map_structure(lambda values: values[:2], example)
        self.spec = rows_spec(example)
        self.traces: Counter[str] = Counter()
        self._plain: Compiled = _not_compiled
        self._xla: Compiled = _not_compiled  # whole batches
        self._test: Compiled = _not_compiled
        self._scores: Callable[[], tuple[Scores, tf.Tensor]] = _not_compiled
        self._chunk: Compiled = _not_compiled  # with XLA: a chunk, and rows after it that fill no batch
        self._epochs: dict[bool, Compiled] = {}  # without and with XLA: a chunk, and all that follows an epoch
        self._names: list[str] = []  # of the scores, in the order in which they are packed
        self._used = True  # whether the metrics hold something
        self._swap = swap_of(network)  # averages for weights and back: what is judged
        if like is not None:
            self._plain, self._test, self._scores, self._names = like._plain, like._test, like._scores, like._names
            self._epochs = {xla: epoch for xla, epoch in like._epochs.items() if not xla}

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
        with scope(self.network):
            self.network._symbolic_build(data_batch=self._example)
        self._plain = self._traced("plain", self._plain_loop, (self.spec, *self._specs(xla=False)))
        self._scores = self._traced("scores", self._scores_and_finite, ())

    def compile_test(self, spec: Specs) -> None:
        """Compile the scoring of rows of a kind."""
        if self._test is _not_compiled:
            self._checked = spec
            self._test = self._traced("test", self._test_loop, (spec, tf.TensorSpec((), tf.int32)))

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

        def whole_batches(chunk: Tensors, count: tf.Tensor) -> tf.Tensor:
            return self._training(count, lambda i: tf.nest.map_structure(lambda values: values[i], chunk))

        self._xla = self._traced("xla", whole_batches, (shapes, tf.TensorSpec((), tf.int32)), xla=True)
        try:  # XLA compiles when it is first called, anew for each function that calls it: so by that which will
            places = np.zeros(0, np.int64)
            if self._whole and self._checked is not None:
                self._epochs[True] = self._whole_epoch(self._checked, xla=True)
                self._epochs[True](_one(self.spec), *self._arguments(places, xla=True), _one(self._checked))
            else:
                self._made_chunk()(_one(self.spec), *self._arguments(places, xla=True))
        except Exception:
            self._xla = _not_compiled
            raise

    def train_epoch(self, feed: DataFeed, order: Order, checked: DataFeed, *, xla: bool) -> Epoch:
        """Train on the rows in their order, then score those of `checked`."""
        self.compile_test(checked.spec)
        if not (isinstance(feed, Resident) and isinstance(checked, Resident) and self._in_one(order)):
            bad = self.epoch(feed, order, xla=xla)
            scores, finite = self.scores()
            return Epoch(bad, finite, scores, self._judged(checked))
        if self._used:
            self._scores()
        if xla not in self._epochs:
            self._epochs[xla] = self._whole_epoch(checked.spec, xla=xla)
        self._used = True
        packed, weights = self._epochs[xla](feed.data, *self._arguments(order[:], xla=xla), checked.data)
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
        if self._chunk is _not_compiled:
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

    def _whole_epoch(self, checked: Specs, *, xla: bool) -> Compiled:
        """Training, the scores of the epoch, those of the validation rows, and the weights, in one call.

        What it is put together of is compiled already, so this costs next to nothing.
        """
        loop = self._chunk_and_rest if xla else self._plain

        def whole(data: Tensors, *rest: tf.Tensor) -> tuple[tf.Tensor, list[tf.Tensor]]:
            *arguments, rows = rest
            bad = loop(data, *arguments)
            trained, finite = self._scores()
            self._swap()
            weights = [tf.identity(weight.value) for weight in self.network.weights]
            self._test(rows, tf.constant(VALIDATION_BATCH))
            found, _ = self._scores()
            self._swap()
            numbers = [bad, finite, *(some[name] for some in (trained, found) for name in self._names)]
            return tf.stack([tf.cast(number, tf.float64) for number in numbers]), weights

        return self._traced("epoch with xla" if xla else "epoch", whole, (self.spec, *self._specs(xla=xla), checked))

    def _plain_loop(self, data: Tensors, places: tf.Tensor, size: tf.Tensor) -> tf.Tensor:
        # gathered before the loop, which is up to twice as fast as inside it
        chunk = tf.nest.map_structure(lambda values: tf.gather(values, places), data)
        return self._training(-(-tf.shape(places)[0] // size), _sliced(chunk, size))

    def _chunk_and_rest(self, data: Tensors, chosen: tf.Tensor, count: tf.Tensor, rest: tf.Tensor) -> tf.Tensor:
        batches = tf.reshape(chosen, (self.chunk // self.batch_size, self.batch_size))
        bad = self._xla(tf.nest.map_structure(lambda values: tf.gather(values, batches), data), count)
        rest = rest[: tf.where(bad < 0, tf.shape(rest)[0], 0)]
        bad_rest = self._plain(data, rest, tf.constant(self.batch_size))
        return tf.where(bad_rest < 0, bad, count + bad_rest)

    def _test_loop(self, data: Tensors, size: tf.Tensor) -> None:
        batch = _sliced(data, size)

        def step(i: tf.Tensor) -> tuple[tf.Tensor]:
            self.network.test_step(batch(i))
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

        with drawing(hashed=xla), scope(self.network):
            made = tf.function(counted, autograph=False, jit_compile=True if xla else None)
            found: Callable[..., Given] = made.get_concrete_function(*arguments)
            return found


def _not_compiled(*_: object) -> NoReturn:
    raise AssertionError("the program is not compiled")


def _one(spec: Specs) -> Tensors:
    """A row of a kind."""
    found: Tensors = tf.nest.map_structure(lambda s: tf.zeros((1, *s.shape[1:]), s.dtype), spec)
    return found


def _sliced(rows: Tensors, size: tf.Tensor) -> Callable[[tf.Tensor], Tensors]:
    return lambda i: tf.nest.map_structure(lambda values: values[i * size : (i + 1) * size], rows)
