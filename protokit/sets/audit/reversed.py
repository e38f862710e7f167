"""Sets whose target runs against that of the others: the same features go with the opposite, or with other classes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import linear_sum_assignment
from scipy.stats import norm
from sklearn.ensemble import ExtraTreesClassifier, ExtraTreesRegressor

from protokit.core.names import as_text
from protokit.core.plain import Severity
from protokit.core.seeds import derive
from protokit.core.values.said import Finding
from protokit.core.values.signature import TargetSpec
from protokit.evaluate.audit.edits import listed
from protokit.evaluate.audit.learners import folds
from protokit.evaluate.audit.skills import ranks, roc_auc
from protokit.sets.audit.data import SetData
from protokit.sets.audit.edits import EACH, cleaned
from protokit.sets.audit.pooled import Pooled

_FEWEST = 30  # rows of a set
_MOST_CLASSES = 30
_CHANCE = 5e-4  # of all sets together, that one is blamed of which nothing is known
_Z = 3.5  # standard errors by which other names for classes have to be better
_EFFECT = 0.1  # of 1, how much it has to be, too
_GRAVE = 0.5  # of what the other sets know of each other, how much the opposite has to be
_TREES = {"n_estimators": 25, "max_features": 0.5}
_APART = 0.25  # of the clearest set's agreement with the others, below which a set may be against them
_FLAT = 10.0  # z above which a pair counts no more than others
_NAMED = 5


@dataclass(frozen=True)
class _Agreement:
    """How far predictions and truth go together, from -1 (the opposite) over 0 (nothing) to 1, in standard errors too.

    `order` has, for the class at each place, the one that is meant, where truth has other names for the classes.
    """

    size: float
    z: float
    order: tuple[int, ...] = ()


def reversed_targets(sets: Sequence[SetData]) -> Iterator[Finding]:
    """Each target of several sets: models of single sets say the rows of the others; those that say them the wrong way
    round are of other sets than the rest. Small models are fitted on rows for training and validation, by ranks."""
    for name in dict.fromkeys(spec.name for one in sets for spec in one.targets):
        having = [one for one in sets if name in one.truth and len(one.fitting) >= _FEWEST]
        for family in _alike(name, having):
            pooled = Pooled.of(family, "reversed")
            if pooled is not None:
                yield from _of_target(family, pooled, name)


def _alike(name: str, sets: Sequence[SetData]) -> list[list[SetData]]:
    """Sets with the same classes of a target, or with numbers; at least two."""
    found: dict[frozenset[str] | None, list[SetData]] = {}
    for one in sets:
        spec = one.target(name)
        key = frozenset(map(as_text, spec.classes)) if spec.has_classes else None
        if key is None or 2 <= len(key) <= _MOST_CLASSES:
            found.setdefault(key, []).append(one)
    return [family for family in found.values() if len(family) > 1]


def _of_target(sets: Sequence[SetData], pooled: Pooled, name: str) -> Iterator[Finding]:
    spec = sets[0].target(name)
    truth = np.concatenate([_truth(one, spec, pooled.rows[pooled.which == i]) for i, one in enumerate(sets)])
    said = [_said(pooled, truth, spec, i, sets[0].seed) for i in range(len(sets))]
    rows = [pooled.which == i for i in range(len(sets))]
    pairs = [[_agreement(said[i][own], truth[own], spec) for own in rows] for i in range(len(sets))]
    z = np.array([[one.z for one in line] for line in pairs])
    usual, others = _sides(z, [int(own.sum()) for own in rows])
    bar = float(norm.isf(_CHANCE / len(sets)))
    if not len(others) or not len(usual) or (among := _among(said, truth, spec, rows, usual)).z < bar:
        return  # what the sets have in common is too little to be reversed
    for j in others:
        together = np.mean([said[i][rows[j]] for i in usual], axis=0)
        against = _agreement(together, truth[rows[j]], spec)
        if against.z <= -bar and against.size <= -_EFFECT:
            yield _finding(sets, spec, int(j), [sets[i].name for i in usual], against, among)


def _among(
    said: Sequence[np.ndarray], truth: np.ndarray, spec: TargetSpec, rows: Sequence[np.ndarray], usual: np.ndarray
) -> _Agreement:
    """How far sets agree, each with what is learned of the others; of one alone how well it is learned.

    Source: Stouffer et al., The American Soldier, 1949 (the sum of standard scores).
    """
    found = []
    for i in usual:
        others = [said[other][rows[i]] for other in usual if other != i] or [said[i][rows[i]]]
        found.append(_agreement(np.mean(others, axis=0), truth[rows[i]], spec))
    size = float(np.mean([one.size for one in found]))
    return _Agreement(size, sum(one.z for one in found) / float(np.sqrt(len(found))))


def _truth(one: SetData, spec: TargetSpec, rows: np.ndarray) -> np.ndarray:
    """The target of some rows, with the classes at the places that they have in the first set; numbers as ranks."""
    truth = one.truth[spec.name][rows]
    if not spec.has_classes:
        return ranks(truth.astype(float))
    places = {as_text(name): i for i, name in enumerate(spec.classes)}
    moved = np.array([places[as_text(name)] for name in one.target(spec.name).classes])
    found: np.ndarray = moved[truth]
    return found


def _said(pooled: Pooled, truth: np.ndarray, spec: TargetSpec, i: int, seed: int) -> np.ndarray:
    """What a model of one set says of all rows, of its own by halves that have not seen them.

    Shapes: (rows, classes), or (rows, 1) of numbers.
    """
    own = np.flatnonzero(pooled.which == i)
    found = np.zeros((len(truth), len(spec.classes) if spec.has_classes else 1))
    fold = folds(truth[own], spec, seed, 2)
    parts = [(own, np.flatnonzero(pooled.which != i))]
    parts += [(own[fold != half], own[fold == half]) for half in range(2)]
    for learn, say in parts:
        x = np.nan_to_num(pooled.ranked, nan=-1.0)
        settings = {**_TREES, "min_samples_leaf": max(2, min(5, len(learn) // 50))}
        random = derive(seed, "sets", "audit", "reversed", i)
        if not spec.has_classes:
            regressor = ExtraTreesRegressor(**settings, random_state=random).fit(x[learn], truth[learn])
            found[say, 0] = regressor.predict(x[say])
        elif len(np.unique(truth[learn])) > 1:
            model = ExtraTreesClassifier(**settings, random_state=random).fit(x[learn], truth[learn])
            found[np.ix_(say, model.classes_)] = model.predict_proba(x[say])
    return found


def _agreement(said: np.ndarray, truth: np.ndarray, spec: TargetSpec) -> _Agreement:
    """Of numbers the correlation of ranks, of two classes 2 AUC - 1, of more what accuracy is above chance.

    More than two classes are against each other where other names for them make more rows right: names are chosen on
    each half of the rows, and judged on the other.
    """
    if not spec.has_classes:
        found = ranks(said[:, 0])
        if not found.std() or not truth.std():
            return _Agreement(0.0, 0.0)
        size = float(np.corrcoef(found, truth)[0, 1])
        return _Agreement(size, size * float(np.sqrt(len(truth) - 1)))
    if len(spec.classes) == 2:
        positive = int(truth.sum())
        if positive in (0, len(truth)):
            return _Agreement(0.0, 0.0)
        size = 2 * roc_auc(truth, said[:, 1]) - 1
        error = 2 * float(np.sqrt((1 / positive + 1 / (len(truth) - positive)) / 12))
        return _Agreement(size, size / error, (1, 0))
    return _of_many(said, truth)


def _of_many(said: np.ndarray, truth: np.ndarray) -> _Agreement:
    classes = said.shape[1]
    guess = said.argmax(axis=1)
    half = np.arange(len(truth)) % 2 == 0
    renamed = np.zeros(len(truth), bool)
    for chosen in (half, ~half):
        order = _renamed(guess[chosen], truth[chosen], classes)
        renamed[~chosen] = order[guess[~chosen]] == truth[~chosen]
    shares = np.bincount(truth, minlength=classes) / len(truth)
    chance = float(np.bincount(guess, minlength=classes) / len(truth) @ shares)
    gain = renamed.astype(float) - (guess == truth)
    z = float(gain.mean() / max(1e-9, gain.std()) * np.sqrt(len(gain))) if gain.any() else 0.0
    if z >= _Z:
        return _Agreement(-float(gain.mean()), -z, tuple(map(int, _renamed(guess, truth, classes))))
    size = float((guess == truth).mean()) - chance
    return _Agreement(size, size / float(np.sqrt(max(1e-9, chance * (1 - chance)) / len(truth))))


def _renamed(guess: np.ndarray, truth: np.ndarray, classes: int) -> np.ndarray:
    """The class that each guessed one is most likely called, one to one. Shapes: (rows,), (rows,) -> (classes,)."""
    counts = np.zeros((classes, classes))
    np.add.at(counts, (guess, truth), 1)
    counts /= np.maximum(1, counts.sum(axis=0))  # each true class counts alike
    counts += np.eye(classes) * 1e-6
    _, found = linear_sum_assignment(-counts)
    return np.asarray(found)


def _sides(z: np.ndarray, rows: Sequence[int]) -> tuple[np.ndarray, np.ndarray]:
    """The sets that agree, and those that are against them or go with none, by the leading eigenvector: the side of
    more sets, or rows, is the first. Shapes: z (sets, sets)."""
    both = np.clip((z + z.T) / 2, -_FLAT, _FLAT)
    np.fill_diagonal(both, 0)
    direction = np.linalg.eigh(both)[1][:, -1]
    far = _APART * np.abs(direction).max()
    sides = [np.flatnonzero(direction >= far), np.flatnonzero(direction <= -far)]
    usual = max(sides, key=lambda side: (len(side), sum(rows[int(i)] for i in side)))
    return usual, np.setdiff1d(np.arange(len(z)), usual)


def _finding(
    sets: Sequence[SetData], spec: TargetSpec, j: int, usual: Sequence[str], against: _Agreement, among: _Agreement
) -> Finding:
    name, one = spec.name, sets[j]
    severity: Severity = "fatal" if -against.size >= _GRAVE * among.size else "warning"
    others = listed(usual[:_NAMED]) + (f" and {len(usual) - _NAMED:,} more" if len(usual) > _NAMED else "")
    edit = _renamed_edit(one, spec, against.order) if against.order else EACH
    score, values = "correlation of ranks", (against.size, among.size)
    what = "falls where that of the others rises"
    if len(spec.classes) == 2:
        score, values = "AUC", ((1 + against.size) / 2, (1 + among.size) / 2)
        what = "is the opposite of theirs"
    elif spec.has_classes:
        score, values = "accuracy above chance", (against.size, among.size)
        what = "has the classes of the others under other names"
    either = "" if len(usual) > 1 else "; which of the two is wrong, the data does not say"
    rule = (
        f"the target {name!r} of the set {one.name!r} {what}: what is learned of {others} says it the wrong way round "
        f"({score} {values[0]:.2f}, {'among them' if len(usual) > 1 else 'in its own set'} {values[1]:.2f}), so that "
        f"one network for all harms it{either}"
    )
    evidence: dict[str, float | int | str] = {"set": one.name, "z": round(against.z, 2), score: round(values[0], 4)}
    evidence["of_others"] = round(values[1], 4)
    return Finding("set_reversed", severity, (name,), rule, evidence, edit)


def _renamed_edit(one: SetData, spec: TargetSpec, order: Sequence[int]) -> str:
    """The edit that gives the classes of a set the names that the others have for them, where a column has them."""
    raw = {as_text(name): name for name in one.target(spec.name).classes}
    names = [raw[as_text(name)] for name in spec.classes]
    pairs = {_plain(names[to]): _plain(names[i]) for i, to in enumerate(order) if to != i}
    return cleaned(one.name, "replace", {spec.name: pairs}) if pairs and spec.name in one.answers else EACH


def _plain(value: object) -> object:
    return getattr(value, "item", lambda: value)()
