"""A class and a number at once, each with a loss and a weight."""

from __future__ import annotations

from pathlib import Path

import keras
import numpy as np
import pandas as pd

from protokit.core.values.signature import Signature

from .case import Case, inputs

RECIPE = """
represent: {target: [price, sold]}
learn:
  menu: [{Dense: {units: 64, activation: relu}}, {Dense: {units: 64, activation: relu}}]
  loss: {price: Huber}
  loss_weights: {price: 0.3}
  networks: 1
  start: zero
  optimizer: Adam
  schedule: constant
  batch_size: 32
  epochs: 15
  stop: null
"""


def table(rows: int, folder: Path) -> pd.DataFrame:
    """Six numbers that say a price, and whether something is sold."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(rows, 6))
    frame = pd.DataFrame(x, columns=[f"x{i}" for i in range(6)])
    sold = np.where(x[:, 0] * x[:, 1] + 0.3 * rng.normal(size=rows) > 0, "yes", "no")
    return frame.assign(price=3 * x[:, 2] + x[:, 3] ** 2 + 0.1 * rng.normal(size=rows), sold=sold)


def plain(signature: Signature) -> keras.Model:
    """The same in Keras."""
    layers, x = keras.layers, inputs(signature)
    made = layers.Dense(64, activation="relu")(x["numbers"])
    made = layers.Dense(64, activation="relu")(made)
    ends = {"price": layers.Dense(1)(made), "sold": layers.Dense(1, activation="sigmoid")(made)}
    network = keras.Model(x, ends)
    network.compile(
        "adam",
        loss={"price": "huber", "sold": "binary_crossentropy"},
        loss_weights={"price": 0.3, "sold": 1.0},
        metrics={"sold": ["accuracy"]},
    )
    return network


CASE = Case("several targets with weights", RECIPE, table, plain)
