"""A training step of one's own: sharpness-aware minimization (Foret et al. 2021)."""

from __future__ import annotations

from typing import Any

import keras
import tensorflow as tf

from protokit.core.values.signature import Signature

from . import own_loss
from .case import Case


class SharpnessAware(keras.Model):  # type: ignore[misc]
    """The gradient is that of the worst point nearby."""

    def slope(self, x: Any, y: Any, weights: Any) -> tuple[Any, Any, Any]:
        with tf.GradientTape() as tape:
            y_pred = self(x, training=True)
            loss = self.compute_loss(x, y, y_pred, weights)
        return y_pred, loss, tape.gradient(loss, self.trainable_variables)

    def train_step(self, data: Any) -> Any:
        x, y, weights = keras.utils.unpack_x_y_sample_weight(data)
        y_pred, loss, up = self.slope(x, y, weights)
        far = [0.05 * one / (tf.linalg.global_norm(up) + 1e-7) for one in up]
        for variable, step in zip(self.trainable_variables, far, strict=True):
            variable.assign_add(step)
        *_, down = self.slope(x, y, weights)
        for variable, step in zip(self.trainable_variables, far, strict=True):
            variable.assign_sub(step)
        self.optimizer.apply(down, self.trainable_variables)
        self.metrics[0].update_state(loss, sample_weight=tf.shape(y)[0])
        return self.compute_metrics(x, y, y_pred, weights)


def plain(signature: Signature) -> keras.Model:
    """The same in Keras: the class itself."""
    found = own_loss.network(signature)
    made = SharpnessAware(found.input, found.output)
    made.compile("adam", "mse")
    return made


CASE = Case("own train step", own_loss.RECIPE, own_loss.table, plain, own={"training_step": SharpnessAware})
