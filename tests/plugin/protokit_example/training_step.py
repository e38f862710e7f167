"""A training step: gradients of one length at most."""

from __future__ import annotations

from typing import Any

import keras
import tensorflow as tf

import protokit


@protokit.training_step
class Gentle(keras.Model):  # type: ignore[misc]
    """Each number of a gradient is kept within bounds, and how many are is told."""

    def __init__(self, *args: Any, most: float = 0.5, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.most = most
        self.bounded = keras.metrics.Mean(name="bounded")

    def train_step(self, data: Any) -> dict[str, Any]:
        """See keras.Model."""
        ops = keras.ops
        x, y, weights = keras.utils.unpack_x_y_sample_weight(data)
        with tf.GradientTape() as tape:
            y_pred = self(x, training=True)
            loss = self.compute_loss(x, y, y_pred, weights)
            scaled = self.optimizer.scale_loss(loss)
        gradients = tape.gradient(scaled, self.trainable_variables)
        self.optimizer.apply([ops.clip(one, -self.most, self.most) for one in gradients], self.trainable_variables)
        self.metrics[0].update_state(loss)
        self.bounded.update_state(ops.concatenate([ops.reshape(ops.abs(one) > self.most, (-1,)) for one in gradients]))
        return self.compute_metrics(x, y, y_pred, sample_weight=weights)
