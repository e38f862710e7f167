"""A network's training as compiled functions: Keras's own train step, looped over a chunk of rows without Python."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from protokit.learn.feed import CHUNK_BYTES, Feed, bytes_of, first, rows_spec
from protokit.learn.randomness import drawing

if TYPE_CHECKING:
    import keras
    import numpy as np


class Program:
    """The compiled functions of one network.

    There are two loops of training steps. The plain one takes any number of rows in batches of any size, and so
    also the last, smaller batch of an epoch. The one compiled with XLA takes whole batches of one size; how many
    of them is a number that it is given. Rows, weights, optimizer and seed states, learning rate, weight decay and
    dropout rates are all read when a function runs: none is compiled in. `traces` counts what was compiled.
    """

    def __init__(self, network: keras.Model, batch_size: int, example: Any, rows: int) -> None:
        """`example` is a batch in NumPy arrays, or the whole of the data: only shapes and types are used.

        `rows` are the rows of an epoch, which bound the chunks.
        """
        import tensorflow as tf

        self.network = network
        self.batch_size = min(batch_size, rows)
        one_row = max(1, bytes_of(example) // max(1, len(first(example))))
        most = max(1, CHUNK_BYTES // (one_row * self.batch_size))
        self.chunk = self.batch_size * min(most, max(1, rows // self.batch_size))  # rows
        self._example = tf.nest.map_structure(lambda values: values[:2], example)
        self.spec = rows_spec(example)
        self.traces: Counter[str] = Counter()
        self._plain: Any = None
        self._xla: Any = None
        self._test: Any = None
        self._scores: Any = None
        self._reset: Any = None
        self._finite: Any = None

    def compile(self) -> None:
        """Compile all but the loop with XLA; nothing is trained."""
        import tensorflow as tf

        if self._plain is not None:
            return
        # the metrics are given their variables first, as `fit` does: TensorFlow would trace twice otherwise
        self.network._symbolic_build(data_batch=self._example)
        number, order = tf.TensorSpec((), tf.int32), tf.TensorSpec((None,), tf.int64)
        self._reset = self._traced("reset", self.network.reset_metrics, ())
        self._plain = self._traced("plain", self._plain_loop, (self.spec, order, number))
        self._scores = self._traced("scores", self.network.get_metrics_result, ())
        self._finite = self._traced("finite", self._all_finite, ())

    def compile_test(self, spec: Any) -> None:
        """Compile the scoring of rows of a kind."""
        import tensorflow as tf

        if self._test is None:
            self._test = self._traced("test", self._test_loop, (spec, tf.TensorSpec((), tf.int32)))

    @property
    def has_xla(self) -> bool:
        """Whether the loop with XLA is there."""
        return self._xla is not None

    def compile_xla(self) -> None:
        """Compile the loop of whole batches with XLA; nothing is trained.

        Raises:
            tensorflow.errors.OpError, ValueError, TypeError: XLA has no such operation, as its message says.
        """
        import tensorflow as tf

        if self._xla is not None:
            return
        self.compile()
        steps = self.chunk // self.batch_size

        def whole(spec: Any) -> Any:
            return tf.TensorSpec((steps, self.batch_size, *spec.shape[1:]), spec.dtype)

        inner = self._traced(
            "xla", self._xla_loop, (tf.nest.map_structure(whole, self.spec), tf.TensorSpec((), tf.int32)), xla=True
        )

        def outer(data: Any, rows: Any, count: Any) -> Any:
            batches = tf.reshape(rows, (steps, self.batch_size))
            return inner(tf.nest.map_structure(lambda values: tf.gather(values, batches), data), count)

        order = tf.TensorSpec((self.chunk,), tf.int64)
        found = self._traced("chunk", outer, (self.spec, order, tf.TensorSpec((), tf.int32)))
        one = tf.nest.map_structure(lambda spec: tf.zeros((1, *spec.shape[1:]), spec.dtype), self.spec)
        found(one, tf.zeros((self.chunk,), tf.int64), tf.constant(0))
        self._xla = found

    def epoch(self, feed: Feed, order: np.ndarray, *, xla: bool, steps: int | None = None) -> int | None:
        """Train on the rows in their order, `steps` batches of them when given, and keep their scores.

        Returns:
            How many batches had a finite loss before the first that had not; training stopped with that one. All of
            them, where a weight is not finite at the end. None where all is finite.
        """
        import tensorflow as tf

        self._reset()
        rows = len(order) if steps is None else min(len(order), steps * self.batch_size)
        whole = rows - rows % self.batch_size if xla else 0
        done = 0
        for data, places in feed.chunks(_padded(order[:whole], self.chunk), self.chunk):
            count = min(self.chunk, whole - done) // self.batch_size
            bad = int(self._xla(data, tf.constant(places), tf.constant(count)))
            if bad >= 0:
                return done // self.batch_size + bad
            done += self.chunk
        done = whole
        for data, places in feed.chunks(order[whole:rows], self.chunk):
            bad = int(self._plain(data, tf.constant(places), tf.constant(self.batch_size)))
            if bad >= 0:
                return done // self.batch_size + bad
            done += self.chunk
        return None if bool(self._finite()) else -(-rows // self.batch_size)

    def evaluate(self, feed: Feed, batch_size: int) -> dict[str, float]:
        """Loss and metrics over the rows, by Keras's names."""
        import tensorflow as tf

        self.compile_test(feed.spec)
        self._reset()
        for data in feed.in_order(max(batch_size, self.chunk - self.chunk % batch_size)):
            self._test(data, tf.constant(batch_size))
        return self.scores()

    def scores(self) -> dict[str, float]:
        """The metrics as they stand."""
        return {name: float(value) for name, value in self._scores().items()}

    def _plain_loop(self, data: Any, rows: Any, size: Any) -> Any:
        import tensorflow as tf

        # gathered before the loop, which is up to twice as fast as inside it
        chunk = tf.nest.map_structure(lambda values: tf.gather(values, rows), data)
        steps = -(-tf.shape(rows)[0] // size)
        return self._loop(
            steps, lambda i: tf.nest.map_structure(lambda values: values[i * size : (i + 1) * size], chunk)
        )

    def _xla_loop(self, chunk: Any, steps: Any) -> Any:
        import tensorflow as tf

        return self._loop(steps, lambda i: tf.nest.map_structure(lambda values: values[i], chunk))

    def _loop(self, steps: Any, batch: Any) -> Any:
        """Steps until one's loss is not finite; that step, or -1."""
        import tensorflow as tf

        loss = self.network.metrics[0]

        def step(i: Any, bad: Any) -> Any:
            self.network.train_step(batch(i))
            return i + 1, tf.where(tf.math.is_finite(loss.total.value), bad, i)

        going = lambda i, bad: tf.logical_and(i < steps, bad < 0)  # noqa: E731
        return tf.while_loop(going, step, (tf.constant(0), tf.constant(-1)))[1]

    def _all_finite(self) -> Any:
        import tensorflow as tf

        # a relu makes 0 of what is not a number: weights can be lost while every loss looks well
        weights = [w.value for w in self.network.weights if w.value.dtype.is_floating]
        return tf.math.is_finite(tf.add_n([tf.reduce_sum(tf.cast(w, tf.float32) * 0) for w in weights]))

    def _test_loop(self, data: Any, size: Any) -> Any:
        import tensorflow as tf

        def step(i: Any) -> Any:
            self.network.test_step(tf.nest.map_structure(lambda values: values[i * size : (i + 1) * size], data))
            return (i + 1,)

        return tf.while_loop(lambda i: i * size < tf.shape(first(data))[0], step, (tf.constant(0),))[0]

    def _traced(self, name: str, function: Any, arguments: Any, *, xla: bool = False) -> Any:
        import tensorflow as tf

        def counted(*given: Any) -> Any:
            self.traces[name] += 1
            return function(*given)

        with drawing(hashed=xla):
            made = tf.function(counted, autograph=False, jit_compile=True if xla else None)
            return made.get_concrete_function(*arguments)


def _padded(order: np.ndarray, size: int) -> np.ndarray:
    """The order with its last chunk filled up with row 0, which no step reads."""
    import numpy as np

    return np.concatenate([order, np.zeros(-len(order) % size, order.dtype)])
