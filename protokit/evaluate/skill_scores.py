"""How well the network and a small model of trees do against a constant, as skills with standard errors."""

from __future__ import annotations

from dataclasses import fields, replace

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
_TASKS = {"binary", "multiclass", "regression", "multilabel", "quantile"}


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


def trees(target: TargetSpec, train: Arrays, validation: Arrays, held: np.ndarray, seed: int) -> np.ndarray | None:
    """What extremely random trees, fitted on some training rows, say of validation rows; None for other tasks.

    Shapes: as the network's predictions of the target.

    Source: Geurts et al., Extremely randomized trees, 2006.
    """
    if target.task not in _TASKS:
        return None
    random = derive(seed, "reference")
    rows = np.random.Generator(np.random.PCG64(random)).permutation(train.rows)[:_ROWS]
    features, truth = taken(train.features, rows), np.asarray(train.truth[target.name])[rows]
    x, z = _matrices(features, taken(validation.features, held))
    options = {"min_samples_leaf": 2, "max_features": 0.5 if x.shape[1] <= _FEW else "sqrt", "random_state": random}
    if target.has_classes:
        model = ExtraTreesClassifier(_TREES, **options).fit(x, truth)
        said = np.zeros((len(held), len(target.classes)))
        said[:, model.classes_] = model.predict_proba(z)
        return said
    numbers = np.asarray(ExtraTreesRegressor(_TREES, **options).fit(x, truth).predict(z))
    return np.repeat(numbers[:, None], len(target.quantiles), axis=1) if target.task == "quantile" else numbers


def _matrices(train: Features, other: Features) -> tuple[np.ndarray, np.ndarray]:
    """Numbers, category codes, pixels and the like as they are; of texts which of the commonest words are there."""
    parts = [(train.numbers, other.numbers), (train.codes, other.codes)]
    for name, cells in train.texts.items():
        words = CountVectorizer(max_features=_WORDS, binary=True, token_pattern=TOKEN)
        parts.append((words.fit_transform(cells).toarray(), words.transform(other.texts[name]).toarray()))
    parts += [(cells, other.wide[name]) for name, cells in train.wide.items()]
    x, z = (np.concatenate(some, axis=1, dtype=np.float32) for some in zip(*parts, strict=True))
    return x, z


def errors(target: TargetSpec, truth: np.ndarray, scores: np.ndarray) -> np.ndarray:
    """The squared error of each row: of probabilities, or of numbers (the median of quantiles).

    Shapes: (rows, ...) -> (rows,).
    """
    if target.has_classes:
        wanted = np.eye(len(target.classes))[truth]
        return np.asarray(((scores - wanted) ** 2).sum(axis=1))
    if target.task == "quantile":
        scores = scores[:, min(range(len(target.quantiles)), key=lambda i: abs(target.quantiles[i] - 0.5))]
    return np.asarray(((scores - truth) ** 2).reshape(len(truth), -1).mean(axis=1))


def of_constant(target: TargetSpec, train: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """The squared error of each row of what says the mean of the training rows. Shapes: (rows,)."""
    if target.has_classes:
        shares = np.bincount(train, minlength=len(target.classes)) / len(train)
        return errors(target, truth, np.broadcast_to(shares, (len(truth), len(shares))))
    if target.task == "quantile":
        return np.asarray((truth - np.median(train)) ** 2)
    return errors(target, truth, np.broadcast_to(train.mean(axis=0), truth.shape))


def skill(wrong: np.ndarray, constant: np.ndarray) -> Measured:
    """The share of a constant's error that goes away, with its standard error as a ratio of means."""
    whole = max(float(constant.mean()), 1e-300)
    left = float(wrong.mean()) / whole
    spread = float((wrong - left * constant).std()) / whole / max(1, len(wrong)) ** 0.5
    return Measured(1 - left, spread)


def behind(network: np.ndarray, other: np.ndarray, constant: np.ndarray) -> Measured:
    """By how much the network's error is more than another model's, in units of the constant's."""
    whole = max(float(constant.mean()), 1e-300)
    more = (network - other) / whole
    return Measured(float(more.mean()), float(more.std()) / max(1, len(more)) ** 0.5)


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
