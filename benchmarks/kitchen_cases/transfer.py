"""Transfer learning in two stages: the head of a network of keras.applications, then all of it."""

from __future__ import annotations

from pathlib import Path

import keras
import numpy as np
import pandas as pd
from PIL import Image

from protokit.core.values.signature import Signature

from .case import Case, inputs

RECIPE = """
represent:
  target: kind
  columns: {photo: {image: {size: [32, 32]}}}
learn:
  menu: [{Backbone: {MobileNet: {alpha: 0.25, weights: null}}, name: backbone}]
  networks: 1
  batch_size: 32
  schedule: constant
  stop: null
  stages:
    - {freeze: backbone, epochs: 5, optimizer: {Adam: {learning_rate: 0.01}}}
    - {epochs: 5, optimizer: {Adam: {learning_rate: 0.001}}}
"""
SIZE = 32


def table(rows: int, folder: Path) -> pd.DataFrame:
    """Photos with stripes that lie or stand."""
    rng = np.random.default_rng(0)
    kinds, names = rng.integers(0, 2, rows), []
    for i, kind in enumerate(kinds):
        wave = 60 * np.sin(np.arange(SIZE) * rng.uniform(0.6, 1.4) + rng.uniform(0, 6))
        stripes = wave[:, None, None] if kind else wave[None, :, None]
        pixels = 128 + stripes + 20 * rng.normal(size=(SIZE, SIZE, 3))
        names.append(f"{i}.png")
        Image.fromarray(pixels.clip(0, 255).astype("uint8")).save(folder / names[-1])
    return pd.DataFrame({"photo": names, "kind": np.where(kinds, "lies", "stands")})


def plain(signature: Signature) -> keras.Model:
    """The same in Keras."""
    [x] = inputs(signature).values()
    backbone = keras.applications.MobileNet(
        alpha=0.25, weights=None, include_top=False, pooling="avg", input_shape=(SIZE, SIZE, 3)
    )
    backbone.name = "backbone"
    seen = keras.applications.mobilenet.preprocess_input(keras.ops.cast(x, "float32"))
    return keras.Model({x.name: x}, keras.layers.Dense(1, activation="sigmoid")(backbone(seen)))


def head(network: keras.Model) -> None:
    """The first stage."""
    network.get_layer("backbone").trainable = False
    network.compile(keras.optimizers.Adam(0.01), "binary_crossentropy", metrics=["accuracy"])


def whole(network: keras.Model) -> None:
    """The second stage."""
    network.get_layer("backbone").trainable = True
    network.compile(keras.optimizers.Adam(0.001), "binary_crossentropy", metrics=["accuracy"])


CASE = Case("transfer learning in two stages", RECIPE, table, plain, stages=(head, whole), rows=800, need=0.95)
