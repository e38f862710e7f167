"""The engine that is Keras's own `fit`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from protokit.core.values import Arrays
from protokit.learn.plan import Plan, Progress

if TYPE_CHECKING:
    import keras
    import numpy as np
    import tensorflow as tf

VALIDATION_BATCH = 4096


class KerasFit:
    """`keras.Model.fit`, fed in an order that a resumed run can repeat."""

    def train(
        self,
        network: keras.Model,
        train: Arrays,
        validation: Arrays,
        plan: Plan,
        progress: Progress,
        base_rate: float,
        after_epoch: Callable[[dict[str, float]], bool],
    ) -> None:
        """See Engine."""
        import keras

        class Each(keras.callbacks.Callback):  # type: ignore[misc]
            def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
                network.optimizer.learning_rate = progress.learning_rate(base_rate, plan)

            def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
                scores = {_ours(name): float(value) for name, value in (logs or {}).items()}
                if not after_epoch(scores):
                    network.stop_training = True

        network.fit(
            batches(train, plan, progress.epoch),
            epochs=plan.epochs,
            initial_epoch=progress.epoch,
            steps_per_epoch=plan.steps(train.rows),
            validation_data=(dict(validation.inputs), single(dict(validation.targets))),
            validation_batch_size=VALIDATION_BATCH,
            shuffle=False,
            callbacks=[Each()],
            verbose=0,
        )


def batches(train: Arrays, plan: Plan, first_epoch: int) -> tf.data.Dataset:
    """The batches of all epochs from one on, in the plan's order."""
    import tensorflow as tf

    def orders() -> Iterator[np.ndarray]:
        for epoch in range(first_epoch, plan.epochs):
            yield plan.order(epoch, train.rows)

    data = tf.nest.map_structure(tf.constant, batch_of(train, plan))
    order = tf.data.Dataset.from_generator(orders, output_signature=tf.TensorSpec((train.rows,), tf.int64))
    rows = order.flat_map(lambda epoch: tf.data.Dataset.from_tensor_slices(epoch).batch(plan.batch_size))
    return rows.map(lambda index: tf.nest.map_structure(lambda values: tf.gather(values, index), data)).prefetch(8)


def batch_of(train: Arrays, plan: Plan, rows: np.ndarray | None = None) -> tuple[Any, ...]:
    """Inputs, targets and, where rows are weighted, weights: of all rows or of some."""
    parts: list[dict[str, Any]] = [dict(train.inputs), dict(train.targets)]
    if plan.weights is not None:
        parts.append(dict(plan.weights))
    if rows is not None:
        parts = [{name: values[rows] for name, values in part.items()} for part in parts]
    return (parts[0], *(single(part) for part in parts[1:]))


def single(by_target: dict[str, Any]) -> Any:
    """One target goes to Keras without its name."""
    return next(iter(by_target.values())) if len(by_target) == 1 else by_target


def _ours(name: str) -> str:
    return "validation_" + name.removeprefix("val_") if name.startswith("val_") else name
