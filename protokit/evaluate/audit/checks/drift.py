"""Test rows that are unlike training rows: a model that tells them apart, and the columns by which it does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from protokit.core.plain import Severity
from protokit.core.values.said import Finding
from protokit.core.values.signature import TargetSpec
from protokit.evaluate.audit import learners
from protokit.evaluate.audit.check import CHECKS, Check
from protokit.evaluate.audit.column_name_hints import is_time
from protokit.evaluate.audit.data import AuditData
from protokit.evaluate.audit.edits import ignore, listed

_ROWS = 2000  # of each part
_FEWEST = 30
_AUC, _AUC_OF_GROUPS = 0.6, 0.75  # of the model; test groups are others than training groups, and so somewhat unlike
_COLUMN, _APART = 0.6, 0.98  # of one column: worth naming; of another world
_Z = 2.6


@CHECKS.add
class Drift(Check):
    """A classifier that learns to tell test from training rows (adversarial validation), judged on other rows.

    Not for rows that are drawn by chance, which are alike by construction. Columns of time are not counted.
    """

    name = "drift"
    about = "test rows that a classifier can tell from training rows, and the columns by which it does"
    rank = 80

    def __call__(self, data: AuditData) -> Iterator[Finding]:
        """See Check."""
        if data.exchangeable:
            return
        train = data.some(data.split.train, _ROWS, "drift train")
        test = data.some(data.split.test, _ROWS, "drift test")
        if min(len(train), len(test)) < _FEWEST:
            return
        rows = np.concatenate([train, test])
        columns = {
            name: column
            for name, column in data.columns_of(rows).items()
            if name != data.time and data.kinds[name] != "date" and not (data.time and is_time(name))
        }
        if not columns:
            return
        part = TargetSpec("part", "binary", ("train", "test"))
        truth = np.repeat([0, 1], [len(train), len(test)])
        # rows of one group would be told by their likes, and a row by its copies
        apart = data.apart(rows) if data.group else learners.equal_rows(_values(columns))
        auc = learners.joint_skill(list(columns.values()), truth, part, data.seed, apart).auc or 0.5
        sway = _Z * np.sqrt((1 / len(train) + 1 / len(test)) / 12)
        if auc - sway < (_AUC if data.given else _AUC_OF_GROUPS):
            return
        alone = {
            name: learners.single_skill(column, truth, part, data.seed, apart).auc or 0.5
            for name, column in columns.items()
        }
        ranked = sorted(alone, key=lambda name: -alone[name])
        named = [name for name in ranked if alone[name] - sway >= _COLUMN][:5] or ranked[:1]
        disjoint = [name for name in ranked if alone[name] >= _APART]
        severity: Severity = (
            "fatal" if disjoint and data.given and data.group is None and not _in_time(data) else "warning"
        )
        rule = f"test rows can be told from training rows (AUC {auc:.2f}), most of all by {listed(named)}"
        evidence: dict[str, float | int | str] = {"roc_auc": round(auc, 4)}
        evidence |= {f"roc_auc of {name}": round(alone[name], 4) for name in named}
        yield Finding("drift", severity, tuple(named), rule, evidence, ignore(disjoint or named))


def _values(columns: Mapping[str, learners.Column]) -> np.ndarray:
    return np.stack([column.values.astype(float) for column in columns.values()], axis=1)


def _in_time(data: AuditData) -> bool:
    """Whether a date says that test rows are the later ones."""
    dates = [data.frame[n] for n in (*data.kinds, *data.left_out) if data.frame[n].dtype.kind == "M"]
    return any(one.iloc[data.split.test].min() >= one.iloc[data.split.train].max() for one in dates)
