"""Networks that learn to draw by a second one that tells what is drawn from what is real."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from protokit.core.libraries.backend import keras, tf
from protokit.learn.steps.generative import Drawing

ops = keras.ops
_LOOKED_AT = 512  # rows of a batch whose distances are taken


class Adversarial(Drawing):
    """A conditional generative adversarial network: relativistic pairs, and a penalty on the discriminator's slope.

    Its `loss` is the energy distance between what is drawn and real rows, by which the best epoch is told; what the two
    networks learn by stands beside it: neither says how good the draws are.

    Source: Huang et al., The GAN is dead; long live the GAN! A Modern GAN Baseline, 2024: with both penalties training
    converges, and no kind of rows is dropped.
    """

    def __init__(
        self,
        *args: Any,
        discriminator: Sequence[object] = ({"Dense": {"units": 64, "activation": "leaky_relu"}},),
        penalty: float = 1.0,
        pace: float = 1.0,
        **more: Any,
    ) -> None:
        """`discriminator` is a menu, trained by Adam at `pace` times the generator's learning rate.

        `penalty` is of its squared slopes at real and at drawn rows.
        """
        super().__init__(*args, **more)
        self.pace, self.penalty = pace, penalty
        self.discriminator = self.second(discriminator, 1)
        self.judge = keras.optimizers.Adam(beta_1=0.0, beta_2=0.9)
        if keras.config.dtype_policy().name == "mixed_float16":
            self.judge = keras.optimizers.LossScaleOptimizer(self.judge)
        self.judge.build(self.discriminator.trainable_variables)
        self.of_generator = keras.metrics.Mean(name="generator")
        self.of_discriminator = keras.metrics.Mean(name="discriminator")

    def _told(self, data: Any, drawn: tf.Tensor, *, training: bool) -> tuple[tf.Tensor, tf.Tensor]:
        """What the generator and the discriminator learn by: which of a real row and a drawn one is called the real."""
        x, y, weights = keras.utils.unpack_x_y_sample_weight(data)
        y, drawn = ops.cast(y, "float32"), ops.cast(drawn, "float32")
        with tf.GradientTape(persistent=True) as slopes:
            slopes.watch((y, drawn))
            real, fake = (self.discriminator(self.beside(rows, x), training=training) for rows in (y, drawn))
            sums = ops.sum(real), ops.sum(fake)
        each = ops.ones_like(fake) if weights is None else ops.reshape(ops.cast(weights, "float32"), (-1, 1))
        steep = [
            ops.sum(ops.square(slopes.gradient(all_of, rows)), axis=-1, keepdims=True)
            for all_of, rows in zip(sums, (y, drawn), strict=True)
        ]
        generator = ops.mean(each * ops.softplus(real - fake))
        told = ops.mean(each * ops.softplus(fake - real))
        discriminator = told + 0.5 * self.penalty * ops.mean(each * (steep[0] + steep[1]))
        rows, distance = ops.shape(y)[0], energy_distance(y, drawn, each)
        said = (self.metrics[0], distance), (self.of_generator, generator), (self.of_discriminator, told)
        for metric, value in said:
            metric.update_state(value, sample_weight=rows)
        return generator, discriminator

    def train_step(self, data: Any) -> Mapping[str, Any]:
        """See keras.Model."""
        theirs = self.discriminator.trainable_variables
        own = [variable for variable in self.trainable_variables if not any(variable is one for one in theirs)]
        with tf.GradientTape(persistent=True) as tape:
            drawn = self(keras.utils.unpack_x_y_sample_weight(data)[0], training=True)
            generator, discriminator = self._told(data, drawn, training=True)
            scaled = self.optimizer.scale_loss(generator), self.judge.scale_loss(discriminator)
        ours, against = tape.gradient(scaled[0], own), tape.gradient(scaled[1], theirs)
        self.judge.learning_rate = self.pace * ops.convert_to_tensor(self.optimizer.learning_rate)
        self.optimizer.apply(ours, own)
        self.judge.apply(against, theirs)
        found: Mapping[str, Any] = self.get_metrics_result()
        return found

    def test_step(self, data: Any) -> Mapping[str, Any]:
        """See keras.Model: the same random numbers each time."""
        drawn = self(keras.utils.unpack_x_y_sample_weight(data)[0], training=False)
        self._told(data, drawn, training=False)
        found: Mapping[str, Any] = self.get_metrics_result()
        return found


def energy_distance(one: tf.Tensor, other: tf.Tensor, weights: tf.Tensor) -> tf.Tensor:
    """How far two sets of rows lie apart, pair by pair of one weight: 0 where they are of one distribution.

    Shapes: (rows, width), (rows, width), (rows, 1) -> ().

    Source: Szekely and Rizzo, Energy Statistics, 2013.
    """
    one, other, weights = one[:_LOOKED_AT], other[:_LOOKED_AT], weights[:_LOOKED_AT]
    shares = weights / ops.maximum(ops.sum(weights), 1e-12)

    def far(a: tf.Tensor, b: tf.Tensor) -> tf.Tensor:
        squares = ops.sum(ops.square(a), axis=1)[:, None] + ops.sum(ops.square(b), axis=1)[None]
        lengths = ops.sqrt(ops.maximum(squares - 2 * ops.matmul(a, ops.transpose(b)), 1e-12))
        return ops.sum(shares * lengths * ops.transpose(shares))

    return 2 * far(one, other) - far(one, one) - far(other, other)
