"""Mixup as a training step.

Source: Zhang et al., mixup: Beyond Empirical Risk Minimization, 2018.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from scipy.special import betaincinv

from protokit.core.errors import DataError
from protokit.core.libraries.backend import keras, tf

_PLACES = 1024  # at which the distribution of shares is kept; between them it is a line
_MIXED = ("float", "uint8", "int16")  # numbers, pixels, samples of sound


class Mixing(keras.Model):  # type: ignore[misc]
    """Trains on each row mixed with the one before it in its batch, whose rows come in random order.

    The loss is that of the mixture against the truth of both rows, each with its share; metrics are of the mixture
    against the row that a mixture was made for.
    """

    def __init__(self, *args: Any, alpha: float = 0.2, **kwargs: Any) -> None:
        """`alpha`: shares are near 0 and 1 where it is small, and near a half where it is large.

        Raises:
            DataError: an input has codes, which cannot be mixed.
        """
        super().__init__(*args, **kwargs)
        for given in self.inputs:
            if not str(given.dtype).startswith(_MIXED):
                rule = f"Mixup mixes numbers and pixels, and the input {given.name!r} has codes (of words or levels)"
                raise DataError(rule, cure="remove learn.training_step, or take numbers and images alone")
        # by the inverse of the distribution function: gamma draws, which Keras makes a Beta of, are not in XLA
        self._shares = betaincinv(alpha, alpha, np.linspace(0, 1, _PLACES + 1)).astype(np.float32)
        self.draws = keras.random.SeedGenerator()

    def train_step(self, data: Any) -> dict[str, Any]:
        """See keras.Model."""
        ops = keras.ops
        x, y, weights = keras.utils.unpack_x_y_sample_weight(data)
        rows = ops.shape(keras.tree.flatten(x)[0])[0]
        place = keras.random.uniform((rows,), seed=self.draws) * _PLACES
        low = ops.minimum(ops.cast(place, "int32"), _PLACES - 1)
        shares = ops.convert_to_tensor(self._shares)
        at, after = ops.take(shares, low), ops.take(shares, low + 1)
        share = at + (place - ops.cast(low, "float32")) * (after - at)

        def mixed(values: tf.Tensor) -> tf.Tensor:
            own = ops.reshape(share, (-1, *[1] * (len(values.shape) - 1)))
            plain = ops.cast(values, "float32")
            found = own * plain + (1 - own) * ops.roll(plain, 1, axis=0)
            whole = not str(values.dtype.name).startswith("float")
            return ops.cast(ops.round(found) if whole else found, values.dtype)

        def both(values: tf.Tensor) -> tf.Tensor:
            return ops.concatenate([values, ops.roll(values, 1, axis=0)], axis=0)

        def weighed(given: tf.Tensor | None) -> tf.Tensor:
            # the loss is a mean over twice the rows
            parts = 2 * ops.concatenate([share, 1 - share], axis=0)
            return parts if given is None else parts * both(ops.cast(given, "float32"))

        if weights is None:
            shared = {name: weighed(None) for name in y} if isinstance(y, Mapping) else weighed(None)
        else:
            shared = keras.tree.map_structure(weighed, weights)
        x = keras.tree.map_structure(mixed, x)
        with tf.GradientTape() as tape:
            y_pred = self(x, training=True)
            twice = keras.tree.map_structure(lambda one: ops.concatenate([one, one], axis=0), y_pred)
            loss = self.compute_loss(x, keras.tree.map_structure(both, y), twice, shared)
            scaled = self.optimizer.scale_loss(loss)
        trained = self.trainable_weights
        self.optimizer.apply(tape.gradient(scaled, trained), trained)
        self.metrics[0].update_state(loss, sample_weight=rows)
        found: dict[str, Any] = self.compute_metrics(x, y, y_pred, sample_weight=weights)
        return found
