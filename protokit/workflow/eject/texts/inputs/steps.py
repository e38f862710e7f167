"""Sequences: rows that are steps of one example."""

# mypy: disable-error-code=no-any-return
# types here are for people who read a script: no library is told twice what it gives
from __future__ import annotations

import numpy as np
import pandas as pd


def in_sequences(table: pd.DataFrame, key: pd.Series, times: np.ndarray, numbers: np.ndarray) -> pd.DataFrame:
    """A row for each key, the first that it has; in `sequence` the numbers of all of its rows, in the order of time.

    Shapes: (rows,), (rows,), (rows, columns), NaN where missing.
    """
    codes = pd.factorize(key)[0]
    first = np.unique(codes, return_index=True)[1]
    steps = np.split(numbers[np.lexsort((times, codes))], np.cumsum(np.bincount(codes))[:-1])
    return table.iloc[first].reset_index(drop=True).assign(sequence=pd.Series(steps, dtype=object))


def padded(sequences: pd.Series, train: np.ndarray, length: int | None = None) -> np.ndarray:
    """Sequences in units of the training rows, with 0 for what is missing and behind the last step.

    They are as long as the longest of training, of at most 1,000 steps, or of that length. Where some are shorter, a
    last number is 1 at each step that is there. Shapes: -> (rows, length, numbers).
    """
    known = [sequences[row] for row in train]
    lengths, steps = [len(one) for one in known], np.concatenate(known)
    length, missing = length or min(max(lengths), 1000), np.isnan(steps)
    count = np.maximum((~missing).sum(axis=0), 1)
    center = np.where(missing, 0, steps).sum(axis=0) / count
    spread = np.sqrt(np.where(missing, 0, (steps - center) ** 2).sum(axis=0) / count)
    found = np.zeros((len(sequences), length, steps.shape[1] + 1), np.float32)
    for row, one in enumerate(sequences):
        standard = (one[:length] - center) / np.where(spread > 0, spread, 1)
        found[row, : len(standard), :-1] = np.where(np.isnan(standard), 0, standard)
        found[row, : len(standard), -1] = 1
    return found if min(lengths) < length else found[:, :, :-1]
