"""Rows with the same features and different targets: no model can get all of them right."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from protokit.core.names import counted
from protokit.core.values.said import Finding
from protokit.evaluate.audit.check import CHECKS, Check
from protokit.evaluate.audit.data import AuditData
from protokit.evaluate.audit.hashing import combined, copies

_SHARE = 0.01  # of the rows, that any model gets wrong
_FEWEST = 5


@CHECKS.add
class Conflicts(Check):
    """Classes only: of the rows with the same features all but those of the commonest class have to be wrong.

    Where values are few this is to be expected; only rows that are copies are held against the data.
    """

    name = "conflicts"
    about = "copies of rows with different classes"
    rank = 90

    def __call__(self, data: AuditData) -> Iterator[Finding]:
        """See Check."""
        if not data.of_classes:
            return
        hashes = [data.hashes[name] for name in data.kinds]
        rows = combined(hashes)
        copy = copies(hashes, rows)
        _, same = np.unique(rows, return_inverse=True)
        sizes = np.bincount(same)
        for target in data.of_classes:
            truth = data.truth[target.name]
            pairs, counts = np.unique(same * len(target.classes) + truth, return_counts=True)
            most = np.zeros(len(sizes), int)
            np.maximum.at(most, pairs // len(target.classes), counts)
            wrong = int((sizes - most).sum())
            if wrong == 0:
                continue
            disputed = int(sizes[most < sizes].sum())
            left = sizes - most
            copied = int(left[np.unique(same[copy])].sum())
            share = wrong / len(truth)
            rule = (
                f"{counted(disputed, 'row', 'have')} the same features as another row and another {target.name!r}: "
                f"no model can get more than {1 - share:.1%} of the rows right"
            )
            evidence = {"rows": disputed, "certain_errors": wrong, "share": round(share, 4), "of_copies": copied}
            warning = copied >= max(_FEWEST, _SHARE * len(truth))
            yield Finding("conflicts", "warning" if warning else "note", (target.name,), rule, evidence)
