"""The start of a network's last layer at a linear model."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.linear_model import RidgeCV

from protokit.core.libraries.backend import keras


def start_at_ridge(
    network: keras.Model, head: str, straight: list[tuple[str, int]], rows: dict[str, Any], train: np.ndarray
) -> None:
    """Give the last layer the weights of a ridge regression on what comes to it without a layer between.

    `straight` are the layers that give it, each with the place among the inputs of the head where it begins.
    So few rows would not bring a network there in training.
    """
    some = train[np.arange(0, len(train), -(-len(train) // 20_000))]
    ends = [network.get_layer(name).output for name, _ in straight]
    joined = keras.ops.concatenate(ends, axis=1) if len(ends) > 1 else ends[0]
    inputs = {name: values[some] for name, values in rows["inputs"].items()}
    x = np.asarray(keras.Model(network.input, joined)(inputs, training=False), np.float64)
    y = np.asarray(rows["targets"][some], np.float64).reshape(-1)
    weights = rows["weights"][some] if "weights" in rows else None
    slopes, level = np.zeros(x.shape[1]), float(np.average(y, weights=weights))
    largest = float(np.linalg.norm(x - x.mean(axis=0), 2)) ** 2
    if largest > 0 and len(x) >= 3:
        ridge = RidgeCV(np.logspace(-9, 0, 37) * largest).fit(x, y, sample_weight=weights)
        slopes, level = ridge.coef_, float(ridge.intercept_)
    layer = network.get_layer(head)
    kernel, done = np.zeros(layer.kernel.shape, np.float32), 0
    for end, (_, place) in zip(ends, straight, strict=True):
        kernel[place : place + end.shape[1], 0] = slopes[done : done + end.shape[1]]
        done += end.shape[1]
    layer.kernel.assign(kernel)
    layer.bias.assign(np.array([level], np.float32))


def loss_of(network: keras.Model, rows: dict[str, Any], some: np.ndarray) -> float:
    """The loss on some rows as the network is now, so that no worse weights are kept."""
    total = 0.0
    for start in range(0, len(some), 4096):
        part = some[start : start + 4096]
        output = network({name: values[part] for name, values in rows["inputs"].items()}, training=False)
        weights = rows["validation_weights"][part] if "validation_weights" in rows else None
        loss = network.compute_loss(None, rows["targets"][part], output, weights, training=False)
        total += float(keras.ops.convert_to_numpy(loss)) * len(part)
    network.reset_metrics()
    return total / len(some)
