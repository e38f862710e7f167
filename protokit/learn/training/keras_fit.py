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
from protokit.learn.training import data_feed
from protokit.learn.training.data_feed import Batch
from protokit.learn.training.failures import spoilt_layer
from protokit.learn.training.randomness import drawing


class FitTraining(Training):
    """`keras.Model.fit`, fed in an order that a resumed run can repeat. Keras compiles when it needs to."""

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
        network = self._network

        class Each(keras.callbacks.Callback):  # type: ignore[misc]
            def on_epoch_begin(self, epoch: int, logs: Mapping[str, float] | None = None) -> None:
                network.optimizer.learning_rate = progress.learning_rate(base_rate, plan)

            def on_epoch_end(self, epoch: int, logs: Mapping[str, float] | None = None) -> None:
                scores = {_ours(name): float(value) for name, value in (logs or {}).items()}
                if not math.isfinite(scores["loss"]) or spoilt_layer(network):
                    raise NotFinite
                if not after_epoch(scores):
                    network.stop_training = True

        with drawing(hashed=False):
            network.fit(
                batches(train, plan, progress.epoch),
                epochs=plan.epochs,
                initial_epoch=progress.epoch,
                steps_per_epoch=plan.steps(train.rows),
                validation_data=data_feed.batch_of(validation, plan.validation_weights),
                validation_batch_size=data_feed.VALIDATION_BATCH,
                shuffle=False,
                callbacks=[Each()],
                verbose=0,
            )

    def steps(self, train: Arrays, plan: Plan, epoch: int, count: int | None = None) -> int | None:
        """See Training."""
        order = plan.order(epoch, train.rows)
        self._network.reset_metrics()
        count = plan.steps(train.rows) if count is None else count
        with drawing(hashed=False):
            for step in range(count):
                rows = order[step * plan.batch_size : (step + 1) * plan.batch_size]
                scores = self._network.train_on_batch(*data_feed.batch_of(train, plan.weights, rows), return_dict=True)
                if not math.isfinite(float(scores["loss"])):
                    return step
        return count if spoilt_layer(self._network) else None


def batches(train: Arrays, plan: Plan, first_epoch: int) -> tf.data.Dataset:
    """The batches of all epochs from one on, in the plan's order."""
    arrays = data_feed.batch_of(train, plan.weights)

    def orders() -> Iterator[Order]:
        for epoch in range(first_epoch, plan.epochs):
            yield plan.order(epoch, train.rows)

    def streamed() -> Iterator[Batch]:
        for order in orders():
            for start in range(0, train.rows, plan.batch_size):
                yield data_feed.batch_of(train, plan.weights, order[start : start + plan.batch_size])

    if data_feed.streamed(arrays):
        return tf.data.Dataset.from_generator(streamed, output_signature=data_feed.rows_spec(arrays)).prefetch(8)
    data = tf.nest.map_structure(lambda values: tf.constant(np.asarray(values)), arrays)
    order = tf.data.Dataset.from_generator(orders, output_signature=tf.TensorSpec((train.rows,), tf.int64))
    rows = order.flat_map(lambda epoch: tf.data.Dataset.from_tensor_slices(epoch).batch(plan.batch_size))
    return rows.map(lambda index: tf.nest.map_structure(lambda values: tf.gather(values, index), data)).prefetch(8)


def _ours(name: str) -> str:
    return "validation_" + name.removeprefix("val_") if name.startswith("val_") else name
