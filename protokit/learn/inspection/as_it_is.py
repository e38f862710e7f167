"""A network that is not trained, only judged."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from protokit.core.libraries.backend import keras
from protokit.core.values.arrays import Arrays
from protokit.learn.plan import Plan, Progress
from protokit.learn.training import data_feed

_HOW = "nothing is trained: the network stays as it begins"


def judged(network: keras.Model, train: Arrays, validation: Arrays, plan: Plan) -> Progress:
    """The progress of a training of no epochs: the scores of a compiled network, in the one row of its history."""
    scores = _scores(network, train, plan.weights)
    of_validation = _scores(network, validation, plan.validation_weights)
    row = {"epoch": 0, **scores, **{f"validation_{name}": value for name, value in of_validation.items()}}
    row["learning_rate"] = 0.0
    best = row.get(plan.monitor)
    return Progress(history=[row], best=best, done=True, how=_HOW)


def _scores(network: keras.Model, rows: Arrays, weights: Mapping[str, np.ndarray] | None) -> dict[str, float]:
    scores: Mapping[str, float] = {}
    network.reset_metrics()
    for start in range(0, rows.rows, data_feed.VALIDATION_BATCH):
        some = np.arange(start, min(rows.rows, start + data_feed.VALIDATION_BATCH))
        scores = network.test_on_batch(*data_feed.batch_of(rows, weights, some), return_dict=True)
    network.reset_metrics()
    return {name: float(value) for name, value in scores.items()}
