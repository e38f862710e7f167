"""Parts of few rows."""

from __future__ import annotations

from collections.abc import Iterator

from protokit.core.names import counted
from protokit.core.values.said import Finding
from protokit.evaluate.audit.check import CHECKS, Check
from protokit.evaluate.audit.data import AuditData

_TEST_ROWS = 100
_ROWS_A_COLUMN = 10


@CHECKS.add
class Sizes(Check):
    """So few test rows that scores say little, or so few training rows that a network learns them by heart."""

    name = "sizes"
    about = "few test rows; few training rows for the columns"
    rank = 120

    def __call__(self, data: AuditData) -> Iterator[Finding]:
        """See Check."""
        test = len(data.split.test) if len(data.splits) == 1 else sum(len(split.test) for split in data.splits)
        train = len(data.split.train)
        if test < _TEST_ROWS:
            rule = f"{counted(test, 'test row')}: scores are uncertain"
            rule += "; folds make every row a test row once" if len(data.splits) == 1 else ""
            edit = "represent:\n  split: {folds: 5}" if len(data.splits) == 1 and data.exchangeable else ""
            yield Finding("sizes", "note", (), rule, {"test_rows": test}, edit)
        if train < _ROWS_A_COLUMN * len(data.kinds):
            sizes = f"{counted(train, 'training row')} for {counted(len(data.kinds), 'column')}"
            rule = f"{sizes}: a network may learn them by heart"
            yield Finding("sizes", "note", (), rule, {"train_rows": train, "columns": len(data.kinds)})
