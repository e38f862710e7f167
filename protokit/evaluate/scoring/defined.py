"""Of which rows a metric is undefined, whatever is predicted for them."""

from __future__ import annotations

import numpy as np

from protokit.core.values.arrays import Predictions


def fault(needs: str, above: tuple[float, float] | None, fewest: int, bound: str, p: Predictions) -> str | None:
    """Why a metric has no value on rows of this truth, after "undefined on these rows:"; None where it has.

    `needs`, `above` and `fewest` are those of protokit.evaluate.metrics.declared.Declared.
    """
    truth, name = p.truth, p.target.name
    if needs in ("two classes", "every class") and p.target.has_classes:
        there = len(np.unique(truth))
        if there < 2:
            return "they hold one class only"
        if needs == "every class" and there < len(p.target.classes):
            return f"they hold {there} of the {len(p.target.classes)} classes of {name!r}"
    if needs == "two classes" and p.target.form == "labels" and (truth.min(axis=0) == truth.max(axis=0)).any():
        label = p.target.columns[int((truth.min(axis=0) == truth.max(axis=0)).argmax())]
        return f"all or none of them have the label {label!r}"
    if needs == "different numbers" and (len(truth) < fewest or float(np.ptp(truth)) == 0):
        return f"{name!r} is the same number in all of them" if len(truth) >= fewest else "they are too few"
    if needs == "no zeros" and (zeros := int((truth == 0).sum())):
        return f"it divides by the truth, and {name!r} is 0 in {zeros:,} of them"
    if above is not None and (low := float(truth.min())) <= above[0]:
        return f"it is for numbers {bound if above[0] else 'above 0'}, and {name!r} is {low:g} in one of them"
    return None
