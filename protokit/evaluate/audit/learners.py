"""Small models that say how well columns predict a target, always on rows that they were not fitted on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from sklearn.ensemble import ExtraTreesClassifier, HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.isotonic import IsotonicRegression
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from protokit.cells.times.columns import day_numbers, instants
from protokit.cells.times.durations import seconds
from protokit.core.seeds import derive
from protokit.core.values.signature import TargetSpec
from protokit.evaluate.audit.skills import Skill, judged, mean, ranks

_FOLDS = 3
_LEAVES = 64
_LARGEST = 1e37
_FEW = 20  # different values of a column that is a code rather than a measurement
_ENOUGH = 1000  # rows for boosting
_DIFFERENT = 100  # rows, of which copies are kept apart: of fewer the likeness of values is all there is to learn
# of classes few large steps of small trees: on tables of this size they know as much as sixty of the default size
# (AUC lower by 0.006 at most, on adult, telco, mammography and made tables), in a third of the time
BOOSTING = {"max_iter": 25, "learning_rate": 0.2, "max_leaf_nodes": 20, "max_bins": 128, "early_stopping": False}
_AT_A_SPLIT = 200  # columns that random trees choose among, at most
_BOOSTED = 3  # classes; boosting fits one tree a class and step, so more are left to random trees


@dataclass(frozen=True)
class Column:
    """One column of some rows: numbers (NaN where missing), or codes from 0 of a category, missing ones too."""

    values: np.ndarray
    levels: int = 0

    @property
    def discrete(self) -> bool:
        """Whether it takes few values, or is a category."""
        return self.levels > 0 or len(np.unique(self.values[np.isfinite(self.values)])) <= _FEW


def column(series: pd.Series, kind: str) -> Column | None:
    """A column as models take it; None where it is a text, an image or empty."""
    if kind in {"category", "boolean"}:
        codes = pd.factorize(series if series.dtype.kind in "biuf" else series.map(str, na_action="ignore"))[0]
        levels = int(codes.max(initial=-1)) + 2
        return Column(np.where(codes < 0, levels - 1, codes), levels)
    if kind == "date":
        if series.dtype.kind != "M":
            return None
        values = day_numbers(instants(series))
    elif series.dtype.kind == "m":
        values = seconds(series)[0]
    elif kind == "number":
        values = np.asarray(pd.to_numeric(series, errors="coerce").to_numpy(float, na_value=np.nan))
    else:
        return None
    finite = np.isfinite(values)  # a text such as inf is read as missing, and told by the step before
    return Column(_in_range(np.where(finite, values, np.nan))) if finite.any() else None


def _in_range(values: np.ndarray) -> np.ndarray:
    """In another unit where the trees' single precision would not hold them; the audit's models know no unit."""
    largest = float(np.nanmax(np.abs(values)))
    return values / (largest / _LARGEST) if largest > _LARGEST else values


def single_skill(
    given: Column,
    truth: np.ndarray,
    target: TargetSpec,
    seed: int,
    apart: np.ndarray | None = None,
    weights: np.ndarray | None = None,
) -> Skill:
    """How well one column predicts: a tree on numbers, the mean of each level (drawn to the whole) of categories.

    A number is also tried as a rising or falling function of another. Rows with the same of `apart` are in one fold;
    each counts by its weight. Shapes: all (rows,).
    """
    wanted = _wanted(truth, target)
    fold = folds(truth, target, seed, _FOLDS, apart)
    if not target.has_classes and not given.levels:
        return _number_of_number(given.values, wanted, truth, target, fold, weights)
    found = np.zeros_like(wanted)
    smallest = max(2, min(5, len(truth) // 50))
    for learn, say in _parts(fold):
        if given.levels:
            found[say] = _levels(given, wanted, learn, weights)[given.values[say].astype(int)]
            continue
        x = given.values[:, None]
        tree = DecisionTreeClassifier(max_leaf_nodes=_LEAVES, min_samples_leaf=smallest, random_state=0)
        tree.fit(x[learn], truth[learn], _some(weights, learn))
        found[np.ix_(say, tree.classes_)] = tree.predict_proba(x[say])
    return judged(found, wanted, truth, target, weights)


def _number_of_number(
    values: np.ndarray,
    wanted: np.ndarray,
    truth: np.ndarray,
    target: TargetSpec,
    fold: np.ndarray,
    weights: np.ndarray | None,
) -> Skill:
    known = np.isfinite(values)
    filled = np.where(known, values, np.median(values[known]))
    by_tree, by_order = np.zeros_like(wanted), np.zeros_like(wanted)
    smallest = max(2, min(5, len(truth) // 50))
    rising = bool(np.cov(ranks(filled), wanted[:, 1])[0, 1] >= 0)
    for learn, say in _parts(fold):
        tree = DecisionTreeRegressor(max_leaf_nodes=_LEAVES, min_samples_leaf=smallest, random_state=0)
        by = _some(weights, learn)
        by_tree[say] = tree.fit(values[learn, None], wanted[learn], by).predict(values[say, None])
        for j in range(2):
            monotone = IsotonicRegression(increasing=rising, out_of_bounds="clip")
            monotone.fit(filled[learn], wanted[learn, j], by)
            by_order[say, j] = monotone.predict(filled[say])
    better = mean((by_order - wanted) ** 2, weights) < mean((by_tree - wanted) ** 2, weights)
    return judged(np.where(better, by_order, by_tree), wanted, truth, target, weights)


def equal_rows(values: np.ndarray) -> np.ndarray | None:
    """Which rows are equal, where some are and there are others enough to learn from: they belong in one fold.

    Shapes: (rows, columns) -> (rows,).
    """
    frame = pd.DataFrame(values)
    found = frame.groupby(list(frame.columns), dropna=False, sort=False).ngroup().to_numpy()
    return found if _DIFFERENT <= found.max() + 1 < len(found) else None


def told(columns: Sequence[Column], truth: np.ndarray, target: TargetSpec) -> np.ndarray:
    """How much of a target's spread the means of 64 bins of a column take away, on the rows themselves: to choose
    among very many columns fast. Bins have equally many rows; equal values are in one bin.

    Shapes: truth (rows,) -> (columns,), from 0 to 1.
    """
    wanted = _wanted(truth, target)
    wanted = wanted - wanted.mean(axis=0)
    total = max(1e-300, float((wanted**2).sum()))
    found = np.zeros(len(columns))
    for i, one in enumerate(columns):
        _, positions, counts = np.unique(one.values, return_inverse=True, return_counts=True)
        bins = ((np.cumsum(counts) - counts) * _LEAVES // len(truth))[positions]
        often = np.maximum(1, np.bincount(bins, minlength=_LEAVES))
        sums = np.stack([np.bincount(bins, w, _LEAVES) for w in wanted.T], axis=1)
        found[i] = (sums**2 / often[:, None]).sum() / total
    return found


def quick_accuracy(values: np.ndarray, truth: np.ndarray) -> float:
    """The accuracy of a small tree on the second half of the rows, fitted on the first: to rank many columns fast."""
    half = len(truth) // 2
    tree = DecisionTreeClassifier(max_leaf_nodes=16, min_samples_leaf=2, random_state=0)
    tree.fit(values[:half, None], truth[:half])
    return float((tree.predict(values[half:, None]) == truth[half:]).mean())


def joint_skill(
    columns: Sequence[Column],
    truth: np.ndarray,
    target: TargetSpec,
    seed: int,
    apart: np.ndarray | None = None,
    weights: np.ndarray | None = None,
) -> Skill:
    """How well columns predict as one: gradient boosting, or random trees for few rows or more than three classes.

    Rows with the same of `apart` are in one fold; each counts by its weight.
    """
    wanted = _wanted(truth, target)
    fold = folds(truth, target, seed, 2, apart)
    x = np.stack([one.values for one in columns], axis=1).astype(float)
    found = np.zeros_like(wanted)
    random = derive(seed, "audit", "together")
    whole = x
    for learn, say in _parts(fold):
        x = whole[:, np.isfinite(whole[learn]).any(axis=0)]  # trees cannot learn from a column without a value
        x = x if x.shape[1] else np.zeros((len(whole), 1))
        if not target.has_classes:
            booster = HistGradientBoostingRegressor(max_iter=60, early_stopping=False, random_state=random)
            found[say] = booster.fit(x[learn], wanted[learn, 0], _some(weights, learn)).predict(x[say])[:, None]
            continue
        if len(present := np.unique(truth[learn])) == 1:  # boosting would name a second class
            found[say, present[0]] = 1.0
            continue
        model: HistGradientBoostingClassifier | ExtraTreesClassifier
        if len(target.classes) <= _BOOSTED and len(truth) >= _ENOUGH:
            model = HistGradientBoostingClassifier(**BOOSTING, random_state=random)
        else:
            some = max(1, min(x.shape[1] // 2, _AT_A_SPLIT))
            model = ExtraTreesClassifier(30, min_samples_leaf=2, max_features=some, random_state=random)
        model.fit(x[learn], truth[learn], _some(weights, learn))
        found[np.ix_(say, model.classes_)] = model.predict_proba(x[say])
    if not target.has_classes:
        found[:, 1] = ranks(found[:, 0])
    return judged(found, wanted, truth, target, weights)


def folds(truth: np.ndarray, target: TargetSpec, seed: int, count: int, apart: np.ndarray | None = None) -> np.ndarray:
    """The fold of each row, from 0: each class is spread over all of them, or each value of `apart` is in one."""
    generator = np.random.Generator(np.random.PCG64(derive(seed, "audit", "folds")))
    if apart is not None:
        different, positions = np.unique(apart, return_inverse=True)
        dealt: np.ndarray = generator.permutation(np.arange(len(different)) % count)[positions]
        return dealt
    order = generator.permutation(len(truth))
    if target.has_classes:
        order = order[np.argsort(truth[order], kind="stable")]
    fold = np.empty(len(truth), int)
    fold[order] = np.arange(len(truth)) % count
    return fold


def _parts(fold: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """The rows to learn from and those to predict, for each fold; none where all rows are in one."""
    for i in np.unique(fold):
        say = fold == i
        if not say.all():
            yield ~say, say


def _wanted(truth: np.ndarray, target: TargetSpec) -> np.ndarray:
    """Shapes: (rows,) -> (rows, classes) of 0 and 1, or (rows, 2): the number without its tails, and its rank."""
    if target.has_classes:
        by_class: np.ndarray = np.eye(len(target.classes))[truth]
        return by_class
    low, high = np.quantile(truth, [0.005, 0.995])
    if low == high:
        low, high = truth.min(), truth.max()
    return np.stack([np.clip(truth, low, high), ranks(truth)], axis=1)


def _levels(given: Column, wanted: np.ndarray, learn: np.ndarray, weights: np.ndarray | None) -> np.ndarray:
    """The mean of each level, as if one more row were like the mean of all."""
    by = _some(weights, learn)
    whole = mean(wanted[learn], by)
    codes = given.values[learn].astype(int)
    sums = np.stack([np.bincount(codes, w if by is None else w * by, given.levels) for w in wanted[learn].T], axis=1)
    means: np.ndarray = (sums + whole) / (np.bincount(codes, by, given.levels)[:, None] + 1)
    return means


def _some(weights: np.ndarray | None, rows: np.ndarray) -> np.ndarray | None:
    return None if weights is None else weights[rows]
