"""Networks that draw rows: training steps with a second network, of which prediction needs nothing."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import Any

from protokit.core.libraries.backend import keras, tf
from protokit.menu.menu import Menu
from protokit.menu.network.build import build
from protokit.menu.network.noise.noise import Noise

ops = keras.ops
_MOST_VARIED = 10.0  # of the logarithm of a variance


class Drawing(keras.Model):  # type: ignore[misc]
    """A network with a Noise layer, and a second network that sees what is drawn beside what it is drawn for."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.noise = next(layer for layer in self.layers if isinstance(layer, Noise))
        self.width = self.output.shape[-1]
        # what comes to the noise: inputs, and what layers before it have made of them
        # names, for TensorFlow adds gradients up in their order: those that Keras counts up differ by process
        self.before = None if self.noise.alone else keras.Model(self.input, self.noise.input, name="before_noise")

    def second(self, layers: Sequence[object], units: int) -> keras.Model:
        """A network of a menu, and a linear layer of some units at its end."""
        width = self.width + (0 if self.before is None else self.before.output.shape[-1])
        menu = Menu({"inputs": {"rows": [width]}, "layers": list(layers)})
        inner = build(
            menu,
            None,
            seed=random.randrange(2**31),
            precision=keras.config.dtype_policy().name,
            seed_tensorflow=False,
        )
        end = (
            inner.output if len(inner.output.shape) == 2 else keras.layers.Flatten(name="flat_for_units")(inner.output)
        )
        return keras.Model(inner.input, keras.layers.Dense(units, dtype="float32", name="units")(end), name="second")

    def beside(self, rows: tf.Tensor, x: Any) -> tf.Tensor:
        """Rows beside what they are drawn for."""
        rows = ops.cast(rows, "float32")
        if self.before is None:
            return rows
        return ops.concatenate([rows, ops.cast(self.before(x, training=False), "float32")], axis=-1)


class Variational(Drawing):
    """A conditional variational autoencoder: the loss of the rows that come back, and how far codes are from noise."""

    def __init__(
        self,
        *args: Any,
        encoder: Sequence[object] = ({"Dense": {"units": 64, "activation": "relu"}},),
        beta: float = 0.1,
        **more: Any,
    ) -> None:
        """`encoder` is a menu; `beta` is how much the codes' distance from noise counts, for each number of a row."""
        super().__init__(*args, **more)
        self.beta = beta
        self.encoder = self.second(encoder, 2 * self.noise.units)
        self.draws = keras.random.SeedGenerator()
        self.reconstruction = keras.metrics.Mean(name="reconstruction")
        self.kl = keras.metrics.Mean(name="kl")

    def _said(self, data: Any, *, training: bool) -> tf.Tensor:
        x, y, weights = keras.utils.unpack_x_y_sample_weight(data)
        mean, log_variance = ops.split(self.encoder(self.beside(y, x), training=training), 2, axis=-1)
        log_variance = ops.clip(log_variance, -_MOST_VARIED, _MOST_VARIED)
        code = mean
        if training:
            code = mean + ops.exp(0.5 * log_variance) * keras.random.normal(ops.shape(mean), seed=self.draws)
        with self.noise.giving(code):
            y_pred = self(x, training=training)
        back = self.compute_loss(x, y, y_pred, weights, training=training)
        far = 0.5 * ops.mean(ops.sum(ops.square(mean) + ops.exp(log_variance) - 1 - log_variance, axis=-1))
        loss = back + self.beta * far / self.width
        rows = ops.shape(y)[0]
        for metric, value in ((self.metrics[0], loss), (self.reconstruction, back), (self.kl, far)):
            metric.update_state(value, sample_weight=rows)
        return loss

    def train_step(self, data: Any) -> Mapping[str, Any]:
        """See keras.Model."""
        with tf.GradientTape() as tape:
            loss = self.optimizer.scale_loss(self._said(data, training=True))
        trained = self.trainable_variables
        self.optimizer.apply(tape.gradient(loss, trained), trained)
        found: Mapping[str, Any] = self.get_metrics_result()
        return found

    def test_step(self, data: Any) -> Mapping[str, Any]:
        """See keras.Model: of the middle of each row's codes."""
        self._said(data, training=False)
        found: Mapping[str, Any] = self.get_metrics_result()
        return found
