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

Form = Callable[..., float]


@dataclass(frozen=True)
class Metric:
    """One metric. `takes` says what scikit-learn's function is given: labels, probabilities or a score."""

    name: str
    function: Form
    takes: str
    greater_is_better: bool = True
    options: tuple[tuple[str, Any], ...] = ()

    def __call__(self, predictions: Predictions, rows: np.ndarray | None = None) -> float:
        """The metric on all rows or on some (with repeats); NaN where it is undefined on these rows."""
        truth = predictions.truth if rows is None else predictions.truth[rows]
        scores = predictions.scores if rows is None else predictions.scores[rows]
        options = dict(self.options)
        task = predictions.target.task
        if task == "regression":
            return float(self.function(truth, scores))
        labels = np.arange(len(predictions.target.classes))
        if self.takes == "label":
            if self.name not in {"accuracy", "balanced_accuracy", "matthews_corrcoef"}:
                options.setdefault("zero_division", 0.0)
                if options.get("average") not in {None, "binary"}:
                    options["labels"] = labels
            with warnings.catch_warnings():
                # of a class that these few rows do not hold, or that was never predicted
                warnings.simplefilter("ignore", UserWarning)
                return float(self.function(truth, scores.argmax(axis=1), **options))
        if self.name == "log_loss":
            return float(self.function(truth, scores, labels=labels))
        if self.name == "brier_score":
            return float(self.function(truth, scores[:, 1], pos_label=1))
        present = np.unique(truth)
        if len(present) < 2:
            return float("nan")
        if task == "binary":
            return float(self.function(truth, scores[:, 1], **options))
        if len(present) < len(labels):
            return float("nan")
        return float(self.function(truth, scores, labels=labels, **options))


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
    Metric("f1_macro", sk.f1_score, "label", options=(("average", "macro"),)),
    Metric("f1_weighted", sk.f1_score, "label", options=(("average", "weighted"),)),
    Metric("precision_macro", sk.precision_score, "label", options=(("average", "macro"),)),
    Metric("recall_macro", sk.recall_score, "label", options=(("average", "macro"),)),
    Metric("roc_auc_ovr", sk.roc_auc_score, "score", options=(("multi_class", "ovr"),)),
    Metric("r2", sk.r2_score, "value"),
    Metric("mean_squared_error", sk.mean_squared_error, "value", False),
    Metric("root_mean_squared_error", sk.root_mean_squared_error, "value", False),
    Metric("mean_absolute_error", sk.mean_absolute_error, "value", False),
    Metric("median_absolute_error", sk.median_absolute_error, "value", False),
    Metric("mean_absolute_percentage_error", sk.mean_absolute_percentage_error, "value", False),
    Metric("explained_variance", sk.explained_variance_score, "value"),
    Metric("max_error", sk.max_error, "value", False),
):
    METRICS.add(_metric.name, _metric)
