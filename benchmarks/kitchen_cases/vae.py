"""A variational autoencoder that draws rows for a class."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pandas as pd
import tensorflow as tf

from protokit.core.values.signature import Signature

from .case import Case, inputs

RECIPE = """
represent:
  target: {rows: [x0, x1, x2, x3, x4, x5]}
learn:
  task: generation
  training_step: {VAE: {encoder: [{Dense: {units: 64, activation: relu}}], beta: 0.1}}
  menu: [{Noise: 4}, {Dense: {units: 64, activation: relu}}]
  networks: 1
  optimizer: Adam
  schedule: constant
  batch_size: 32
  epochs: 15
  stop: null
"""


def table(rows: int, folder: Path) -> pd.DataFrame:
    """Six numbers that go together, other ones in each of three kinds."""
    rng = np.random.default_rng(0)
    kind = rng.integers(0, 3, rows)
    rest = np.tanh(rng.normal(size=(rows, 2)) @ rng.normal(size=(2, 6))) + 0.1 * rng.normal(size=(rows, 6))
    frame = pd.DataFrame(rest + kind[:, None], columns=[f"x{i}" for i in range(6)])
    return frame.assign(kind=[f"kind {i}" for i in kind])


class Variational(keras.Model):  # type: ignore[misc]
    """As Keras's own example of it writes it."""

    def __init__(self, encoder: keras.Model, decoder: keras.Model, **more: Any) -> None:
        super().__init__(**more)
        self.encoder, self.decoder = encoder, decoder
        self.draws = keras.random.SeedGenerator(0)
        self.trackers = [keras.metrics.Mean(name=name) for name in ("loss", "reconstruction", "kl")]

    @property
    def metrics(self) -> list[keras.metrics.Metric]:
        """What is reset before each epoch."""
        return self.trackers

    def said(self, data: Any, training: bool) -> Any:
        """The loss of a batch."""
        x, y = data
        mean, log_variance = tf.split(self.encoder([y, x["numbers"]], training=training), 2, axis=-1)
        code = mean
        if training:
            code = mean + tf.exp(0.5 * log_variance) * keras.random.normal(tf.shape(mean), seed=self.draws)
        back = tf.reduce_mean(tf.square(y - self.decoder([x["numbers"], code], training=training)))
        far = tf.square(mean) + tf.exp(log_variance) - 1 - log_variance
        kl = 0.5 * tf.reduce_mean(tf.reduce_sum(far, axis=-1))
        loss = back + 0.1 * kl / y.shape[-1]
        for tracker, value in zip(self.trackers, (loss, back, kl), strict=True):
            tracker.update_state(value, sample_weight=tf.shape(y)[0])
        return loss

    def train_step(self, data: Any) -> Any:
        """See keras.Model."""
        with tf.GradientTape() as tape:
            loss = self.said(data, training=True)
        self.optimizer.apply(tape.gradient(loss, self.trainable_variables), self.trainable_variables)
        return {one.name: one.result() for one in self.trackers}

    def test_step(self, data: Any) -> Any:
        """See keras.Model."""
        self.said(data, training=False)
        return {one.name: one.result() for one in self.trackers}


def plain(signature: Signature) -> keras.Model:
    """The same in Keras."""
    layers, x = keras.layers, inputs(signature)["numbers"]
    row, noise = keras.Input((signature.targets[0].units,)), keras.Input((4,))
    seen = layers.Dense(64, activation="relu")(layers.Concatenate()([row, x]))
    encoder = keras.Model([row, x], layers.Dense(8)(seen))
    made = layers.Dense(64, activation="relu")(layers.Concatenate()([x, noise]))
    decoder = keras.Model([x, noise], layers.Dense(signature.targets[0].units)(made))
    network = Variational(encoder, decoder)
    network.compile("adam")
    return network


CASE = Case("variational autoencoder", RECIPE, table, plain, equal=False)
