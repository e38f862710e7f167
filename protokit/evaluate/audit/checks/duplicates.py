"""Rows that are there twice: of the same part they weigh double, across parts they give the answer away."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from protokit.core.plain import Severity
from protokit.core.values.said import Finding
from protokit.evaluate.audit.check import CHECKS, Check
from protokit.evaluate.audit.data import AuditData
from protokit.evaluate.audit.hashing import combined, copies

_FATAL, _WARNING = 0.05, 0.03  # shares of the test rows
_FEWEST = 3
_MANY = 0.05


@CHECKS.add
class Duplicates(Check):
    """Test rows of which a training row has the same cells and the same target.

    Rows may be equal by chance, where values are few; only those that are copies are held against the data.
    """

    name = "duplicates"
    about = "test rows that are copies of training rows, target and all"
    rank = 10

    def __call__(self, data: AuditData) -> Iterator[Finding]:
        """See Check."""
        columns = list(data.hashes)
        hashes = list(data.hashes.values())
        rows = combined(hashes)
        test, fitting = data.split.test, data.fitting
        twin = np.isin(rows[test], rows[fitting])
        if not twin.any():
            return
        copied = copies(hashes, rows)[test] & twin
        share, copy_share = float(twin.mean()), float(copied.mean())
        evidence = {
            "test_rows_with_a_twin": int(twin.sum()),
            "copies": int(copied.sum()),
            "share_of_test_rows": round(share, 4),
            "share_of_copies": round(copy_share, 4),
        }
        if copied.sum() >= _FEWEST and copy_share >= _WARNING:
            rule = f"{copied.sum():,} of {len(test):,} test rows are copies of training rows, target and all"
            severity: Severity = "fatal" if copy_share >= _FATAL else "warning"
            edit = "collect:\n  clean:\n    - drop_duplicates"
            yield Finding("duplicates", severity, tuple(columns), rule, evidence, edit)
        elif share >= _MANY:
            rule = (
                f"{twin.sum():,} of {len(test):,} test rows equal a training row; values are few, so it may be chance"
            )
            yield Finding("duplicates", "note", tuple(columns), rule, evidence)
