"""Where a network puts the rows of a table."""

from __future__ import annotations

import numpy as np

from protokit.bundle.model import Model
from protokit.learn.inspection.codes import codes as codes_of
from protokit.workflow.look.plot import Embedded

_MOST = 20_000  # rows that the directions are found in


def embedded(model: Model, table: object) -> Embedded:
    """The rows of a table by the last layer but one of the model's first network, in their two main directions.

    Raises:
        DataError: a column is missing, or a cell is not what its column is.
    """
    frame, _ = model.rows(table)
    part = model.parts[0]
    inputs, features = part.encoder.encode(part.encoder.examples(frame))
    several = part.clusters is not None
    codes = part.codes(inputs) if several else codes_of(model.network, inputs, model.signature)
    centered = codes - codes.mean(axis=0)
    _, sizes, directions = np.linalg.svd(centered[:_MOST], full_matrices=False)
    points = np.zeros((len(codes), 2))
    found = centered @ directions[:2].T
    points[:, : found.shape[1]] = found
    variance = np.concatenate([sizes**2, [0.0, 0.0]])
    shares = variance[:2] / (variance.sum() or 1.0)
    spec = model.signature.targets[0]
    said = part.scores(inputs, features)[spec.name]
    if spec.has_classes or part.clusters is not None:
        names = spec.classes or tuple(f"cluster {i + 1}" for i in range(said.shape[1]))
        return Embedded(points, (float(shares[0]), float(shares[1])), said.argmax(axis=1), names)
    return Embedded(points, (float(shares[0]), float(shares[1])), None, ())
