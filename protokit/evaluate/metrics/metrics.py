"""scikit-learn's metrics by name."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn import metrics as sk

from protokit.core.registry import Registry
from protokit.core.values import Predictions
from protokit.evaluate.metrics.clustering import GROUP_METRICS
from protokit.evaluate.metrics.rowwise import ROW_METRICS, by_row
from protokit.evaluate.pooling import some_of

Form = Callable[..., float]
_WITHOUT_DIVISION = {"accuracy", "balanced_accuracy", "matthews_corrcoef", "hamming_loss", "cohen_kappa"}


@dataclass(frozen=True)
class Metric:
    """One metric. `takes` says what its function is given: labels, probabilities, a score, values, or everything.

    `greater_is_better` is None for what is neither better high nor low.
    """

    name: str
    function: Form
    takes: str
    greater_is_better: bool | None = True
    options: tuple[tuple[str, Any], ...] = ()

    def __call__(self, predictions: Predictions, rows: np.ndarray | None = None) -> float:
        """The metric on all rows or on some (with repeats); NaN where it is undefined on these rows."""
        if rows is not None:
            predictions = some_of(predictions, rows)
        if self.takes == "all":
            return float(self.function(predictions))
        truth, scores, task = predictions.truth, predictions.scores, predictions.target.task
        if self.takes == "value":
            return float(self.function(truth.ravel(), scores.ravel()))
        if self.takes == "label":
            return self._of_labels(truth, predictions)
        if task == "multilabel":
            two = (truth.min(axis=0) < truth.max(axis=0)).all()
            return float(self.function(truth, scores, **dict(self.options))) if two else float("nan")
        labels = np.arange(len(predictions.target.classes))
        if self.name == "log_loss":
            return float(self.function(truth, scores, labels=labels))
        if self.name == "brier_score":
            return float(self.function(truth, scores[:, 1], pos_label=1))
        present = np.unique(truth)
        if len(present) < 2:
            return float("nan")
        if task == "binary":
            return float(self.function(truth, scores[:, 1], **dict(self.options)))
        if self.name == "top_k_accuracy":
            return float(self.function(truth, scores, labels=labels, **dict(self.options)))
        if len(present) < len(labels):
            return float("nan")
        options = dict(self.options)
        if self.name != "average_precision":
            options["labels"] = labels
        return float(self.function(truth, scores, **options))

    def _of_labels(self, truth: np.ndarray, predictions: Predictions) -> float:
        options = dict(self.options)
        if self.name not in _WITHOUT_DIVISION:
            options.setdefault("zero_division", 0.0)
            if predictions.target.has_classes and options.get("average") not in {None, "binary"}:
                options["labels"] = np.arange(len(predictions.target.classes))
        with warnings.catch_warnings():
            # of a class that these few rows do not hold, or that was never predicted
            warnings.simplefilter("ignore", UserWarning)
            return float(self.function(truth, predictions.labels, **options))


def _where_above(function: Form, truth: float, predicted: float) -> Form:
    """A metric of numbers above some bounds; NaN where one is not."""

    def score(true: np.ndarray, scores: np.ndarray) -> float:
        return float(function(true, scores)) if true.min() > truth and scores.min() > predicted else float("nan")

    return score


def _r2(true: np.ndarray, scores: np.ndarray) -> float:
    return float(sk.r2_score(true, scores)) if len(true) > 1 else float("nan")


METRICS: Registry[Metric] = Registry("metric")
for _metric in (
    Metric("accuracy", sk.accuracy_score, "label"),
    Metric("balanced_accuracy", sk.balanced_accuracy_score, "label"),
    Metric("f1", sk.f1_score, "label"),
    Metric("precision", sk.precision_score, "label"),
    Metric("recall", sk.recall_score, "label"),
    Metric("roc_auc", sk.roc_auc_score, "score"),
    Metric("average_precision", sk.average_precision_score, "score"),
    Metric("brier_score", sk.brier_score_loss, "probability", False),
    Metric("log_loss", sk.log_loss, "probability", False),
    Metric("matthews_corrcoef", sk.matthews_corrcoef, "label"),
    Metric("cohen_kappa", sk.cohen_kappa_score, "label"),
    Metric("top_k_accuracy", sk.top_k_accuracy_score, "score", options=(("k", 2),)),
    Metric("f1_macro", sk.f1_score, "label", options=(("average", "macro"),)),
    Metric("f1_weighted", sk.f1_score, "label", options=(("average", "weighted"),)),
    Metric("precision_macro", sk.precision_score, "label", options=(("average", "macro"),)),
    Metric("recall_macro", sk.recall_score, "label", options=(("average", "macro"),)),
    Metric("precision_weighted", sk.precision_score, "label", options=(("average", "weighted"),)),
    Metric("recall_weighted", sk.recall_score, "label", options=(("average", "weighted"),)),
    Metric("precision_micro", sk.precision_score, "label", options=(("average", "micro"),)),
    Metric("recall_micro", sk.recall_score, "label", options=(("average", "micro"),)),
    Metric("roc_auc_ovr", sk.roc_auc_score, "score", options=(("multi_class", "ovr"),)),
    Metric("roc_auc_ovo", sk.roc_auc_score, "score", options=(("multi_class", "ovo"),)),
    Metric("r2", _r2, "value"),
    Metric("mean_squared_error", sk.mean_squared_error, "value", False),
    Metric("root_mean_squared_error", sk.root_mean_squared_error, "value", False),
    Metric("mean_absolute_error", sk.mean_absolute_error, "value", False),
    Metric("median_absolute_error", sk.median_absolute_error, "value", False),
    Metric("mean_absolute_percentage_error", sk.mean_absolute_percentage_error, "value", False),
    Metric("mean_squared_log_error", _where_above(sk.mean_squared_log_error, -1, -1), "value", False),
    Metric("root_mean_squared_log_error", _where_above(sk.root_mean_squared_log_error, -1, -1), "value", False),
    Metric("mean_poisson_deviance", _where_above(sk.mean_poisson_deviance, np.nextafter(0, -1), 0), "value", False),
    Metric("mean_gamma_deviance", _where_above(sk.mean_gamma_deviance, 0, 0), "value", False),
    Metric("d2_absolute_error", sk.d2_absolute_error_score, "value"),
    Metric("explained_variance", sk.explained_variance_score, "value"),
    Metric("max_error", sk.max_error, "value", False),
    Metric("f1_micro", sk.f1_score, "label", options=(("average", "micro"),)),
    Metric("hamming_loss", sk.hamming_loss, "label", False),
    Metric("jaccard_samples", sk.jaccard_score, "label", options=(("average", "samples"),)),
    Metric("roc_auc_macro", sk.roc_auc_score, "score", options=(("average", "macro"),)),
    Metric("average_precision_macro", sk.average_precision_score, "score", options=(("average", "macro"),)),
    *(Metric(name, by_row(function), "all", better) for name, (function, better) in ROW_METRICS.items()),
    *(Metric(name, function, "all", better) for name, (function, better) in GROUP_METRICS.items()),
):
    METRICS.add(_metric)
