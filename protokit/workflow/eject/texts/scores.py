"""What is made of what networks give."""

# mypy: disable-error-code=no-any-return
# types here are for people who read a script: no library is told twice what it gives
from __future__ import annotations

import zlib
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from scipy.optimize import minimize_scalar


def probabilities_of(output: np.ndarray) -> np.ndarray:
    """The probability of each class, of what a sigmoid or a softmax gives. Shapes: (rows, units) -> (rows, classes)."""
    output = np.asarray(output, np.float64)
    if output.shape[1] == 1:
        return np.concatenate([1 - output, output], axis=1)
    return output / output.sum(axis=1, keepdims=True)


def tempered(probabilities: np.ndarray, temperature: float) -> np.ndarray:
    """Probabilities whose logarithms are divided by the temperature: above 1 they are less sure."""
    with np.errstate(divide="ignore"):
        logits = np.log(probabilities) / temperature
    shares = np.exp(logits - logits.max(axis=1, keepdims=True))
    return shares / shares.sum(axis=1, keepdims=True)


def temperature_of(probabilities: np.ndarray, truth: np.ndarray) -> float:
    """The temperature that the validation rows are likeliest at, near 1 where they are few."""
    least = np.finfo(np.float32).eps / 4
    logits = np.log(np.clip(probabilities, least, 1 - least))
    own = logits[np.arange(len(logits)), truth]

    def cost(log: float) -> float:
        scaled = logits / np.exp(log)
        high = scaled.max(axis=1)
        totals = np.log(np.exp(scaled - high[:, None]).sum(axis=1)) + high
        return float((totals - own / np.exp(log)).sum() + log**2 / 2)

    return float(np.exp(minimize_scalar(cost, bounds=(-3.0, 3.0), method="bounded", options={"xatol": 1e-4}).x))


def threshold_of(scores: np.ndarray, positive: np.ndarray, metric: Callable[[np.ndarray, np.ndarray], float]) -> float:
    """The threshold that a metric is best with on the validation rows; of several the nearest to 0.5.

    Those tried lie in the middle between two probabilities that follow each other, and at 0.5.
    """
    different = np.concatenate([[0.0], np.unique(scores), [1.0]])
    tried = np.unique(np.concatenate([[0.5], (different[1:] + different[:-1]) / 2]))
    values = np.nan_to_num([metric(positive.astype(int), (scores > one).astype(int)) for one in tried])
    best = tried[values >= values.max() - 1e-12]
    return float(best[np.abs(best - 0.5).argmin()])


def checksum(rows: dict[str, Any]) -> int:
    """A number that changes with any bit of what a network takes and learns."""
    parts = [*(values for _, values in sorted(rows["inputs"].items())), rows["targets"]]
    found = 0
    for values in parts:
        found = zlib.crc32(np.ascontiguousarray(values).tobytes(), found)
    return found


def hold(rows: dict[str, Any], expected: int) -> None:
    """Say whether the rows are those of the run that this script was made of."""
    same = checksum(rows) == expected
    print("the rows are those of the run, to the bit" if same else "THE ROWS ARE NOT THOSE OF THE RUN", flush=True)


def written(columns: dict[str, Any], path: str) -> pd.DataFrame:
    """A table of predictions, written so that each number is read back to the bit."""
    table = pd.DataFrame(columns)
    table.to_csv(path, index=False)
    return table
