"""Rows for training, validation and the test."""

from __future__ import annotations

import numpy as np
import pandas as pd
from sklearn.model_selection import GroupKFold, GroupShuffleSplit, KFold, StratifiedKFold, train_test_split


def taken_at_random(rows: np.ndarray, share: float, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """A share of some rows, drawn at random: those that stay, and those that were taken."""
    stay, taken = train_test_split(rows, test_size=share, random_state=seed)
    return stay, taken


def taken_by_class(rows: np.ndarray, share: float, seed: int, strata: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """A share of some rows, of each class alike: those that stay, and those that were taken.

    A class of so few rows that not every part can have one stays.
    """
    labels = strata[rows]
    _, places, counts = np.unique(labels, return_inverse=True, return_counts=True)
    rare = counts[places] < max(2, round(1 / share) // 2)
    kept, dealt, classes = rows[rare], rows[~rare], labels[~rare]
    many, different = max(1, round(len(dealt) * share)), len(np.unique(classes))
    enough = min(many, len(dealt) - many) >= different
    stay, taken = train_test_split(dealt, test_size=many, random_state=seed, stratify=classes if enough else None)
    return np.concatenate([stay, kept]), taken


def taken_by_group(rows: np.ndarray, share: float, seed: int, groups: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """A share of the groups: the rows that stay, and those that were taken. Rows of a group stay together."""
    shuffle = GroupShuffleSplit(n_splits=1, test_size=share, random_state=seed)
    stay, taken = next(shuffle.split(rows, groups=groups[rows]))
    return rows[stay], rows[taken]


def taken_latest(rows: np.ndarray, share: float, times: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The latest share of some rows: those that stay, and those that were taken. Rows of one time stay together."""
    here = times[rows]
    late = here >= np.sort(here)[int(len(here) * (1 - share))]
    return rows[~late], rows[late]


def ranks_of(texts: np.ndarray, missing: str = "") -> np.ndarray:
    """The place of each text in the order of the alphabet. Shapes: (rows,) -> (rows,)."""
    known = [missing if text is None else text for text in texts]
    place = {text: i for i, text in enumerate(sorted(set(known)))}
    return np.array([place[text] for text in known])


def parts_in(column: pd.Series, names: dict[str, str]) -> np.ndarray:
    """The part that a column says each row is in, by the names that it has for the parts. Shapes: (rows,)."""
    return np.array([names[str(cell).strip().casefold()] for cell in column], object)


def with_each_class(parts: dict[str, np.ndarray], texts: np.ndarray, movable: list[str]) -> dict[str, np.ndarray]:
    """The parts, with a row of every class among the training rows: where chance left it none, one is moved there."""
    classes = pd.factorize(texts)[0]
    for one in range(classes.max() + 1):
        having = np.flatnonzero(classes == one)
        for name in movable:
            here = np.intersect1d(having, parts[name])
            if np.isin(having, parts["train"]).any() or len(here) == 0 or len(parts[name]) == 1:
                continue
            parts[name] = np.setdiff1d(parts[name], here[:1])
            parts["train"] = np.sort(np.append(parts["train"], here[0]))
    return parts


def folds_at_random(rows: int, folds: int, seed: int) -> list[tuple[np.ndarray, np.ndarray]]:
    """Rows dealt into folds: the rows that stay and those of the test, for each."""
    return list(KFold(folds, shuffle=True, random_state=seed).split(np.arange(rows)))


def folds_by_class(folds: int, seed: int, strata: np.ndarray) -> list[tuple[np.ndarray, np.ndarray]]:
    """Rows dealt into folds, of each class alike; a class of fewer rows than folds always stays."""
    every = np.arange(len(strata))
    _, places, counts = np.unique(strata, return_inverse=True, return_counts=True)
    kept, dealt = every[counts[places] < folds], every[counts[places] >= folds]
    found = StratifiedKFold(folds, shuffle=True, random_state=seed).split(dealt, strata[dealt])
    return [(np.sort(np.concatenate([dealt[stay], kept])), dealt[taken]) for stay, taken in found]


def folds_by_group(folds: int, seed: int, groups: np.ndarray) -> list[tuple[np.ndarray, np.ndarray]]:
    """Groups dealt into folds: the rows that stay and those of the test, for each."""
    every = np.arange(len(groups))
    return list(GroupKFold(folds, shuffle=True, random_state=seed).split(every, groups=groups))


def folds_by_time(folds: int, times: np.ndarray) -> list[tuple[np.ndarray, np.ndarray]]:
    """Folds that are later than all rows that stay for them; the earliest rows are never tested."""
    every, (_, places) = np.arange(len(times)), np.unique(times, return_inverse=True)
    counts = np.bincount(places)
    part = np.minimum((np.cumsum(counts) - counts / 2) * (folds + 1) // len(times), folds).astype(int)
    return [(every[part[places] < fold], every[part[places] == fold]) for fold in range(1, folds + 1)]


def times_of(column: pd.Series, form: str | None = None) -> np.ndarray:
    """Times as numbers that only grow with them. Shapes: (rows,)."""
    if column.dtype.kind in "iuf":
        return column.to_numpy(float)
    return pd.to_datetime(column, format=form).to_numpy().astype("datetime64[us]").astype(np.int64)
