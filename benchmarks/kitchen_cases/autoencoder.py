"""An autoencoder: what comes in is what is to come out."""

from __future__ import annotations

from pathlib import Path

import keras
import numpy as np
import pandas as pd

from protokit.core.values.signature import Signature

from .case import Case, inputs

RECIPE = """
represent: {target: inputs}
learn:
  menu: [{Dense: {units: 64, activation: relu}}, {Dense: 4, name: code}, {Dense: {units: 64, activation: relu}}]
  networks: 1
  optimizer: Adam
  schedule: constant
  batch_size: 32
  epochs: 15
  stop: null
"""


def table(rows: int, folder: Path) -> pd.DataFrame:
    """Twelve numbers that are made of three."""
    rng = np.random.default_rng(0)
    values = np.tanh(rng.normal(size=(rows, 3)) @ rng.normal(size=(3, 12))) + 0.1 * rng.normal(size=(rows, 12))
    return pd.DataFrame(values, columns=[f"x{i}" for i in range(12)])


def plain(signature: Signature) -> keras.Model:
    """The same in Keras."""
    layers, x = keras.layers, inputs(signature)
    made = layers.Dense(64, activation="relu")(x["numbers"])
    code = layers.Dense(4, name="code")(made)
    made = layers.Dense(64, activation="relu")(code)
    network = keras.Model(x, layers.Dense(signature.targets[0].units)(made))
    network.compile("adam", "mse")
    return network


CASE = Case("autoencoder", RECIPE, table, plain)
