"""Rows of all times in the test, where the future is to be predicted."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from protokit.cells.times.columns import day_numbers, instants
from protokit.core.plain import Severity
from protokit.core.seeds import derive
from protokit.core.values.said import Finding
from protokit.core.values.signature import TargetSpec
from protokit.evaluate.audit.check import CHECKS, Check
from protokit.evaluate.audit.column_name_hints import tokens
from protokit.evaluate.audit.data import AuditData
from protokit.evaluate.audit.edits import split_by

_FEWEST = 50  # rows with a time
_DIFFERENT = 20  # times
_ALIKE, _SERIES = 0.2, 0.8  # how alike neighbours in time are: worth a word; a series
_ONE_A_TIME = 0.95  # rows with a time of their own
_Z = 4.0


@CHECKS.add
class Times(Check):
    """Rows near in time have near targets, and test rows lie among training rows; or test rows lie before them."""

    name = "times"
    about = "test rows drawn from among training rows near them in time, or before these"
    rank = 50
    explains = True

    def __call__(self, data: AuditData) -> Iterator[Finding]:
        """See Check."""
        found = 0
        for name in (*data.kinds, *data.left_out):
            when = _times(data, name)
            if when is None:
                continue
            if data.exchangeable:
                for finding in _among(data, name, when):
                    found += 1
                    if found == 1:  # other columns of time would say the same
                        yield finding
            elif data.time == name or data.given:
                yield from _before(data, name, when)


def _times(data: AuditData, name: str) -> np.ndarray | None:
    """A column of times as numbers, NaN where missing; None of other columns."""
    series = data.frame[name]
    if series.dtype.kind == "M":
        return day_numbers(instants(series))
    if series.dtype.kind in "iuf" and (name == data.time or {"timestamp", "epoch", "unixtime"} & set(tokens(name))):
        return series.to_numpy(float)
    return None


def _among(data: AuditData, name: str, when: np.ndarray) -> Iterator[Finding]:
    rows = np.flatnonzero(np.isfinite(when))
    different = len(np.unique(when[rows]))
    if len(rows) < max(_FEWEST, 0.5 * len(when)) or different < _DIFFERENT:
        return
    for target in data.targets:
        alike = neighbours(when[rows], data.truth[target.name][rows], target, data.seed)
        if alike < _ALIKE or alike * np.sqrt(len(rows)) < _Z:
            continue
        series = different >= _ONE_A_TIME * len(rows) and alike >= _SERIES
        rule = (
            f"rows that follow each other in {name!r} have like {target.name!r} ({alike:.2f}), and test rows are drawn "
            "from among training rows: their neighbours are known"
        )
        evidence = {"neighbours_alike": round(alike, 4), "different_times": different, "rows": len(rows)}
        severity: Severity = "fatal" if series else "warning"
        yield Finding("times", severity, (name,), rule, evidence, split_by("time", name))
        return


def neighbours(when: np.ndarray, truth: np.ndarray, target: TargetSpec, seed: int) -> float:
    """How alike rows are that follow each other in time: the correlation of ranks, or Cohen's kappa of classes.

    Rows of the same time are in an order of chance, so that the order of the file does not count.
    """
    generator = np.random.Generator(np.random.PCG64(derive(seed, "audit", "times")))
    y = truth[np.lexsort((generator.random(len(when)), when))]
    if not target.has_classes:
        _, ranks = np.unique(y, return_inverse=True)
        return float(np.corrcoef(ranks[:-1], ranks[1:])[0, 1]) if ranks.max() else 0.0
    shares = np.bincount(y) / len(y)
    chance = float((shares**2).sum())
    return float(((y[1:] == y[:-1]).mean() - chance) / max(1e-9, 1 - chance))


def _before(data: AuditData, name: str, when: np.ndarray) -> Iterator[Finding]:
    for i, split in enumerate(data.splits):
        train, test = when[split.train], when[split.test]
        last = np.nanmax(train) if np.isfinite(train).any() else np.nan
        early = float((test < last).mean()) if np.isfinite(last) else 0.0
        if data.time == name and early > 0:
            rule = f"{early:.1%} of the test rows (of fold {i + 1}) are before the last training row in {name!r}"
            yield Finding("times", "fatal", (name,), rule, {"share": round(early, 4)}, split_by("time", name))
            return
        if data.time is None and np.isfinite(test).any() and np.nanmax(test) < np.nanmin(train):
            rule = f"all test rows are before the first training row in {name!r}: the past is predicted from the future"
            yield Finding("times", "warning", (name,), rule, {"share": 1.0}, split_by("time", name))
            return
