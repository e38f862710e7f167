"""The compiled training of a network that lies on several devices."""

from __future__ import annotations

from collections.abc import Callable

from protokit.core.libraries.backend import tf
from protokit.learn.training.data_feed import Tensors
from protokit.learn.training.devices import mirrored
from protokit.learn.training.program import Program

Cut = Callable[[tf.Tensor, tf.Tensor], tuple[tf.Tensor, tf.Tensor]]


class MirroredProgram(Program):
    """Each step runs on all devices at once, each on its share of a batch.

    The last batch of an epoch may have rows that cannot be shared alike: then each device takes the whole of it, which
    comes to the same gradient, and what that adds to the metrics is divided by the number of devices.
    """

    _unrolled = 0  # a step is of all devices, and no function by itself

    def _plain_loop(self, data: Tensors, places: tf.Tensor, size: tf.Tensor) -> tf.Tensor:
        chunk = tf.nest.map_structure(lambda values: tf.gather(values, places), data)
        return self._dealt(chunk, tf.shape(places)[0], size, self.network.train_step)

    def _test_loop(self, data: Tensors, size: tf.Tensor) -> None:
        self._dealt(data, tf.shape(tf.nest.flatten(data)[0])[0], size, self.network.test_step)

    def _dealt(self, data: Tensors, rows: tf.Tensor, size: tf.Tensor, step: Callable[[Tensors], object]) -> tf.Tensor:
        """Steps over all rows until one's loss is not finite; that step, or -1."""
        devices = mirrored(self.network)
        steps = -(-rows // size)
        alike = tf.where((rows % size) % devices == 0, steps, rows // size)
        bad = self._steps(data, tf.constant(0), alike, rows, size, step, share=devices)
        metrics = [variable for metric in self.network.metrics for variable in metric.variables]
        before = [tf.identity(variable.value) for variable in metrics]
        bad = tf.where(bad < 0, self._steps(data, alike, tf.where(bad < 0, steps, 0), rows, size, step, share=1), bad)
        for variable, was in zip(metrics, before, strict=True):
            now = tf.identity(variable.value)
            variable.assign(was + tf.cast((now - was) / devices, was.dtype))
        return bad

    def _steps(
        self,
        data: Tensors,
        start: tf.Tensor,
        stop: tf.Tensor,
        rows: tf.Tensor,
        size: tf.Tensor,
        step: Callable[[Tensors], object],
        *,
        share: int,
    ) -> tf.Tensor:
        """Some steps, in which each device has its one of `share` equal parts of the batch."""
        strategy, loss = self.network.distribute_strategy, self.network.metrics[0]

        def on_each(i: tf.Tensor) -> None:
            low, high = i * size, tf.minimum((i + 1) * size, rows)
            if share > 1:
                own = (high - low) // share
                number = tf.distribute.get_replica_context().replica_id_in_sync_group
                low, high = low + number * own, low + (number + 1) * own
            step(tf.nest.map_structure(lambda values: values[low:high], data))

        def one(i: tf.Tensor, bad: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
            strategy.run(on_each, args=(i,))
            return i + 1, tf.where(tf.math.is_finite(loss.total.value), bad, i)

        going = lambda i, bad: tf.logical_and(i < stop, bad < 0)  # noqa: E731
        return tf.while_loop(going, one, (start, tf.constant(-1)))[1]
