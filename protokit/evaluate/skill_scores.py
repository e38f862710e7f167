"""How well the network and a small model of trees do against a constant, as skills with standard errors."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, replace

import numpy as np
from sklearn.ensemble import ExtraTreesClassifier, ExtraTreesRegressor
from sklearn.feature_extraction.text import CountVectorizer

from protokit.core.checkup import Measured, Suspect
from protokit.core.names import TOKEN
from protokit.core.rows import SourceRows
from protokit.core.seeds import derive
from protokit.core.values.arrays import Arrays, Features
from protokit.core.values.signature import TargetSpec

_ROWS = 2000  # of training
_FEW = 50  # columns, of which a tree may try half at each cut
_WORDS = 200  # the commonest of each text column
_TREES = 40
_SURE = 0.95  # of a class that is not the row's
_AGREED = 0.8  # of the trees, which are never as sure
_SUSPECTS = 20


def taken(features: Features, rows: np.ndarray) -> Features:
    """The features of some rows."""
    found = {}
    for one in fields(features):
        value = getattr(features, one.name)
        if isinstance(value, np.ndarray):
            found[one.name] = value[rows]
        elif one.name != "levels" and value:
            found[one.name] = {name: part[rows] for name, part in value.items()}
    return replace(features, **found)


@dataclass(frozen=True)
class Trees:
    """What extremely random trees, fitted on some training rows, say of validation rows; and what they say without the
    column that they are told most by, None where there is no other column, or that one is of many numbers.

    Shapes: as the network's predictions of the target.

    Source: Geurts et al., Extremely randomized trees, 2006.
    """

    said: np.ndarray
    without_best: Callable[[], np.ndarray | None]


def trees(
    target: TargetSpec,
    train: Arrays,
    validation: Arrays,
    held: np.ndarray,
    seed: int,
    weights: np.ndarray | None = None,
) -> Trees | None:
    """The trees for a target; None for other tasks.

    Shapes: held (rows,) of positions in validation; weights (training rows,): how much each counts.
    """
    if not target.of_task.in_trees:
        return None
    random = derive(seed, "reference")
    rows = np.random.Generator(np.random.PCG64(random)).permutation(train.rows)[:_ROWS]
    features, truth = taken(train.features, rows), np.asarray(train.truth[target.name])[rows]
    by = None if weights is None else weights[rows]
    x, z, column = _matrices(features, taken(validation.features, held))
    said, importance = _said(target, x, truth, z, random, by)

    def without_best() -> np.ndarray | None:
        told = np.bincount(column + 1, importance)
        best = int(told.argmax()) - 1
        kept = column != best
        return _said(target, x[:, kept], truth, z[:, kept], random, by)[0] if best >= 0 and kept.any() else None

    return Trees(said, without_best)


def said_by_trees(wanted: np.ndarray, train: Arrays, other: Arrays, rows: np.ndarray, seed: int) -> np.ndarray:
    """Several numbers of each row as trees have them that are fitted on some training rows.

    Shapes: wanted (training rows, numbers), rows (some,) of positions in the other part -> (some, numbers).
    """
    random = derive(seed, "reference")
    some = np.random.Generator(np.random.PCG64(random)).permutation(train.rows)[:_ROWS]
    x, z, _ = _matrices(taken(train.features, some), taken(other.features, rows))
    options = {"min_samples_leaf": 5, "max_features": 0.5 if x.shape[1] <= _FEW else "sqrt", "random_state": random}
    found: np.ndarray = np.asarray(ExtraTreesRegressor(_TREES, **options).fit(x, wanted[some]).predict(z))
    return found.reshape(len(rows), -1)


def _said(
    target: TargetSpec, x: np.ndarray, truth: np.ndarray, z: np.ndarray, seed: int, weights: np.ndarray | None
) -> tuple[np.ndarray, np.ndarray]:
    """What trees that are fitted on x say of z, and how much each of its numbers told them."""
    options = {"min_samples_leaf": 2, "max_features": 0.5 if x.shape[1] <= _FEW else "sqrt", "random_state": seed}
    if target.has_classes:
        model = ExtraTreesClassifier(_TREES, **options).fit(x, truth, weights)
        said = np.zeros((len(z), len(target.classes)))
        said[:, model.classes_] = model.predict_proba(z)
        return said, model.feature_importances_
    model = ExtraTreesRegressor(_TREES, **options).fit(x, truth, weights)
    numbers = np.asarray(model.predict(z))
    if target.form == "quantiles":
        numbers = np.repeat(numbers[:, None], len(target.quantiles), axis=1)
    return numbers, model.feature_importances_


def _matrices(train: Features, other: Features) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Numbers, category codes, pixels and the like as they are; of texts which of the commonest words are there.

    And of each number the column that it is of, from 0; -1 of columns of many numbers.
    """
    parts = [(train.numbers, other.numbers), (train.codes, other.codes)]
    column = list(range(train.numbers.shape[1] + train.codes.shape[1]))
    for name, cells in train.texts.items():
        words = CountVectorizer(max_features=_WORDS, binary=True, token_pattern=TOKEN)
        parts.append((words.fit_transform(cells).toarray(), words.transform(other.texts[name]).toarray()))
        column += [max(column, default=-1) + 1] * parts[-1][0].shape[1]
    parts += [(cells, other.wide[name]) for name, cells in train.wide.items()]
    x, z = (np.concatenate(some, axis=1, dtype=np.float32) for some in zip(*parts, strict=True))
    return x, z, np.array([*column, *[-1] * (x.shape[1] - len(column))])


def errors(target: TargetSpec, truth: np.ndarray, scores: np.ndarray) -> np.ndarray:
    """The squared error of each row: of probabilities, or of numbers (the median of quantiles).

    Shapes: (rows, ...) -> (rows,).
    """
    if target.has_classes:
        wanted = np.eye(len(target.classes))[truth]
        return np.asarray(((scores - wanted) ** 2).sum(axis=1))
    if target.form == "quantiles":
        scores = scores[:, min(range(len(target.quantiles)), key=lambda i: abs(target.quantiles[i] - 0.5))]
    return np.asarray(((scores - truth) ** 2).reshape(len(truth), -1).mean(axis=1))


def of_constant(
    target: TargetSpec, train: np.ndarray, truth: np.ndarray, weights: np.ndarray | None = None
) -> np.ndarray:
    """The squared error of each row of what says the mean of the training rows, each by its weight.

    Shapes: train and weights (training rows,), truth (rows,) -> (rows,).
    """
    if target.has_classes:
        counts = np.bincount(train, weights, minlength=len(target.classes))
        shares = counts / counts.sum()
        return errors(target, truth, np.broadcast_to(shares, (len(truth), len(shares))))
    if target.form == "quantiles":
        return np.asarray((truth - np.median(train)) ** 2)
    return errors(target, truth, np.broadcast_to(np.average(train, axis=0, weights=weights), truth.shape))


def skill(wrong: np.ndarray, constant: np.ndarray, weights: np.ndarray | None = None) -> Measured:
    """The share of a constant's error that goes away, with its standard error as a ratio of means; of rows by weight.

    Shapes: all (rows,).
    """
    whole = max(_mean(constant, weights), 1e-300)
    left = _mean(wrong, weights) / whole
    return Measured(1 - left, _error(wrong - left * constant, weights) / whole)


def behind(network: np.ndarray, other: np.ndarray, constant: np.ndarray, weights: np.ndarray | None = None) -> Measured:
    """By how much the network's error is more than another model's, in units of the constant's. Shapes: as skill."""
    more = (network - other) / max(_mean(constant, weights), 1e-300)
    return Measured(_mean(more, weights), _error(more - _mean(more, weights), weights))


def _mean(values: np.ndarray, weights: np.ndarray | None) -> float:
    return float(np.average(values, weights=weights))


def _error(residuals: np.ndarray, weights: np.ndarray | None) -> float:
    """The standard error of a mean, from what is left of each row once that is taken off."""
    if weights is None:
        return float(residuals.std() / max(1, len(residuals)) ** 0.5)
    spread = np.sqrt(((weights * residuals) ** 2).sum())
    return float(spread) / float(weights.sum())


def suspects(
    target: TargetSpec, truth: np.ndarray, scores: np.ndarray, other: np.ndarray | None, rows: SourceRows
) -> tuple[tuple[Suspect, ...], int, float]:
    """Rows whose class the network is surest is another, the surest first.

    Returns:
        The suspects; on how many rows the network and another model are sure of one class that is not the row's, and
        how many these would be, were the network's probabilities right.

    Source: Northcutt et al., Confident Learning, 2021.
    """
    if not target.has_classes:
        return (), 0, 0.0
    said, sure = scores.argmax(axis=1), scores.max(axis=1)
    odd = np.flatnonzero((said != truth) & (sure >= _SURE))
    names = [str(name) for name in target.classes]
    found = tuple(
        Suspect(int(rows.numbers[i]), names[truth[i]], names[said[i]], round(float(sure[i]), 4), rows.shown(i))
        for i in odd[np.argsort(-sure[odd], kind="stable")][:_SUSPECTS]
    )
    if other is None:
        return found, 0, 0.0
    both = (sure >= _SURE) & (other.argmax(axis=1) == said) & (other.max(axis=1) >= _AGREED)
    return found, int((both & (said != truth)).sum()), float((1 - sure[both]).sum())
