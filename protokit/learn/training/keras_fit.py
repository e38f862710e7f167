"""Training by Keras's own `fit`."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

import numpy as np

from protokit.core.libraries.backend import keras, tf
from protokit.core.values.arrays import Arrays
from protokit.learn.engine import AfterEpoch, NotFinite, Training
from protokit.learn.order import Order
from protokit.learn.plan import Plan, Progress
from protokit.learn.snapshot import assign, values, variables
from protokit.learn.training import data_feed
from protokit.learn.training.data_feed import Batch
from protokit.learn.training.failures import first_line, not_finite_at, spoilt_layer
from protokit.learn.training.randomness import drawing


class FitTraining(Training):
    """`keras.Model.fit`, fed in an order that a resumed run can repeat. Keras compiles when it needs to.

    What cannot be compiled, such as a loss with a Python `if` on a tensor, is run step by step: slow, and it works.
    """

    _eager = ""  # why it runs step by step

    @property
    def how(self) -> str:
        """See Training."""
        return ", ".join(filter(None, (self._reason, self._eager)))

    def train(
        self,
        train: Arrays,
        validation: Arrays,
        plan: Plan,
        progress: Progress,
        base_rate: float,
        after_epoch: AfterEpoch,
    ) -> None:
        """See Training."""
        network, epoch = self._network, progress.epoch
        if network.run_eagerly or network.train_function is not None:
            return self._fit(train, validation, plan, progress, base_rate, after_epoch)
        before = tuple(map(values, variables(network)))
        for eagerly in (False, True):
            try:
                return self._fit(train, validation, plan, progress, base_rate, after_epoch)
            except (tf.errors.OpError, TypeError, ValueError, AttributeError, NotImplementedError) as error:
                if eagerly or progress.epoch > epoch or isinstance(error, tf.errors.ResourceExhaustedError):
                    raise
                said = "" if "cannot compile" in self._reason else f", which cannot be compiled: {first_line(error)}"
                self._eager = f"step by step{said}"
                network.train_function = network.test_function = None
                network.jit_compile, network.run_eagerly = False, True
                assign(variables(network), before)

    def _fit(
        self,
        train: Arrays,
        validation: Arrays,
        plan: Plan,
        progress: Progress,
        base_rate: float,
        after_epoch: AfterEpoch,
    ) -> None:
        network, judging = self._network, self.judging

        class Each(keras.callbacks.Callback):  # type: ignore[misc]
            def on_epoch_begin(self, epoch: int, logs: Mapping[str, float] | None = None) -> None:
                network.optimizer.learning_rate = progress.learning_rate(base_rate, plan)

            def on_test_begin(self, logs: Mapping[str, float] | None = None) -> None:
                self.judged = judging()
                self.judged.__enter__()

            def on_test_end(self, logs: Mapping[str, float] | None = None) -> None:
                self.judged.__exit__(None, None, None)

            def on_epoch_end(self, epoch: int, logs: Mapping[str, float] | None = None) -> None:
                scores = {_ours(name): float(value) for name, value in (logs or {}).items()}
                if not math.isfinite(scores["loss"]) or spoilt_layer(network):
                    raise NotFinite
                if not after_epoch(scores):
                    network.stop_training = True

        with drawing(hashed=False):
            network.fit(
                fed(train, plan, progress.epoch),
                epochs=plan.epochs,
                initial_epoch=progress.epoch,
                steps_per_epoch=plan.steps(train.rows),
                validation_data=data_feed.batch_of(validation, plan.validation_weights),
                validation_batch_size=data_feed.VALIDATION_BATCH,
                shuffle=False,
                callbacks=[Each(), *self.callbacks],
                verbose=0,
            )

    def steps(self, train: Arrays, plan: Plan, epoch: int, count: int | None = None) -> int | None:
        """See Training."""
        rows = data_feed.batches(train, plan.weights, plan.order(epoch, train.rows), plan.batch_size)
        with drawing(hashed=False):
            return not_finite_at(self._network, rows, plan.steps(train.rows) if count is None else count)


def fed(train: Arrays, plan: Plan, first_epoch: int) -> tf.data.Dataset:
    """The batches of all epochs from one on, in the plan's order."""
    arrays = data_feed.batch_of(train, plan.weights)

    def orders() -> Iterator[Order]:
        for epoch in range(first_epoch, plan.epochs):
            yield plan.order(epoch, train.rows)

    def streamed() -> Iterator[Batch]:
        for order in orders():
            yield from data_feed.batches(train, plan.weights, order, plan.batch_size)

    if data_feed.streamed(arrays):
        return tf.data.Dataset.from_generator(streamed, output_signature=data_feed.rows_spec(arrays)).prefetch(8)
    data = tf.nest.map_structure(lambda values: tf.constant(np.asarray(values)), arrays)
    order = tf.data.Dataset.from_generator(orders, output_signature=tf.TensorSpec((train.rows,), tf.int64))
    rows = order.flat_map(lambda epoch: tf.data.Dataset.from_tensor_slices(epoch).batch(plan.batch_size))
    return rows.map(lambda index: tf.nest.map_structure(lambda values: tf.gather(values, index), data)).prefetch(8)


def _ours(name: str) -> str:
    return "validation_" + name.removeprefix("val_") if name.startswith("val_") else name
