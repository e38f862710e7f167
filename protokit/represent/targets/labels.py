"""Labels of rows: each in a column of its own, or all of a row in one cell, such as `red|large`."""

from __future__ import annotations

import numpy as np
import pandas as pd

from protokit.core.errors import DataError
from protokit.core.values.signature import TargetSpec
from protokit.represent.encoders.labels import pairs_of
from protokit.represent.kinds.boolean import Boolean
from protokit.represent.targets.coding import LABELS, MOST_CLASSES


def labels_of(frame: pd.DataFrame, names: tuple[str, ...], separator: str | None) -> TargetSpec:
    """The labels of several columns of yes and no, or of one column of texts such as `red|large`."""
    if len(names) > 1:
        return TargetSpec(LABELS, "multilabel", columns=names)
    if frame[names[0]].dtype.kind in "iufbM":
        rule = (
            f"{names[0]!r} holds no texts, and multilabel takes several columns of yes and no, or one such as red|large"
        )
        raise DataError(rule, cure="name the labels' columns: target: [hot, wet]")
    found = sorted(pairs_of(frame[names[0]], separator)[2])
    if not found:
        raise DataError(f"no training row has a label in {names[0]!r}", cure="write them as red|large")
    if len(found) > MOST_CLASSES:
        raise DataError(f"{len(found):,} different labels in {names[0]!r} are too many", cure="keep the common ones")
    return TargetSpec(names[0], "multilabel", columns=tuple(found))


def truth_of_columns(frame: pd.DataFrame, spec: TargetSpec) -> np.ndarray:
    """0 and 1 of labels that have a column each. Shapes: (rows, labels) int64."""
    return np.concatenate([Boolean(name).numbers(frame[name]) for name in spec.columns], axis=1).astype(np.int64)


def truth_of_cells(frame: pd.DataFrame, spec: TargetSpec, separator: str | None) -> np.ndarray:
    """0 and 1 of labels that stand in one cell. Shapes: (rows, labels) int64.

    Raises:
        DataError: a label that no training row has.
    """
    place = {label: i for i, label in enumerate(spec.columns)}
    rows, labels, names = pairs_of(frame[spec.name], separator)
    if odd := next((name for name in names if name not in place), None):
        rule = f"the label {odd!r} of {spec.name!r} is in no training row"
        raise DataError(rule, cure="spell it as the others")
    found = np.zeros((len(frame), len(place)), np.int64)
    found[rows, np.array([place[name] for name in names], np.int64)[labels]] = 1
    return found
