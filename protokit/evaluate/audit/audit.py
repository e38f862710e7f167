"""All checks of the audit, and what they find together."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator
from dataclasses import replace

from threadpoolctl import threadpool_limits

from protokit.core.values import Finding
from protokit.evaluate.audit.checks.balance import balance, sizes
from protokit.evaluate.audit.checks.conflicts import conflicts
from protokit.evaluate.audit.checks.drift import drift
from protokit.evaluate.audit.checks.duplicates import duplicates
from protokit.evaluate.audit.checks.empty import empty
from protokit.evaluate.audit.checks.formula_leaks import together
from protokit.evaluate.audit.checks.groups import groups
from protokit.evaluate.audit.checks.identifiers import identifiers
from protokit.evaluate.audit.checks.leaks import leaks
from protokit.evaluate.audit.checks.origins import origins
from protokit.evaluate.audit.checks.times import times
from protokit.evaluate.audit.data import AuditData
from protokit.evaluate.audit.registry import CHECKS, SERIES_CHECKS
from protokit.evaluate.audit.series.ahead import ahead
from protokit.evaluate.audit.series.copies import copies
from protokit.evaluate.audit.series.data import SeriesData
from protokit.evaluate.audit.series.frozen import frozen
from protokit.evaluate.audit.series.gaps import gaps
from protokit.evaluate.audit.series.shifts import shifts
from protokit.evaluate.audit.series.spans import spans

# in the order in which they explain: a column that one has explained is no new finding of a later one
for _check in (
    duplicates, origins, identifiers, groups, times, leaks, together, drift, conflicts, empty, balance, sizes,
):  # fmt: skip
    CHECKS.add(_check, name=_check.__name__)


def _empty_columns(data: SeriesData) -> Iterator[Finding]:
    return empty(data.rows)


def _past_identifiers(data: SeriesData) -> Iterator[Finding]:
    """Not of known columns: one that counts on is a trend, and was named by the person."""
    past = {name: kind for name, kind in data.rows.kinds.items() if name not in data.known}
    return identifiers(replace(data.rows, kinds=past))


for _name, _series_check in {
    "ahead": ahead, "identifiers": _past_identifiers, "copies": copies, "frozen": frozen, "shifts": shifts,
    "gaps": gaps, "empty": _empty_columns, "spans": spans,
}.items():  # fmt: skip
    SERIES_CHECKS.add(_series_check, name=_name)
_EXPLAIN = ("origins", "identifiers", "groups", "times", "leaks", "together", "ahead")
_RANK = {"fatal": 0, "warning": 1, "note": 2}


def audit(data: AuditData) -> tuple[Finding, ...]:
    """What the checks find, the gravest first. The same data and seed give the same findings."""
    # small models gain nothing from more threads, and wait for each other when cores are busy
    with threadpool_limits(1), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "The number of unique classes", UserWarning)  # classes of a row or two
        return _gathered((name, CHECKS[name](data)) for name in CHECKS)


def audit_series(data: SeriesData) -> tuple[Finding, ...]:
    """What the checks of series find, the gravest first. The same data and seed give the same findings."""
    with threadpool_limits(1):
        return _gathered((name, SERIES_CHECKS[name](data)) for name in SERIES_CHECKS)


def _gathered(checks: Iterable[tuple[str, Iterator[Finding]]]) -> tuple[Finding, ...]:
    """Findings of checks in their order, without those of columns that an earlier one has explained."""
    found: list[Finding] = []
    explained: dict[str, int] = {}
    for name, findings in checks:
        for finding in findings:
            rank = _RANK[finding.severity]
            if name in _EXPLAIN:
                if finding.columns and all(explained.get(column, 3) <= rank for column in finding.columns):
                    continue
                explained |= {column: min(rank, explained.get(column, 3)) for column in finding.columns}
            found.append(finding)
    return tuple(sorted(found, key=lambda finding: _RANK[finding.severity]))
