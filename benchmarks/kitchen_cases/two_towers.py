"""Two towers: a vector of a user and one of an item, whose product is the rating."""

from __future__ import annotations

from pathlib import Path

import keras
import numpy as np
import pandas as pd

from protokit.core.values.signature import Signature

from .case import Case, inputs, levels, width

RECIPE = """
represent:
  target: rating
  inputs: {user: [user_id, age], item: [item_id, price]}
learn:
  menu:
    - {layers: [{Dense: {units: 64, activation: relu}}, {Dense: 16}], from: user, name: of_user}
    - {layers: [{Dense: {units: 64, activation: relu}}, {Dense: 16}], from: item, name: of_item}
    - {Dot: {axes: 1}, from: [of_user, of_item]}
  networks: 1
  start: zero
  optimizer: Adam
  schedule: constant
  batch_size: 32
  epochs: 15
  stop: null
"""


def table(rows: int, folder: Path) -> pd.DataFrame:
    """Ratings by the tastes of users and the kinds of items."""
    rng = np.random.default_rng(0)
    user, item = rng.integers(0, 40, rows), rng.integers(0, 30, rows)
    taste, kind = rng.normal(size=(40, 3)), rng.normal(size=(30, 3))
    return pd.DataFrame(
        {
            "user_id": [f"u{i:02}" for i in user],
            "item_id": [f"i{i:02}" for i in item],
            "age": rng.integers(18, 80, 40)[user] + rng.random(rows),
            "price": rng.random(30)[item] + rng.random(rows),
            "rating": (taste[user] * kind[item]).sum(axis=1),
        }
    )


def plain(signature: Signature) -> keras.Model:
    """The same in Keras: numbers and codes have the user's first."""
    layers, x = keras.layers, inputs(signature)
    codes = layers.Embedding(levels(signature, "categories"), width(signature))(x["categories"])
    ends = []
    for i in (0, 1):
        tower = layers.Concatenate()([x["numbers"][:, i : i + 1], codes[:, i]])
        ends.append(layers.Dense(16)(layers.Dense(64, activation="relu")(tower)))
    network = keras.Model(x, layers.Dense(1)(layers.Dot(axes=1)(ends)))
    network.compile("adam", "mse")
    return network


CASE = Case("two towers", RECIPE, table, plain)
