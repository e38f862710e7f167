"""Clusters held against labels, of many sets of rows at once, by how many rows of each label are in each cluster.

Each is what scikit-learn's function of its name gives.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy import special
from sklearn.metrics.cluster import expected_mutual_information

from protokit.core.values.arrays import Predictions
from protokit.evaluate.scoring import confusion
from protokit.evaluate.scoring.resampled import Fast

_MOST = 2_000  # pairs of a label and a cluster: with more, the tables of a thousand sets of rows would not be small
_OF_PAIRS = {"rand_score", "adjusted_rand_score", "fowlkes_mallows_score"}  # to which empty cells matter little
_DRAWN = 200
_ENDLESS = 1e9  # rows, of which no bias is seen


def fast(name: str, p: Predictions) -> Fast | None:
    """A metric of many resamplings, by scikit-learn's name; None where there are too many labels and clusters."""
    table = _table(p)
    if table is None:
        return None
    known, label, cluster = _codes(p)
    function: Callable[[np.ndarray], np.ndarray] = globals()[name]

    def of(_: Predictions, counts: np.ndarray) -> np.ndarray:
        tables = confusion.counted(label, cluster, counts[:, known], *table.shape)
        return _adjusted(tables, table) if function is adjusted_mutual_info_score else function(tables)

    return of


def _codes(p: Predictions) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Which rows have a label, and the places of their labels and of their clusters."""
    assert p.reference is not None, "the recipe has checked that labels are named"
    known = np.array([label is not None for label in p.reference])
    label = np.unique(p.reference[known].astype(str), return_inverse=True)[1]
    return known, label, np.unique(p.labels[known], return_inverse=True)[1]


def _table(p: Predictions) -> np.ndarray | None:
    """How many rows of each label are in each cluster; None where no row has one, or where there are too many."""
    known, label, cluster = _codes(p)
    if not known.any() or (shape := (int(label.max()) + 1, int(cluster.max()) + 1))[0] * shape[1] > _MOST:
        return None
    return np.bincount(label * shape[1] + cluster, minlength=shape[0] * shape[1]).reshape(shape)


def drawn(name: str, p: Predictions, seed: int) -> tuple[float, float] | None:
    """By how much so few rows say too much on average, and how much that varies: as rows drawn from their own table do.

    None where leaving rows out tells as well.

    So that cells which happen to be empty are not thought to be so, as many of the rows as are alone in their cell
    (which estimates what was not seen) are drawn of a label and a cluster that know nothing of each other.

    Source: Good, The population frequencies of species, 1953.
    """
    table = _table(p)
    if table is None or name in _OF_PAIRS:
        return None
    function: Callable[[np.ndarray], np.ndarray] = globals()[name]
    rows = int(table.sum())
    unseen = float((table == 1).sum()) / rows
    apart = np.outer(table.sum(axis=1), table.sum(axis=0)) / rows**2
    shares = (1 - unseen) * table / rows + unseen * apart
    tables = np.random.Generator(np.random.PCG64(seed)).multinomial(rows, shares.ravel(), size=_DRAWN)
    samples = function(tables.reshape(_DRAWN, *table.shape).astype(np.float64))
    return float(np.mean(samples) - function(shares[None] * _ENDLESS)[0]), float(np.std(samples))


def rand_score(tables: np.ndarray) -> np.ndarray:
    """The share of pairs of rows that labels and clusters put together or apart alike."""
    both, of_label, of_cluster, pairs = _pairs(tables)
    return np.asarray(_ratio(pairs + 2 * both - of_label - of_cluster, pairs))


def adjusted_rand_score(tables: np.ndarray) -> np.ndarray:
    """The same beyond chance."""
    both, of_label, of_cluster, pairs = _pairs(tables)
    chance = of_label * of_cluster / np.maximum(pairs, 1)
    return _ratio(both - chance, (of_label + of_cluster) / 2 - chance)


def fowlkes_mallows_score(tables: np.ndarray) -> np.ndarray:
    """The geometric mean of precision and recall of pairs of rows in one cluster."""
    both, of_label, of_cluster, _ = _pairs(tables)
    whole = np.sqrt(of_label * of_cluster)
    return np.where(both > 0, both / np.where(both > 0, whole, 1), 0.0)


def mutual_info_score(tables: np.ndarray) -> np.ndarray:
    """What labels and clusters tell of each other."""
    information, _, _ = _entropies(tables)
    return information


def normalized_mutual_info_score(tables: np.ndarray) -> np.ndarray:
    """The same, from 0 to 1."""
    information, labels, clusters = _entropies(tables)
    return _ratio(information, (labels + clusters) / 2)


def homogeneity_score(tables: np.ndarray) -> np.ndarray:
    """How far each cluster has rows of one label only."""
    information, labels, _ = _entropies(tables)
    return _ratio(information, labels)


def completeness_score(tables: np.ndarray) -> np.ndarray:
    """How far the rows of each label are in one cluster."""
    information, _, clusters = _entropies(tables)
    return _ratio(information, clusters)


def v_measure_score(tables: np.ndarray) -> np.ndarray:
    """The harmonic mean of homogeneity and completeness."""
    return normalized_mutual_info_score(tables)


def adjusted_mutual_info_score(tables: np.ndarray) -> np.ndarray:
    """The mutual information beyond chance."""
    if tables.sum(axis=(1, 2)).max() > _ENDLESS / 2:  # where chance gives nothing
        return normalized_mutual_info_score(tables)
    return _adjusted(tables, np.rint(tables.mean(axis=0)))


def _adjusted(tables: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """What chance gives is nearly the same in all resamplings but for their size, by which it goes down."""
    information, labels, clusters = _entropies(tables)
    kept = rows[rows.any(axis=1)][:, rows.any(axis=0)].astype(np.int64)
    count = int(kept.sum())
    chance = float(expected_mutual_information(kept, count)) * count / tables.sum(axis=(1, 2))
    return _ratio(information - chance, (labels + clusters) / 2 - chance)


def _pairs(tables: np.ndarray) -> tuple[np.ndarray, ...]:
    """Pairs of rows that are of one label and in one cluster, of one label, in one cluster, and all."""
    of_label, of_cluster, rows = tables.sum(axis=2), tables.sum(axis=1), tables.sum(axis=(1, 2))
    squares = ((tables**2).sum(axis=(1, 2)), (of_label**2).sum(axis=1), (of_cluster**2).sum(axis=1), rows**2)
    return tuple(one - rows for one in squares)


def _entropies(tables: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The mutual information, the entropy of labels and that of clusters."""
    rows = tables.sum(axis=(1, 2))

    def entropy(counts: np.ndarray) -> np.ndarray:
        return np.asarray(special.entr(counts.reshape(len(counts), -1) / rows[:, None]).sum(axis=1))

    labels, clusters = entropy(tables.sum(axis=2)), entropy(tables.sum(axis=1))
    return np.maximum(0.0, labels + clusters - entropy(tables)), labels, clusters


def _ratio(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """1 where it would be divided by 0: all rows are of one label and in one cluster."""
    fine = np.abs(whole) > 1e-12
    return np.asarray(np.divide(part, whole, out=np.ones(np.shape(part)), where=fine))
