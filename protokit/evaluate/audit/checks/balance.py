"""Classes of few rows, and parts of few rows."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from protokit.core.values import Finding, Severity, TargetSpec
from protokit.evaluate.audit.data import AuditData

_RARE, _SOMEWHAT = 0.1, 0.4  # of an even share of the rows
_TEST_ROWS = 100
_ROWS_A_COLUMN = 10


def balance(data: AuditData) -> Iterator[Finding]:
    """A class with far less than an even share of the training rows: accuracy says little then."""
    for target in data.targets:
        if target.task == "regression" or not target.classes:
            continue
        truth = data.truth[target.name]
        counts = np.bincount(truth[data.split.train], minlength=len(target.classes))
        i = int(counts.argmin())
        share = float(counts[i] / counts.sum())
        even = share * len(counts)
        in_test = int((truth[data.split.test] == i).sum())
        if even >= _SOMEWHAT:
            continue
        severity: Severity = "warning" if even < _RARE else "note"
        rule = (
            f"the class {str(target.classes[i])!r} of {target.name!r} has {share:.1%} of the training rows, and "
            f"{in_test:,} of the test: whoever never says it has an accuracy of up to {1 - share:.3f}"
        )
        evidence = {"share": round(share, 4), "train_rows": int(counts[i]), "test_rows": in_test}
        yield Finding("balance", severity, (target.name,), rule, evidence, _edit(target))


def _edit(target: TargetSpec) -> str:
    metrics = "[average_precision, roc_auc]" if target.task == "binary" else "[f1_macro, log_loss]"
    return f"learn:\n  class_weights: balanced\nevaluate:\n  metrics: {metrics}"


def sizes(data: AuditData) -> Iterator[Finding]:
    """So few test rows that scores say little, or so few training rows that a network learns them by heart."""
    test = len(data.split.test) if len(data.splits) == 1 else sum(len(split.test) for split in data.splits)
    train = len(data.split.train)
    if test < _TEST_ROWS:
        rule = f"{test:,} test rows: scores are uncertain; folds make every row a test row once"
        edit = "represent:\n  split: {folds: 5}" if len(data.splits) == 1 and data.exchangeable else ""
        yield Finding("sizes", "note", (), rule, {"test_rows": test}, edit)
    if train < _ROWS_A_COLUMN * len(data.kinds):
        rule = f"{train:,} training rows for {len(data.kinds):,} columns: a network may learn them by heart"
        yield Finding("sizes", "note", (), rule, {"train_rows": train, "columns": len(data.kinds)})
