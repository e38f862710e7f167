"""Rows dealt into folds: each fold is the test once."""

from __future__ import annotations

import numpy as np
from sklearn.model_selection import GroupKFold, KFold, StratifiedKFold

from protokit.core.errors import DataError


def deal(
    rows: int, folds: int, labels: np.ndarray | None, groups: np.ndarray | None, times: np.ndarray | None, seed: int
) -> list[tuple[np.ndarray, np.ndarray]]:
    """The rows that stay and those that are taken, for each fold, in order.

    At most one of the others is given. `labels` share out the classes; a class with fewer rows than folds always
    stays. Rows of one of the `groups` are not parted. With `times` each fold is later than all rows that stay for
    it, rows of one time are not parted, and the earliest are never taken.

    Raises:
        DataError: there are too few rows, groups or times for so many folds.
    """
    every = np.arange(rows)
    if times is not None:
        different, positions = np.unique(times, return_inverse=True)
        _enough(len(different), folds + 1, "different times")
        counts = np.bincount(positions)
        # borders between times, so that each part has about as many rows
        part = np.minimum((np.cumsum(counts) - counts / 2) * (folds + 1) // rows, folds).astype(int)
        found = [(every[part[positions] < fold], every[part[positions] == fold]) for fold in range(1, folds + 1)]
        if any(len(stay) == 0 or len(taken) == 0 for stay, taken in found):
            raise DataError(f"too few different times for {folds} folds", cure="lower represent.split.folds")
        return found
    if groups is not None:
        _enough(len(np.unique(groups)), folds, "groups")
        return list(GroupKFold(folds, shuffle=True, random_state=seed).split(every, groups=groups))
    if labels is None:
        _enough(rows, folds, "rows")
        return list(KFold(folds, shuffle=True, random_state=seed).split(every))
    _, positions, counts = np.unique(labels, return_inverse=True, return_counts=True)
    kept, dealt = every[counts[positions] < folds], every[counts[positions] >= folds]
    _enough(len(dealt), folds, "rows of one class")
    found = StratifiedKFold(folds, shuffle=True, random_state=seed).split(dealt, labels[dealt])
    return [(np.sort(np.concatenate([dealt[stay], kept])), dealt[taken]) for stay, taken in found]


def _enough(count: int, needed: int, what: str) -> None:
    if count < needed:
        raise DataError(f"{count} {what} are too few for these folds", cure="lower represent.split.folds")
