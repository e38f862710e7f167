"""Fits a baseline and has it predict, with what is chosen on validation rows chosen for it as for a network."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from inspect import signature
from typing import Protocol

import numpy as np

from protokit.core.plugins import guarded
from protokit.core.values.arrays import Arrays, Features, Predictions
from protokit.core.values.signature import TargetSpec
from protokit.evaluate.baselines.baseline import BASELINES, Fitted
from protokit.evaluate.choices import Choices
from protokit.evaluate.estimators.tags import by_step
from protokit.evaluate.temperature import tempered


class Fits(Protocol):
    """A baseline, or a person's own estimator."""

    def fit(
        self, features: Features, truth: np.ndarray, target: TargetSpec, seed: int, weights: np.ndarray | None = None
    ) -> Fitted:
        """See Baseline."""


def predict(name: str, target: TargetSpec, train: Arrays, test: Arrays, seed: int) -> Predictions:
    """Fit a baseline on training rows and have it predict the test rows."""
    [predictions] = predict_each(BASELINES[name], target, train, (test,), seed)
    return predictions


def predict_each(
    model: Fits, target: TargetSpec, train: Arrays, parts: Sequence[Arrays], seed: int
) -> list[Predictions]:
    """Fit a baseline on training rows and have it predict others."""
    truth = train.truth[target.name]
    weighed = {} if train.weights is None or not takes_weights(model) else {"weights": np.asarray(train.weights)}
    with guarded("the baseline", model):
        if target.form == "tags":
            fitted = by_step(model, train.features, np.asarray(truth), target, seed, weighed)
        else:
            fitted = model.fit(train.features, np.asarray(truth), target, seed, **weighed)
        return [_predictions(fitted, target, np.unique(truth), part) for part in parts]


def takes_weights(model: Fits) -> bool:
    """Whether rows count by their weights when a baseline is fitted."""
    said = getattr(model, "takes_weights", None)
    return bool(said) if said is not None else "weights" in signature(model.fit).parameters


def settled(
    model: Fits,
    target: TargetSpec,
    rows: tuple[Arrays, Arrays, Arrays],
    seed: int,
    choices: Choices,
    whole: Arrays | None = None,
) -> Predictions:
    """The test rows as a baseline predicts them, with what is chosen on validation rows chosen for it as for a network.

    `rows` are the training, validation and test rows; `whole` are those that it is fitted on in the end, where these
    are not the training rows.
    """
    train, validation, test = rows
    if not choices.needs_validation(target):
        return predict_each(model, choices.fixed(target), train if whole is None else whole, (test,), seed)[0]
    if whole is None:
        known, tested = predict_each(model, target, train, (validation, test), seed)
    else:
        [known] = predict_each(model, target, train, (validation,), seed)
        [tested] = predict_each(model, target, whole, (test,), seed)
    spec = choices.settled(known).target
    return choices.marked(replace(tested, target=spec, scores=tempered(tested.scores, spec.temperature)))


def _predictions(fitted: Fitted, target: TargetSpec, known: np.ndarray, part: Arrays) -> Predictions:
    scores = fitted.scores(part.features)
    if target.has_classes:
        full = np.zeros((len(scores), len(target.classes)))
        full[:, known] = scores / scores.sum(axis=1, keepdims=True, dtype=np.float64)  # some are of float32
        scores = full
    truth, units = np.asarray(part.truth[target.name]), part.features.units
    scores = target.of_task.judged(target, scores, truth)
    return Predictions(target, truth, scores, units, part.blocks, reference=part.labels, weights=part.weights)
