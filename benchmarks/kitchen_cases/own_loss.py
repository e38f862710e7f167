"""A loss of one's own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pandas as pd

from protokit.core.values.signature import Signature

from .case import Case, inputs

RECIPE = """
represent: {target: sold}
learn:
  menu: [{Dense: {units: 64, activation: relu}}, {Dense: {units: 64, activation: relu}}]
  networks: 1
  start: zero
  optimizer: Adam
  schedule: constant
  batch_size: 32
  epochs: 15
  stop: null
"""


def asymmetric(y_true: Any, y_pred: Any) -> Any:
    """The squared error, more where the prediction is too high."""
    error = y_pred - y_true
    return keras.ops.mean(keras.ops.where(error > 0, 3.0, 1.0) * error**2, axis=-1)


def table(rows: int, folder: Path) -> pd.DataFrame:
    """How much is sold, by eight numbers."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(rows, 8))
    sold = 10 + 3 * x[:, 0] - 2 * x[:, 1] * x[:, 2] + rng.normal(size=rows)
    return pd.DataFrame(x, columns=[f"x{i}" for i in range(8)]).assign(sold=sold)


def network(signature: Signature) -> keras.Model:
    """Two layers and a number."""
    layers, x = keras.layers, inputs(signature)
    made = layers.Dense(64, activation="relu")(x["numbers"])
    made = layers.Dense(64, activation="relu")(made)
    return keras.Model(x, layers.Dense(1)(made))


def plain(signature: Signature) -> keras.Model:
    """The same in Keras."""
    made = network(signature)
    made.compile("adam", asymmetric)
    return made


CASE = Case("own loss", RECIPE, table, plain, own={"loss": asymmetric})
