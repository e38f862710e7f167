"""Networks that draw rows of random numbers, and the second networks by which they learn to."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from protokit.core.libraries.backend import keras, tf


class Noise(keras.layers.Layer):  # type: ignore[misc]
    """Normal random numbers beside what comes in, or alone: others in each step, the same ones in each prediction.

    Shapes: (rows, n) -> (rows, n + units), or (rows, units).
    """

    def __init__(self, units: int = 8, alone: bool = False, **more: Any) -> None:
        super().__init__(**more)
        self.units, self.alone, self.given = units, alone, None
        self.draws = keras.random.SeedGenerator()

    def call(self, inputs: keras.KerasTensor, training: bool | None = None) -> keras.KerasTensor:
        """Draw, or take the numbers that are `given` for this call."""
        numbers = self.given
        if numbers is None:
            shape = (keras.ops.shape(inputs)[0], self.units)
            numbers = keras.random.normal(shape, dtype="float32", seed=self.draws if training else 1337)
        return numbers if self.alone else keras.ops.concatenate([inputs, numbers], axis=-1)


class Drawing(keras.Model):  # type: ignore[misc]
    """A network with a Noise layer, and a second network that sees what is drawn beside what it is drawn for."""

    def __init__(self, network: keras.Model) -> None:
        super().__init__(network.input, network.output, name=network.name)
        self.noise = next(layer for layer in self.layers if isinstance(layer, Noise))
        self.width = self.output.shape[-1]
        self.before = None if self.noise.alone else keras.Model(self.input, self.noise.input, name="before_noise")

    def second(self, layers: Callable[[keras.KerasTensor], keras.KerasTensor], units: int) -> keras.Model:
        """A network of some layers, and a linear layer at its end."""
        width = self.width + (0 if self.before is None else self.before.output.shape[-1])
        seed, drawn = random.randrange(2**31), random.getstate()
        random.seed(seed)
        rows = keras.Input((width,), name="rows")
        inner = layers(rows)
        random.setstate(drawn)  # the layers have their own seed, what comes behind them goes on from here
        end = inner if len(inner.shape) == 2 else keras.layers.Flatten(name="flat_for_units")(inner)
        return keras.Model(rows, keras.layers.Dense(units, name="units")(end), name="second")

    def beside(self, rows: tf.Tensor, x: Any) -> tf.Tensor:
        """Rows beside what they are drawn for."""
        return rows if self.before is None else keras.ops.concatenate([rows, self.before(x, training=False)], axis=-1)

    def say(self, rows: tf.Tensor, **values: tf.Tensor) -> None:
        """Add what a batch gives to the metrics of these names."""
        for metric in self.metrics:
            if metric.name in values:
                metric.update_state(values[metric.name], sample_weight=keras.ops.shape(rows)[0])


class Variational(Drawing):
    """A conditional variational autoencoder: the loss of the rows that come back, and how far codes are from noise.

    Kingma and Welling, Auto-Encoding Variational Bayes, 2014.
    """

    def __init__(self, network: keras.Model, layers: Callable[..., keras.KerasTensor], beta: float) -> None:
        super().__init__(network)
        self.beta, self.encoder = beta, self.second(layers, 2 * self.noise.units)
        self.draws = keras.random.SeedGenerator()
        self.reconstruction, self.kl = keras.metrics.Mean(name="reconstruction"), keras.metrics.Mean(name="kl")

    def loss_of(self, data: Any, training: bool) -> tf.Tensor:
        """The loss of a batch: each row is coded, and drawn from its code."""
        ops, (x, y) = keras.ops, data
        mean, log_variance = ops.split(self.encoder(self.beside(y, x), training=training), 2, axis=-1)
        log_variance = ops.clip(log_variance, -10.0, 10.0)
        code = mean
        if training:
            code = mean + ops.exp(0.5 * log_variance) * keras.random.normal(ops.shape(mean), seed=self.draws)
        self.noise.given = code
        drawn = self(x, training=training)
        self.noise.given = None
        back = self.compute_loss(x, y, drawn, training=training)
        far = 0.5 * ops.mean(ops.sum(ops.square(mean) + ops.exp(log_variance) - 1 - log_variance, axis=-1))
        loss = back + self.beta * far / self.width
        self.say(y, loss=loss, reconstruction=back, kl=far)
        return loss

    def train_step(self, data: Any) -> dict[str, Any]:
        """Both networks learn from a batch."""
        with tf.GradientTape() as tape:
            loss = self.loss_of(data, training=True)
        trained = self.trainable_variables
        self.optimizer.apply(tape.gradient(loss, trained), trained)
        return dict(self.get_metrics_result())

    def test_step(self, data: Any) -> dict[str, Any]:
        """A batch is judged, by the middle of each row's codes."""
        self.loss_of(data, training=False)
        return dict(self.get_metrics_result())


class Adversarial(Drawing):
    """A conditional generative adversarial network: relativistic pairs, and a penalty on the discriminator's slopes.

    The loss that it is judged by is the distance between what is drawn and real rows.
    Huang et al., The GAN is dead; long live the GAN! A Modern GAN Baseline, 2024.
    """

    def __init__(
        self, network: keras.Model, layers: Callable[..., keras.KerasTensor], penalty: float, pace: float
    ) -> None:
        super().__init__(network)
        self.penalty, self.pace, self.discriminator = penalty, pace, self.second(layers, 1)
        self.judge = keras.optimizers.Adam(beta_1=0.0, beta_2=0.9)
        self.judge.build(self.discriminator.trainable_variables)
        self.of_generator = keras.metrics.Mean(name="generator")
        self.of_discriminator = keras.metrics.Mean(name="discriminator")

    def losses_of(self, data: Any, drawn: tf.Tensor, training: bool) -> tuple[tf.Tensor, tf.Tensor]:
        """What the generator and the discriminator learn by: which of a real row and a drawn one is called the real."""
        ops, (x, y) = keras.ops, data
        with tf.GradientTape(persistent=True) as slopes:
            slopes.watch((y, drawn))
            real, fake = (self.discriminator(self.beside(rows, x), training=training) for rows in (y, drawn))
            sums = ops.sum(real), ops.sum(fake)
        each = ops.ones_like(fake)  # how much a row counts: all alike
        of_real, of_fake = (
            ops.sum(ops.square(slopes.gradient(all_of, rows)), axis=-1, keepdims=True)
            for all_of, rows in zip(sums, (y, drawn), strict=True)
        )
        generator, told = (ops.mean(each * ops.softplus(apart)) for apart in (real - fake, fake - real))
        self.say(y, loss=distance_in_training(y, drawn, each), generator=generator, discriminator=told)
        return generator, told + 0.5 * self.penalty * ops.mean(each * (of_real + of_fake))

    def train_step(self, data: Any) -> dict[str, Any]:
        """Each network learns from a batch as the other one was before it."""
        theirs = self.discriminator.trainable_variables
        own = [variable for variable in self.trainable_variables if not any(variable is one for one in theirs)]
        with tf.GradientTape(persistent=True) as tape:
            drawn = self(data[0], training=True)
            generator, discriminator = self.losses_of(data, drawn, training=True)
        ours, against = tape.gradient(generator, own), tape.gradient(discriminator, theirs)
        self.judge.learning_rate = self.pace * keras.ops.convert_to_tensor(self.optimizer.learning_rate)
        self.optimizer.apply(ours, own)
        self.judge.apply(against, theirs)
        return dict(self.get_metrics_result())

    def test_step(self, data: Any) -> dict[str, Any]:
        """A batch is judged, with the same random numbers each time."""
        self.losses_of(data, self(data[0], training=False), training=False)
        return dict(self.get_metrics_result())


def distance_in_training(one: tf.Tensor, other: tf.Tensor, weights: tf.Tensor) -> tf.Tensor:
    """The energy distance of the first 512 rows of two sets. Shapes: (rows, width) twice, (rows, 1) -> ()."""
    ops, one, other, weights = keras.ops, one[:512], other[:512], weights[:512]
    shares = weights / ops.maximum(ops.sum(weights), 1e-12)

    def far(a: tf.Tensor, b: tf.Tensor) -> tf.Tensor:
        squares = ops.sum(ops.square(a), axis=1)[:, None] + ops.sum(ops.square(b), axis=1)[None]
        lengths = ops.sqrt(ops.maximum(squares - 2 * ops.matmul(a, ops.transpose(b)), 1e-12))
        return ops.sum(shares * lengths * ops.transpose(shares))

    return 2 * far(one, other) - far(one, one) - far(other, other)
