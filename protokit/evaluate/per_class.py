"""How good a network is for each class, and for each quantile."""

from __future__ import annotations

import numpy as np
from sklearn import metrics as sk

from protokit.core.values.arrays import Predictions


def per_class(p: Predictions) -> list[dict[str, object]]:
    """Rows, precision, recall and F1 of each class or label; 0 where they would be divided by 0."""
    of_classes = p.target.form != "labels"  # of rows or of steps
    labels = np.arange(len(p.target.classes)) if of_classes else None
    precision, recall, f1, _ = sk.precision_recall_fscore_support(
        p.truth, p.labels, labels=labels, average=None, sample_weight=p.weights, zero_division=0.0
    )
    rows = np.bincount(p.truth, minlength=len(p.target.classes)) if of_classes else p.truth.sum(axis=0)
    names = p.target.classes if of_classes else p.target.columns
    return [
        {"class": str(name), "rows": int(n), "precision": float(a), "recall": float(b), "f1": float(c)}
        for name, n, a, b, c in zip(names, rows, precision, recall, f1, strict=True)
    ]


def per_quantile(p: Predictions) -> list[dict[str, float]]:
    """The loss of each quantile, and the share of the truth that lies at or below it."""
    return [
        {
            "quantile": level,
            "mean_pinball_loss": float(
                sk.mean_pinball_loss(p.truth, p.scores[:, i], alpha=level, sample_weight=p.weights)
            ),
            "below": float(np.average(p.truth <= p.scores[:, i], weights=p.weights)),
        }
        for i, level in enumerate(p.target.quantiles)
    ]
