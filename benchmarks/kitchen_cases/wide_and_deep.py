"""Wide and deep: a cross of two columns beside a network of all others (Cheng et al. 2016)."""

from __future__ import annotations

from pathlib import Path

import keras
import numpy as np
import pandas as pd

from protokit.core.values.signature import Signature

from .case import Case, inputs, levels, width

RECIPE = """
collect:
  clean:
    - derive: {city_device: "city || device"}
represent:
  target: clicked
  inputs: {wide: [city_device], deep: [age, city, device]}
learn:
  menu:
    - layers: [{Dense: {units: 64, activation: relu}}, {Dense: {units: 32, activation: relu}}]
      from: deep
      name: all
    - {Concatenate: {}, from: [wide, all]}
  networks: 1
  optimizer: Adam
  schedule: constant
  batch_size: 32
  epochs: 15
  stop: null
"""


def table(rows: int, folder: Path) -> pd.DataFrame:
    """Who clicked: a matter of the city together with the device."""
    rng = np.random.default_rng(0)
    city, device, age = rng.integers(0, 5, rows), rng.integers(0, 5, rows), rng.integers(18, 80, rows)
    often = rng.normal(size=(5, 5))[city, device] + (age - 49) / 30
    clicked = np.where(often + rng.normal(size=rows) > 0, "yes", "no")
    return pd.DataFrame(
        {"city": [f"city {i}" for i in city], "device": [f"d{i}" for i in device], "age": age, "clicked": clicked}
    )


def plain(signature: Signature) -> keras.Model:
    """The same in Keras: the cross is the one column of many levels."""
    layers, x = keras.layers, inputs(signature)
    wide = layers.Flatten()(layers.Embedding(levels(signature, "categories"), width(signature))(x["categories"]))
    deep = layers.Dense(64, activation="relu")(x["numbers"])
    deep = layers.Dense(32, activation="relu")(deep)
    out = layers.Dense(1, activation="sigmoid")(layers.Concatenate()([wide, deep]))
    network = keras.Model(x, out)
    network.compile("adam", "binary_crossentropy", metrics=["accuracy"])
    return network


CASE = Case("wide and deep with crosses", RECIPE, table, plain)
