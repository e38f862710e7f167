"""A generative adversarial network (Goodfellow et al. 2014): a second network, and a step that trains both."""

from __future__ import annotations

from typing import Any

import keras
import tensorflow as tf

from protokit.core.values.signature import Signature

from . import vae
from .case import Case, inputs

RECIPE = """
represent: {target: {rows: [x0, x1, x2, x3, x4, x5]}}
learn:
  task: generation
  menu: [{Noise: 4}, {Dense: {units: 64, activation: relu}}]
  optimizer: Adam
  schedule: constant
  batch_size: 32
  epochs: 15
  stop: null
"""


class Adversarial(keras.Model):  # type: ignore[misc]
    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.drawing = keras.Model(self.input, self.output)
        self.judge = judge(self.output.shape[-1])
        self.own = keras.optimizers.Adam()

    def train_step(self, data: Any) -> Any:
        with tf.GradientTape(persistent=True) as tape:
            real, drawn = self.judge(data[1]), self.judge(self(data[0], training=True))
            fools = tf.reduce_mean(tf.nn.softplus(-drawn))
            tells = tf.reduce_mean(tf.nn.softplus(-real) + tf.nn.softplus(drawn))
        for optimizer, loss, one in ((self.optimizer, fools, self.drawing), (self.own, tells, self.judge)):
            optimizer.apply(tape.gradient(loss, one.trainable_variables), one.trainable_variables)
        self.metrics[0].update_state(fools)
        return {"loss": self.metrics[0].result()}

    def test_step(self, data: Any) -> Any:
        self.metrics[0].update_state(apart(data[1], self(data[0])))
        return {"loss": self.metrics[0].result()}


def judge(units: int) -> keras.Model:
    """Tells real rows from drawn ones."""
    layers = [keras.Input((units,)), keras.layers.Dense(64, activation="relu"), keras.layers.Dense(1)]
    return keras.Sequential(layers)


def apart(rows: Any, drawn: Any) -> Any:
    """The energy distance of two sets of rows."""
    far = [tf.reduce_mean(tf.norm(a[:, None] - b[None], axis=-1)) for a in (rows, drawn) for b in (rows, drawn)]
    return 2 * far[1] - far[0] - far[3]


class Plain(keras.Model):  # type: ignore[misc]
    """As Keras's own guide writes it."""

    def __init__(self, drawing: keras.Model, units: int, **more: Any) -> None:
        super().__init__(**more)
        self.drawing, self.judge, self.own = drawing, judge(units), keras.optimizers.Adam()
        self.draws = keras.random.SeedGenerator(0)
        self.loss_tracker = keras.metrics.Mean(name="loss")

    @property
    def metrics(self) -> list[keras.metrics.Metric]:
        """What is reset before each epoch."""
        return [self.loss_tracker]

    def drawn(self, x: Any, training: bool = False) -> Any:
        """Rows for what they are drawn for."""
        noise = keras.random.normal((tf.shape(x["numbers"])[0], 4), seed=self.draws)
        return self.drawing([x["numbers"], noise], training=training)

    def train_step(self, data: Any) -> Any:
        """See keras.Model."""
        x, y = data
        with tf.GradientTape(persistent=True) as tape:
            real, drawn = self.judge(y), self.judge(self.drawn(x, training=True))
            fools = tf.reduce_mean(tf.nn.softplus(-drawn))
            tells = tf.reduce_mean(tf.nn.softplus(-real) + tf.nn.softplus(drawn))
        for optimizer, loss, one in ((self.optimizer, fools, self.drawing), (self.own, tells, self.judge)):
            optimizer.apply(tape.gradient(loss, one.trainable_variables), one.trainable_variables)
        self.loss_tracker.update_state(fools)
        return {"loss": self.loss_tracker.result()}

    def test_step(self, data: Any) -> Any:
        """See keras.Model."""
        self.loss_tracker.update_state(apart(data[1], self.drawn(data[0])))
        return {"loss": self.loss_tracker.result()}


def plain(signature: Signature) -> keras.Model:
    """The same in Keras."""
    layers, x = keras.layers, inputs(signature)["numbers"]
    units, noise = signature.targets[0].units, keras.Input((4,))
    made = layers.Dense(64, activation="relu")(layers.Concatenate()([x, noise]))
    network = Plain(keras.Model([x, noise], layers.Dense(units)(made)), units)
    network.compile("adam")
    return network


CASE = Case("GAN", RECIPE, vae.table, plain, own={"training_step": Adversarial}, helpers=(judge, apart), equal=False)
