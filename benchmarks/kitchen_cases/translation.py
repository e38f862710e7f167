"""Sequence to sequence: a text from a text, token by token, with attention (Luong et al. 2015)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pandas as pd

from protokit.core.values.signature import Signature

from .case import Case, inputs, levels

RECIPE = """
represent:
  target: iso
  columns: {said: {text: {tokens: characters}}, iso: {text: {tokens: characters}}}
learn:
  task: translation
  menu: [{GRU: {units: 64, return_sequences: true}}]
  networks: 1
  optimizer: Adam
  schedule: constant
  batch_size: 64
  epochs: 20
  stop: null
"""
MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October")


def table(rows: int, folder: Path) -> pd.DataFrame:
    """Dates as they are said, and as they are written."""
    rng = np.random.default_rng(0)
    month, day, year = rng.integers(0, 10, rows), rng.integers(1, 29, rows), rng.integers(1950, 2030, rows)
    both = list(zip(month, day, year, strict=True))
    said = [f"{MONTHS[m]} {d}, {y}" for m, d, y in both]
    return pd.DataFrame({"said": said, "iso": [f"{y}-{m + 1:02}-{d:02}" for m, d, y in both]})


def by_token(y_true: Any, y_pred: Any) -> Any:
    """The cross-entropy of the tokens up to the end: each of a batch counts the same."""
    ops = keras.ops
    there = ops.cast(y_true >= 0, "float32")
    each = keras.losses.sparse_categorical_crossentropy(ops.maximum(y_true, 0), y_pred)
    return ops.sum(there * each, axis=-1) / ops.maximum(ops.mean(ops.sum(there, axis=-1)), 1e-7)


def plain(signature: Signature) -> keras.Model:
    """The same in Keras: the tokens before each come in beside the text (teacher forcing)."""
    layers, x = keras.layers, inputs(signature)
    steps, tokens = signature.targets[0].shape
    text = next(name for name in x if name != "so_far")
    x.setdefault("so_far", keras.Input((steps,), dtype="int32", name="so_far"))
    read = layers.Embedding(levels(signature, text), 64)(x[text])
    memory = layers.Dense(64)(layers.GRU(64, return_sequences=True)(read))
    start = layers.Dense(64, activation="tanh")(layers.GlobalAveragePooling1D()(memory))
    said = layers.Embedding(tokens + 1, 64)(x["so_far"])
    state = layers.GRU(64, return_sequences=True)(said, initial_state=start)
    both = layers.Concatenate()([state, layers.MultiHeadAttention(1, 64)(state, memory)])
    hidden = layers.Dense(64, activation="relu")(both)
    network = keras.Model(x, layers.Dense(tokens, activation="softmax")(hidden))
    network.compile("adam", by_token)
    return network


CASE = Case("sequence to sequence", RECIPE, table, plain, rows=3000)
