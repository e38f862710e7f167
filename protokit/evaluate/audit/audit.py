"""All checks of the audit, and what they find together."""

from __future__ import annotations

import warnings

from threadpoolctl import threadpool_limits

from protokit.core.values import Finding
from protokit.evaluate.audit.balance import balance, sizes
from protokit.evaluate.audit.conflicts import conflicts
from protokit.evaluate.audit.data import AuditData
from protokit.evaluate.audit.drift import drift
from protokit.evaluate.audit.duplicates import duplicates
from protokit.evaluate.audit.empty import empty
from protokit.evaluate.audit.groups import groups
from protokit.evaluate.audit.identifiers import identifiers
from protokit.evaluate.audit.leaks import leaks
from protokit.evaluate.audit.origins import origins
from protokit.evaluate.audit.registry import CHECKS
from protokit.evaluate.audit.times import times
from protokit.evaluate.audit.together import together

# in the order in which they explain: a column that one has explained is no new finding of a later one
for _check in (
    duplicates, origins, identifiers, groups, times, leaks, together, drift, conflicts, empty, balance, sizes,
):  # fmt: skip
    CHECKS.add(_check.__name__, _check)
_EXPLAIN = ("origins", "identifiers", "groups", "times", "leaks", "together")
_RANK = {"fatal": 0, "warning": 1, "note": 2}


def audit(data: AuditData) -> tuple[Finding, ...]:
    """What the checks find, the gravest first. The same data and seed give the same findings."""
    found: list[Finding] = []
    explained: dict[str, int] = {}
    # small models gain nothing from more threads, and wait for each other when cores are busy
    with threadpool_limits(1), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "The number of unique classes", UserWarning)  # classes of a row or two
        for name in CHECKS:
            for finding in CHECKS[name](data):
                rank = _RANK[finding.severity]
                if name in _EXPLAIN:
                    if finding.columns and all(explained.get(column, 3) <= rank for column in finding.columns):
                        continue
                    explained |= {column: min(rank, explained.get(column, 3)) for column in finding.columns}
                found.append(finding)
    return tuple(sorted(found, key=lambda finding: _RANK[finding.severity]))
