"""How well network and trees do on targets that are no class and no number of a row, for the doctor.

All skills are of errors of rows: of vectors in standard deviations of each part, of times Graf's squared error of the
curve, of steps the sum over those of a sequence, of masks the mean over the pixels.

Source: Graf et al., Assessment and Comparison of Prognostic Classification Schemes for Survival Data, 1999; Andersen
and Perme, Pseudo-observations in Survival Analysis, 2010.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from protokit.core.checkup import Aspect, TargetCheck
from protokit.core.values.arrays import Arrays
from protokit.core.values.forms.given_back import errors
from protokit.core.values.signature import Form, TargetSpec
from protokit.evaluate import skill_scores
from protokit.evaluate.estimators.structured import given_back
from protokit.evaluate.estimators.tags import steps_as_rows
from protokit.evaluate.scoring.survival import at_times, curve, errors_of_curves

_ROWS = 2000  # sequences that steps are taken of, and rows that a curve without each is made of


@dataclass(frozen=True)
class Said:
    """Some rows with what the network says of them. Shapes: rows (some,) of positions in the part."""

    part: Arrays
    rows: np.ndarray
    scores: np.ndarray

    def truth(self, spec: TargetSpec) -> np.ndarray:
        """Of these rows."""
        found: np.ndarray = np.asarray(self.part.truth[spec.name])[self.rows]
        return found

    @property
    def weights(self) -> np.ndarray | None:
        """How much each of these rows counts; None where all do alike."""
        return None if self.part.weights is None else np.asarray(self.part.weights, np.float64)[self.rows]


@dataclass(frozen=True)
class Errors:
    """Of training rows the network's and a constant's errors; of validation rows those of trees, too.

    `less` are those of trees without their best column. Shapes: (rows,) each.
    """

    training: tuple[np.ndarray, np.ndarray]
    validation: tuple[np.ndarray, np.ndarray]
    trees: np.ndarray | None = None
    aspects: tuple[Aspect, ...] = ()


def check(spec: TargetSpec, train: Arrays, seen: Said, held: Said, seed: int, blank: TargetCheck) -> TargetCheck | None:
    """A target with its skills; None for a task that has its own way.

    `seen` are training rows, `held` validation rows, `train` all training rows; `blank` has the rest of the check.
    """
    measure = _OF_FORM.get(spec.form)
    if measure is None:
        return None
    found = measure(spec, train, seen, held, seed)
    own, constant = found.validation
    by = held.weights
    trees = found.trees
    return replace(
        blank,
        training=skill_scores.skill(*found.training, seen.weights),
        validation=skill_scores.skill(own, constant, by),
        reference=None if trees is None else skill_scores.skill(trees, constant, by),
        behind=None if trees is None else skill_scores.behind(own, trees, constant, by),
        rows=len(own),
        aspects=found.aspects,
    )


def _of_vectors(spec: TargetSpec, train: Arrays, seen: Said, held: Said, seed: int) -> Errors:
    whole = np.asarray(train.truth[spec.name])
    center, scale = whole.mean(axis=0), whole.std(axis=0)
    scale = np.where(scale > 0, scale, 1.0)
    said = skill_scores.said_by_trees((whole - center) / scale, train, held.part, held.rows, seed)
    on_train, on_held = ((one.truth(spec) - center) / scale for one in (seen, held))
    own = ((held.scores - center) / scale - on_held) ** 2
    trees, flat = (said.reshape(on_held.shape) - on_held) ** 2, on_held**2
    aspects = tuple(
        Aspect(
            part,
            top=float(np.unique(whole[:, i], return_counts=True)[1].max() / len(whole)),
            validation=skill_scores.skill(own[:, i], flat[:, i], held.weights),
            reference=skill_scores.skill(trees[:, i], flat[:, i], held.weights),
        )
        for i, part in enumerate(spec.columns)
    )
    learned = ((seen.scores - center) / scale - on_train) ** 2
    return Errors(
        (learned.mean(axis=1), (on_train**2).mean(axis=1)),
        (own.mean(axis=1), flat.mean(axis=1)),
        trees.mean(axis=1),
        aspects,
    )


def _of_times(spec: TargetSpec, train: Arrays, seen: Said, held: Said, seed: int) -> Errors:
    whole, times = np.asarray(train.truth[spec.name]), np.array(spec.times)
    by = np.ones(len(whole)) if train.weights is None else np.asarray(train.weights, np.float64)
    of_all = at_times(curve(whole, by), times)
    said = skill_scores.said_by_trees(_pseudo(whole, times), train, held.part, held.rows, seed)
    said = np.minimum.accumulate(np.clip(said.reshape(len(held.rows), -1), 0, 1), axis=1)

    def errors(of: Said, later: np.ndarray) -> np.ndarray:
        return errors_of_curves(of.truth(spec), np.broadcast_to(later, (len(of.rows), len(times))), times, of.weights)

    return Errors(
        (errors(seen, seen.scores), errors(seen, of_all)),
        (errors(held, held.scores), errors(held, of_all)),
        errors(held, said),
    )


def _pseudo(truth: np.ndarray, times: np.ndarray) -> np.ndarray:
    """What each row adds to the curve of all: numbers whose mean is the curve, known also of rows that were lost.

    The curve and its first change without the row (the infinitesimal jackknife). Shapes: (rows, 2) -> (rows, times).
    """
    time, seen = truth[:, 0], truth[:, 1]
    at, place = np.unique(time, return_inverse=True)
    events = np.bincount(place, seen, len(at))
    there = np.bincount(place, minlength=len(at))[::-1].cumsum()[::-1] / len(time)
    left = at_times(curve(truth, np.ones(len(time))), times)
    hazards = events / len(time) / there
    sums = np.concatenate([[0.0], np.cumsum(hazards / there)])
    until = np.searchsorted(at, np.minimum(time[:, None], times), side="right")
    moved = (seen[:, None] * (time[:, None] <= times)) / there[place][:, None] - sums[until]
    found: np.ndarray = left - left * moved
    return found


def _of_steps(spec: TargetSpec, train: Arrays, seen: Said, held: Said, seed: int) -> Errors:
    rows = np.sort(np.random.default_rng(seed).permutation(train.rows)[:_ROWS])
    classes = len(spec.classes)
    of_steps = TargetSpec(spec.name, "multiclass", spec.classes)
    whole = np.asarray(train.truth[spec.name])
    learned = steps_as_rows(train.features, whole, rows)
    asked = steps_as_rows(held.part.features, np.asarray(held.part.truth[spec.name]), held.rows)
    arrays = [Arrays({"": labels}, {}, {spec.name: labels}, features) for features, labels in (learned, asked)]
    trees = skill_scores.trees(of_steps, arrays[0], arrays[1], np.arange(arrays[1].rows), seed)
    assert trees is not None, "steps are of classes"
    shares = np.bincount(whole[whole >= 0], minlength=classes) / max(1, (whole >= 0).sum())

    def errors(of: Said, scores: np.ndarray) -> np.ndarray:
        truth = of.truth(spec)
        each = ((scores - np.eye(classes)[np.maximum(truth, 0)]) ** 2).sum(axis=-1)
        return np.asarray(np.where(truth >= 0, each, 0.0).sum(axis=1))

    known = held.truth(spec) >= 0
    by_trees = np.zeros((*known.shape, classes))
    by_trees[known] = trees.said
    called, also = held.scores.argmax(axis=-1)[known], trees.said.argmax(axis=-1)
    return Errors(
        (errors(seen, seen.scores), errors(seen, shares)),
        (errors(held, held.scores), errors(held, shares)),
        errors(held, by_trees),
        _classes(spec, held.truth(spec)[known], called, also),
    )


def _of_masks(spec: TargetSpec, train: Arrays, seen: Said, held: Said, seed: int) -> Errors:
    shares = np.bincount(seen.truth(spec).ravel(), minlength=len(spec.classes)) / seen.truth(spec).size

    def errors(of: Said, scores: np.ndarray) -> np.ndarray:
        each = ((scores - np.eye(len(spec.classes))[of.truth(spec)]) ** 2).sum(axis=-1)
        return np.asarray(each.reshape(len(of.rows), -1).mean(axis=1))

    called = held.scores.argmax(axis=-1).ravel()
    return Errors(
        (errors(seen, seen.scores), errors(seen, shares)),
        (errors(held, held.scores), errors(held, shares)),
        None,
        _classes(spec, held.truth(spec).ravel(), called, None),
    )


def _classes(spec: TargetSpec, truth: np.ndarray, called: np.ndarray, others: np.ndarray | None) -> tuple[Aspect, ...]:
    """Of each class how often it is there and is called, and which share of it trees find. Shapes: (steps,)."""
    found = []
    for i, name in enumerate(spec.classes):
        there = truth == i
        recall = None if others is None or not there.any() else float((others[there] == i).mean())
        found.append(Aspect(str(name), there=int(there.sum()), called=int((called == i).sum()), found_by_trees=recall))
    return tuple(found)


def _of_inputs(spec: TargetSpec, train: Arrays, seen: Said, held: Said, seed: int) -> Errors:
    """Against means of numbers and shares of levels."""
    same = given_back.dummy(np.asarray(train.truth[spec.name]), spec).said

    def both(one: Said) -> tuple[np.ndarray, np.ndarray]:
        truth = one.truth(spec)
        return errors(spec.parts, truth, one.scores), errors(spec.parts, truth, np.broadcast_to(same, one.scores.shape))

    return Errors(both(seen), both(held))


_OF_FORM: Mapping[Form, Callable[[TargetSpec, Arrays, Said, Said, int], Errors]] = {
    "vector": _of_vectors,
    "survival": _of_times,
    "tags": _of_steps,
    "mask": _of_masks,
    "inputs": _of_inputs,
}
