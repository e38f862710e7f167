"""Metrics that scikit-learn computes."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from functools import cache
from inspect import signature
from typing import Protocol

import numpy as np
from sklearn import metrics as sk

from protokit.core.values.arrays import Predictions

Function = Callable[..., float]
_BY_CLUSTERS = ("points and clusters", "labels and clusters")


class Call(Protocol):
    """How a function of scikit-learn is called: see protokit.evaluate.metrics.declared."""

    @property
    def function(self) -> str:
        """The function's name."""

    @property
    def takes(self) -> str:
        """What it is given."""

    @property
    def average(self) -> str:
        """Over classes."""

    @property
    def options(self) -> Mapping[str, str | float]:
        """What else it is given."""

    @property
    def above(self) -> tuple[float, float] | None:
        """Bounds of truth and predictions."""

    @property
    def fewest(self) -> int:
        """Values that it is defined on."""


def score(metric: Call, p: Predictions) -> float:
    """A metric on all rows; NaN where scikit-learn's function is undefined on them."""
    function: Function = getattr(sk, metric.function)
    if metric.takes == "values":
        return _of_values(metric, function, p)
    if metric.takes == "labels":
        return _of_labels(metric, function, p)
    if metric.takes in _BY_CLUSTERS:
        return (_of_points if metric.takes == "points and clusters" else _against_labels)(function, p)
    return _of_scores(metric, function, p)


def _weights(function: Function, p: Predictions) -> dict[str, np.ndarray]:
    """The weights of the rows, for a function that takes them: of forecasts there are none."""
    if p.weights is None or not _takes_weights(function):
        return {}
    return {"sample_weight": p.weights}


@cache
def _takes_weights(function: Function) -> bool:
    return "sample_weight" in signature(function).parameters


def _of_values(metric: Call, function: Function, p: Predictions) -> float:
    truth, values = p.truth.ravel(), p.scores.ravel()
    if metric.above is not None and (truth.min() <= metric.above[0] or values.min() <= metric.above[1]):
        return float("nan")
    options: dict[str, object] = {**metric.options, **_weights(function, p)}
    return float(function(truth, values, **options)) if len(truth) >= metric.fewest else float("nan")


def _of_labels(metric: Call, function: Function, p: Predictions) -> float:
    options: dict[str, object] = {**metric.options, **_weights(function, p)}
    if metric.average == "binary":
        options["pos_label"] = p.target.positive
    if metric.average:
        options |= {"average": metric.average, "zero_division": 0.0}
        if p.target.has_classes and metric.average != "binary":
            options["labels"] = np.arange(len(p.target.classes))
    with warnings.catch_warnings():
        # of a class that these few rows do not hold, or that was never predicted
        warnings.simplefilter("ignore", UserWarning)
        return float(function(p.truth, p.labels, **options))


def _of_scores(metric: Call, function: Function, p: Predictions) -> float:
    truth, scores = p.truth, p.scores
    options: dict[str, object] = {**metric.options, **({"average": metric.average} if metric.average else {})}
    if options.get("multi_class") != "ovo":  # which takes none
        options |= _weights(function, p)
    if p.target.form == "labels":
        two = (truth.min(axis=0) < truth.max(axis=0)).all()
        return float(function(truth, scores, **options)) if two else float("nan")
    labels = np.arange(len(p.target.classes))
    if metric.takes == "probabilities":
        return float(function(truth, scores, labels=labels, **options))
    if metric.takes == "positive":
        return float(function(p.is_positive, p.positive_scores, pos_label=True, **options))
    present = np.unique(truth)
    if len(present) < 2:
        return float("nan")
    if p.target.has_positive:
        return float(function(p.is_positive, p.positive_scores, **options))
    if metric.takes != "likeliest" and len(present) < len(labels):
        return float("nan")
    if function is not sk.average_precision_score:  # which knows the classes by itself
        options["labels"] = labels
    return float(function(truth, scores, **options))


def _of_points(function: Function, p: Predictions) -> float:
    """NaN where there is one cluster, or as many as rows."""
    return float(function(p.truth, p.labels)) if 1 < len(np.unique(p.labels)) < len(p.labels) else float("nan")


def _against_labels(function: Function, p: Predictions) -> float:
    """On the rows that have a label; NaN where none has."""
    assert p.reference is not None, "the recipe has checked that labels are named"
    known = np.array([label is not None for label in p.reference])
    labels = p.reference[known].astype(str)
    return float(function(labels, p.labels[known])) if known.any() else float("nan")
