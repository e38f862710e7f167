"""Columns that number the rows: a network learns them by heart."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from protokit.core.values.said import Finding
from protokit.evaluate.audit.check import CHECKS, Check
from protokit.evaluate.audit.column_name_hints import is_entity, is_key, is_time
from protokit.evaluate.audit.data import AuditData
from protokit.evaluate.audit.edits import ignore

_FEWEST = 50  # rows
# of texts some that repeat may tell of their rows: without the tickets of the Titanic, 76% of them different, the
# network is worse
_UNIQUE_NUMBERS, _UNIQUE_TEXTS = 0.98, 0.9
_TELLING = 0.3  # of the target, what an ID must not know


@CHECKS.add
class Identifiers(Check):
    """Used columns of whole numbers or texts with another value in almost every row; fatal where they know the
    target, as when rows were sorted by it."""

    name = "identifiers"
    about = "columns with another value in almost every row"
    rank = 30
    explains = True

    def __call__(self, data: AuditData) -> Iterator[Finding]:
        """See Check."""
        for name, kind in data.kinds.items():
            series = data.frame[name].iloc[data.fitting]
            if len(series) < _FEWEST or not _is_identifier(series, name, kind):
                continue
            evidence: dict[str, float | int | str] = {"different": int(series.nunique()), "rows": len(series)}
            rule = f"{name!r} has another value in almost every row, like an ID: it says nothing of new rows"
            fatal = False
            for target in data.targets:
                skill = data.single.get((target.name, name))
                if skill is not None and skill.sure >= _TELLING:
                    fatal = True
                    evidence[skill.name] = round(skill.score, 4)
                    rule = (
                        f"{name!r} numbers the rows, and predicts {target.name!r} ({skill.name} {skill.score:.3f}): "
                        "the order of the rows gives the target away"
                    )
            yield Finding("identifiers", "fatal" if fatal else "warning", (name,), rule, evidence, ignore([name]))


def _is_identifier(series: pd.Series, name: str, kind: str) -> bool:
    if kind not in {"number", "category"}:
        return False
    if series.dtype.kind == "f":
        cells = series.to_numpy()
        if not (np.isnan(cells) | (cells == np.round(cells))).all():
            return False
    present = series.dropna()
    if len(present) < _FEWEST:
        return False
    if kind == "category":
        return bool(present.nunique() / len(series) >= _UNIQUE_TEXTS)
    values = pd.to_numeric(present, errors="coerce").to_numpy(float, na_value=np.nan)
    values = values[np.isfinite(values)]
    if len(values) < _FEWEST or (values != np.round(values)).any():
        return False
    if is_time(name) or present.nunique() / len(series) < _UNIQUE_NUMBERS:
        return False
    dense = np.ptp(values) + 1 <= 2 * len(values)
    steps = np.diff(values)
    in_order = bool((steps > 0).all() or (steps < 0).all())
    return bool(dense) or in_order or is_key(name) or is_entity(name)
