"""Networks that draw rows: training steps with a second network, of which prediction needs nothing."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import Any

from protokit.core.errors import DataError
from protokit.core.libraries.backend import keras, tf
from protokit.menu.menu import Menu
from protokit.menu.network.build import build
from protokit.menu.network.noise.noise import Noise

ops = keras.ops
_MOST_VARIED = 10.0  # of the logarithm of a variance
_LOOKED_AT = 512  # rows of a batch whose distances are taken


class _Drawing(keras.Model):  # type: ignore[misc]
    """A network with a Noise layer, and a second network that sees what is drawn beside what it is drawn for."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.noise = next(layer for layer in self.layers if isinstance(layer, Noise))
        self.width = self.output.shape[-1]
        # what comes to the noise: inputs, and what layers before it have made of them
        self.before = None if self.noise.alone else keras.Model(self.input, self.noise.input)

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
        return keras.Model(inner.input, keras.layers.Dense(units, dtype="float32", name="units")(end))

    def beside(self, rows: tf.Tensor, x: Any) -> tf.Tensor:
        """Rows beside what they are drawn for."""
        rows = ops.cast(rows, "float32")
        if self.before is None:
            return rows
        return ops.concatenate([rows, ops.cast(self.before(x, training=False), "float32")], axis=-1)


class Variational(_Drawing):
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


class Adversarial(_Drawing):
    """A conditional generative adversarial network.

    Its `loss` is the energy distance between what is drawn and real rows, by which the best epoch is told; what each
    network learns by stands beside it.
    """

    def __init__(
        self,
        *args: Any,
        discriminator: Sequence[object] = ({"Dense": {"units": 64, "activation": "leaky_relu"}},),
        learning_rate: float = 0.001,
        **more: Any,
    ) -> None:
        """`discriminator` is a menu; its optimizer is Adam, of a `learning_rate` of its own."""
        super().__init__(*args, **more)
        self.discriminator = self.second(discriminator, 1)
        self.judge = keras.optimizers.Adam(learning_rate, beta_1=0.5)
        self.judge.build(self.discriminator.trainable_variables)
        self.of_generator = keras.metrics.Mean(name="generator")
        self.of_discriminator = keras.metrics.Mean(name="discriminator")

    def _told(self, data: Any, drawn: tf.Tensor, *, training: bool) -> tuple[tf.Tensor, tf.Tensor]:
        """What the generator and the discriminator learn by: how surely drawn rows are called real, and the truth."""
        x, y, weights = keras.utils.unpack_x_y_sample_weight(data)
        if weights is not None:
            raise DataError("GAN counts all rows alike, and they have weights", cure="remove learn.sample_weights")
        real, fake = (self.discriminator(self.beside(rows, x), training=training) for rows in (y, drawn))
        generator = ops.mean(ops.softplus(-fake))
        discriminator = ops.mean(ops.softplus(-real)) + ops.mean(ops.softplus(fake))
        rows = ops.shape(y)[0]
        distance = energy_distance(y, ops.cast(drawn, y.dtype))
        told = (self.metrics[0], distance), (self.of_generator, generator), (self.of_discriminator, discriminator)
        for metric, value in told:
            metric.update_state(value, sample_weight=rows)
        return generator, discriminator

    def train_step(self, data: Any) -> Mapping[str, Any]:
        """See keras.Model."""
        theirs = self.discriminator.trainable_variables
        own = [variable for variable in self.trainable_variables if not any(variable is one for one in theirs)]
        with tf.GradientTape(persistent=True) as tape:
            drawn = self(data[0], training=True)
            generator, discriminator = self._told(data, drawn, training=True)
            scaled = self.optimizer.scale_loss(generator)
        found = tape.gradient(scaled, own), tape.gradient(discriminator, theirs)
        self.optimizer.apply(found[0], own)
        self.judge.apply(found[1], theirs)
        told: Mapping[str, Any] = self.get_metrics_result()
        return told

    def test_step(self, data: Any) -> Mapping[str, Any]:
        """See keras.Model: the same random numbers each time."""
        self._told(data, self(data[0], training=False), training=False)
        found: Mapping[str, Any] = self.get_metrics_result()
        return found


def energy_distance(one: tf.Tensor, other: tf.Tensor) -> tf.Tensor:
    """How far two sets of rows lie apart: 0 where they are of one distribution; of so many rows of each.

    Shapes: (rows, width), (rows, width) -> ().

    Source: Szekely and Rizzo, Energy Statistics, 2013.
    """
    one, other = one[:_LOOKED_AT], other[:_LOOKED_AT]

    def far(a: tf.Tensor, b: tf.Tensor) -> tf.Tensor:
        squares = ops.sum(ops.square(a), axis=1)[:, None] + ops.sum(ops.square(b), axis=1)[None]
        return ops.mean(ops.sqrt(ops.maximum(squares - 2 * ops.matmul(a, ops.transpose(b)), 1e-12)))

    return 2 * far(one, other) - far(one, one) - far(other, other)
