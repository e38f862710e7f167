"""What a trained model says of the rows that an estimator is given."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd

from protokit.bundle.model import Model
from protokit.bundle.notices import notices_of
from protokit.core.errors import PredictionNotice
from protokit.core.values.arrays import Features
from protokit.estimators.learning import LOCK


def encoded(model: Model, frame: pd.DataFrame) -> tuple[dict[str, np.ndarray], Features]:
    """Rows as the network takes them, an even number: the last stands twice where there would be an odd one.

    TensorFlow adds up a batch of one row in another order: what is said of a row would depend on those beside it. What
    is not as in training is told in one `PredictionNotice`.

    Raises:
        DataError: a column is missing, or a cell is not what its column is.
    """
    [part] = model.parts
    rows, notices = model.rows(frame)
    examples = part.encoder.examples(rows)
    inputs, features = part.encoder.encode(examples)
    if unlike := notices_of([part.encoder.unusual(examples, features)], allow=True):
        warnings.warn("\n".join(map(str, (*notices, *unlike))), PredictionNotice, stacklevel=4)
    if len(frame) % 2:
        inputs = {name: np.concatenate([values, values[-1:]]) for name, values in inputs.items()}
    return inputs, features


def said(model: Model, frame: pd.DataFrame) -> np.ndarray:
    """The scores of rows: see `protokit.core.values.arrays.Predictions`.

    Raises:
        DataError: a column is missing, or a cell is not what its column is.
    """
    [part] = model.parts
    inputs, features = encoded(model, frame)
    with LOCK:
        [scores] = part.scores(inputs, features).values()
    return scores[: len(frame)]
