"""Columns that hold next to nothing."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from protokit.core.plain import Severity
from protokit.core.values.said import Finding
from protokit.evaluate.audit.check import CHECKS, Check
from protokit.evaluate.audit.data import AuditData
from protokit.evaluate.audit.edits import ignore

_MISSING = 0.95  # of the training rows; from half on it is a note
_HALF = 0.5
_SAME = 0.999


@CHECKS.add
class Empty(Check):
    """Columns that are constant or missing in (almost) all training rows; why others are left out is said there."""

    name = "empty"
    about = "columns that are constant or missing in almost every training row"
    rank = 100

    def __call__(self, data: AuditData) -> Iterator[Finding]:
        """See Check."""
        train = data.frame.iloc[data.split.train]
        gaps = train.isna().mean()
        for name, kind in data.kinds.items():
            if kind == "image":
                continue
            missing = float(gaps[name])
            severity: Severity = "warning"
            if missing >= _HALF:
                severity = severity if missing >= _MISSING else "note"
                rule = f"{name!r} is missing in {missing:.1%} of the training rows"
                yield Finding("empty", severity, (name,), rule, {"missing": round(missing, 4)}, ignore([name]))
                if missing == 1:
                    continue
            if missing < _HALF and _varies(train[name]):
                continue
            present = train[name].dropna()
            counts = present.value_counts()
            top = float(counts.iloc[0] / len(present)) if len(counts) else 0.0
            if top >= _SAME and missing < _HALF:
                severity = severity if top == 1 and missing == 0 else "note"
                rule = f"{name!r} is {str(counts.index[0])[:40]!r} in {top:.2%} of the training rows that have it"
                evidence = {"share": round(top, 4), "different": len(counts)}
                yield Finding("empty", severity, (name,), rule, evidence, ignore([name]))


def _varies(column: pd.Series) -> bool:
    """Whether numbers are surely not one value in almost all rows: the middle of them would be that value."""
    if column.dtype.kind not in "iuf":
        return False
    values = column.to_numpy(float, na_value=np.nan)
    values = values[~np.isnan(values)]
    if not len(values):
        return False
    middle = np.partition(values, len(values) // 2)[len(values) // 2]
    return float((values == middle).mean()) < _SAME
