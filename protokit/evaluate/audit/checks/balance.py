"""Classes of few rows."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from protokit.core.plain import Severity
from protokit.core.values.said import Finding
from protokit.core.values.signature import TargetSpec
from protokit.evaluate.audit.check import CHECKS, Check
from protokit.evaluate.audit.data import AuditData

_RARE, _SOMEWHAT = 0.1, 0.4  # of an even share of the rows


@CHECKS.add
class Balance(Check):
    """A class with far less than an even share of the training rows: accuracy says little then."""

    name = "balance"
    about = "a class with far less than an even share of the rows"
    rank = 110

    def __call__(self, data: AuditData) -> Iterator[Finding]:
        """See Check."""
        for target in data.of_classes:
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
    metrics = "[average_precision, roc_auc]" if target.has_positive else "[f1_macro, log_loss]"
    return f"learn:\n  class_weights: balanced\nevaluate:\n  metrics: {metrics}"
