"""Runs the checks of the audit, and gathers what they find."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from threadpoolctl import threadpool_limits

from protokit.core.errors import ProtokitError
from protokit.core.plugins import guarded
from protokit.core.values.said import Finding
from protokit.evaluate.audit.check import CHECKS, SERIES_CHECKS, Check, SeriesCheck
from protokit.evaluate.audit.data import AuditData
from protokit.evaluate.audit.series.data import SeriesData

Data = TypeVar("Data")
_GRAVITY = {"fatal": 0, "warning": 1, "note": 2}


def audit(data: AuditData, steps: AuditData | None = None) -> tuple[Finding, ...]:
    """What the checks find, the gravest first. The same data and seed give the same findings.

    `steps` are those of sequences as rows, where each has a class of its own.
    """
    # small models gain nothing from more threads, and wait for each other when cores are busy
    with threadpool_limits(1), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "The number of unique classes", UserWarning)  # classes of a row or two
        looked = [(check, data) for check in CHECKS.all().values()]
        if steps is not None:
            looked = [pair for c, d in looked for pair in ((c, d), *([(c, steps)] if c.of_steps else []))]
        return _gathered((check, _found(check, check, of)) for check, of in looked)


def audit_series(data: SeriesData) -> tuple[Finding, ...]:
    """What the checks of series find, the gravest first. The same data and seed give the same findings."""
    with threadpool_limits(1):
        return _gathered((check, _found(check, check, data)) for check in SERIES_CHECKS.all().values())


def _found(check: Check | SeriesCheck, look: Callable[[Data], Iterator[Finding]], data: Data) -> Iterator[Finding]:
    """What a check finds; that one of another package failed is a note, and stops no run."""
    try:
        with guarded("the check", check):
            yield from look(data)
    except ProtokitError as error:
        yield Finding(check.name, "note", (), error.rule)


def _gathered(checks: Iterable[tuple[Check | SeriesCheck, Iterator[Finding]]]) -> tuple[Finding, ...]:
    """Findings of checks in their order, without those of columns that an earlier one has explained, or for which an
    earlier one that is as grave has the same edit."""
    found: list[Finding] = []
    explained: dict[str, int] = {}
    edited: dict[tuple[str, str], int] = {}
    for check, findings in checks:
        for finding in findings:
            gravity = _GRAVITY[finding.severity]
            if check.explains:
                if finding.columns and all(explained.get(column, 3) <= gravity for column in finding.columns):
                    continue
                explained |= {column: min(gravity, explained.get(column, 3)) for column in finding.columns}
            if finding.edit and finding.columns:
                pairs = [(column, finding.edit) for column in finding.columns]
                if all(edited.get(pair, 3) <= gravity for pair in pairs):
                    continue
                edited |= {pair: min(gravity, edited.get(pair, 3)) for pair in pairs}
            found.append(finding)
    return tuple(sorted(found, key=lambda finding: _GRAVITY[finding.severity]))
