"""Probabilities that say what they should: one number, the temperature, by which all logits are divided.

Source: Guo et al., On Calibration of Modern Neural Networks, 2017.
"""

from __future__ import annotations

import numpy as np
from scipy.optimize import minimize_scalar

from protokit.core.values.arrays import Predictions

_LEAST = np.finfo(np.float32).eps / 4  # a probability of 1 in float32 is no surer than this
_FARTHEST = 3.0  # the logarithm of a temperature is from -3 to 3


def tempered(scores: np.ndarray, temperature: float | None) -> np.ndarray:
    """Probabilities of classes at a temperature: above 1 they are less sure, and in the same order.

    Shapes: (rows, classes) -> (rows, classes).
    """
    if temperature is None:
        return scores
    with np.errstate(divide="ignore"):
        logits = np.log(scores) / temperature
    shares = np.exp(logits - logits.max(axis=1, keepdims=True))
    found: np.ndarray = shares / shares.sum(axis=1, keepdims=True)
    return found


def fitted(p: Predictions) -> float:
    """The temperature that validation rows are likeliest at.

    So that few rows, all predicted rightly, do not make it 0, its logarithm is taken to be normal around 0 beforehand,
    with a standard deviation of 1: as much as one row says where there are many.
    """
    clipped = np.clip(p.scores, _LEAST, 1 - _LEAST)
    logits = np.log(clipped)
    own = logits[np.arange(len(logits)), p.truth]

    def cost(log: float) -> float:
        scaled = logits / np.exp(log)
        high = scaled.max(axis=1)
        totals = np.log(np.exp(scaled - high[:, None]).sum(axis=1)) + high
        losses = totals - own / np.exp(log)
        return float((losses if p.weights is None else losses * p.weights).sum() + log**2 / 2)

    found = minimize_scalar(cost, bounds=(-_FARTHEST, _FARTHEST), method="bounded", options={"xatol": 1e-4})
    return float(np.exp(found.x))
