"""An embedding by triplets: the hardest ones of each batch (Hermans et al. 2017)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pandas as pd

from protokit.core.values.signature import Signature

from .case import Case, inputs

RECIPE = """
represent: {target: person, split: {by: {group: person}}}
learn:
  task: similarity
  menu: [{Dense: {units: 64, activation: relu}}]
  networks: 1
  optimizer: Adam
  schedule: constant
  batch_size: 64
  epochs: 15
  stop: null
"""


def table(rows: int, folder: Path) -> pd.DataFrame:
    """Two numbers tell who it is, eight others do not."""
    rng = np.random.default_rng(0)
    count = max(12, rows // 30)
    who = rng.integers(0, count, rows)
    told = rng.normal(size=(count, 2))[who] + 0.05 * rng.normal(size=(rows, 2))
    values = np.concatenate([told, rng.normal(size=(rows, 8))], axis=1)
    frame = pd.DataFrame(values, columns=[f"x{i}" for i in range(10)])
    return frame.assign(person=[f"p{one:03}" for one in who])


def batch_hard(y_true: Any, y_pred: Any) -> Any:
    """Each row with the farthest one of its class and the nearest one of another."""
    ops = keras.ops
    of = ops.reshape(y_true, (-1,))
    alike = ops.cast(of[:, None] == of[None], "float32")
    others = alike - ops.eye(ops.shape(of)[0])
    away = ops.sqrt(ops.maximum(2 - 2 * ops.matmul(y_pred, ops.transpose(y_pred)), 0) + 1e-6)
    farthest, nearest = ops.max(away * others, axis=1), ops.min(away + 1e3 * alike, axis=1)
    counts = ops.cast((ops.max(others, axis=1) > 0) & (ops.min(alike, axis=1) < 1), "float32")
    return ops.softplus(5 * counts * (farthest - nearest)) * counts / ops.maximum(ops.mean(counts), 1e-6)


def plain(signature: Signature) -> keras.Model:
    """The same in Keras."""
    layers, x = keras.layers, inputs(signature)
    made = layers.Dense(64, activation="relu")(x["numbers"])
    point = layers.UnitNormalization()(layers.Dense(signature.targets[0].units)(made))
    network = keras.Model(x, point)
    network.compile("adam", batch_hard)
    return network


CASE = Case("triplet", RECIPE, table, plain)
