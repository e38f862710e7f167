"""Series that stand still."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from protokit.core.plain import Severity
from protokit.core.values.said import Finding
from protokit.evaluate.audit.check import SERIES_CHECKS, SeriesCheck
from protokit.evaluate.audit.series.data import SeriesData

_FEWEST = 10  # rows of a standstill
_LONGER = 3  # times as long as the longest that chance gives
_COMMON, _MUCH_LONGER = 0.3, 6  # of the other rows have its value, as those without a sale: so many times as long
_TWICE = 2  # times as long as any other of the same value
_TEST, _BEFORE = 0.1, 0.05  # of the rows that stand still: a warning; less is a note
_SERIES = 0.05  # of the series that are constant


@SERIES_CHECKS.add
class Frozen(SeriesCheck):
    """What is forecast has one value in all of the test, or in all rows of a series, or for much longer than the
    series' other rows would have it by chance."""

    name = "frozen"
    about = "a test or a series of one value, and long standstills"
    rank = 40

    def __call__(self, data: SeriesData) -> Iterator[Finding]:
        """See SeriesCheck."""
        for target, values in zip(data.targets, data.values.T, strict=True):
            tested = values[data.test & ~np.isnan(values)]
            if len(tested) >= _FEWEST and np.ptp(tested) == 0:
                rule = (
                    f"{target!r} is {tested[0]:g} in all {len(tested):,} test rows: whoever repeats it makes no error"
                )
                edit = "represent:\n  split: {test: 0.4}"
                yield Finding(
                    "frozen", "fatal", (target,), rule, {"test_rows": len(tested), "value": float(tested[0])}, edit
                )
                continue
            still, stuck = _constant(data, values), np.zeros(len(values), bool)
            if len(data.names) > 1 and still:
                share = len(still) / len(data.names)
                rule = f"{len(still):,} of {len(data.names):,} series of {target!r} have one value in all rows"
                severity: Severity = "warning" if share >= _SERIES else "note"
                evidence = {"series": len(still), "share": round(share, 4)}
                yield Finding("frozen", severity, (*data.by, target), rule + data.listed(still), evidence)
            for code, span in data.spans:
                if code not in still:
                    start, rows = _standstill(values[span])
                    stuck[span.start + start : span.start + start + rows] = True
            if stuck.any():
                yield _stuck(data, target, stuck)


def _constant(data: SeriesData, values: np.ndarray) -> list[int]:
    found = []
    for code, span in data.spans:
        there = values[span][~np.isnan(values[span])]
        if len(there) >= _FEWEST and np.ptp(there) == 0:
            found.append(code)
    return found


def _standstill(values: np.ndarray) -> tuple[int, int]:
    """The first row and the length of the longest standstill of a series, where it is none of many."""
    if len(values) < 3 * _FEWEST:
        return 0, 0
    changed = np.flatnonzero(np.concatenate([[True], np.diff(values) != 0]))  # a missing cell is a change, too
    lengths = np.diff(np.append(changed, len(values)))
    i = int(lengths.argmax())
    longest = int(lengths[i])
    steps = len(values) - longest - 1
    if longest < _FEWEST or steps < _FEWEST:
        return 0, 0
    others = np.delete(lengths, i)
    alike = others[np.delete(values[changed], i) == values[changed[i]]]
    longer = _LONGER if alike.sum() < _COMMON * others.sum() else _MUCH_LONGER
    stays = min(max(float((others - 1).sum()) / steps, 1 / steps), 1 - 1 / steps)
    by_chance = np.log(len(values)) / -np.log(stays)
    if longest < longer * by_chance or longest < _TWICE * alike.max(initial=0):
        return 0, 0
    return int(changed[i]), longest


def _stuck(data: SeriesData, target: str, stuck: np.ndarray) -> Finding:
    rows = int(stuck.sum())
    tested, before = (float(stuck[part].mean()) for part in (data.test, data.before))
    series = np.unique(data.codes[stuck])
    first = int(np.flatnonzero(stuck)[0])
    where = (
        f"{len(series):,} of {len(data.names):,} series{data.listed(series)}" if len(data.names) > 1 else "a stretch"
    )
    rule = (
        f"{target!r} stands still for {rows:,} rows in {where}, much longer than elsewhere: {tested:.1%} of the "
        f"test rows, {before:.1%} of those before; if it was not measured, leave the cells empty"
    )
    evidence: dict[str, float | int | str] = {
        "rows": rows, "of_the_test": round(tested, 4), "before_the_test": round(before, 4), "from_row": first + 1,
    }  # fmt: skip
    severity: Severity = "warning" if tested >= _TEST or before >= _BEFORE else "note"
    return Finding("frozen", severity, (*data.by, target), rule, evidence)
