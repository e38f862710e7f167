"""Series whose level or restlessness is another in the test."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from protokit.core.plain import Severity
from protokit.core.values.said import Finding
from protokit.evaluate.audit.check import SERIES_CHECKS, SeriesCheck
from protokit.evaluate.audit.series.data import SeriesData

_STRETCHES = 6  # before the test, at least
_FEWEST = 8  # rows of a stretch
_LEVEL, _MOVES = 4.0, 4.0  # times the largest before the test
_SHARE = 0.1  # of the series; of fewer it is a note
_NEW = 0.1  # of the test windows that are of series without a past: a warning


@dataclass(frozen=True)
class _Change:
    """How a series changes: the quotient of what the test does and the most that it did before, and both numbers."""

    code: int
    times: float
    was: float
    now: float


@SERIES_CHECKS.add
class Shifts(SeriesCheck):
    """A level that jumps, or moves from row to row that are far larger or smaller than ever before the test; and
    series that begin in the test.

    Stretches of the test are held against stretches of the same series before it, so trends, seasons and random
    walks are none.
    """

    name = "shifts"
    about = "a level or moves that are far larger or smaller in the test; series that begin in it"
    rank = 50

    def __call__(self, data: SeriesData) -> Iterator[Finding]:
        """See SeriesCheck."""
        for target, values in zip(data.targets, data.values.T, strict=True):
            levels, moves, looked = [], [], 0
            for code, span in data.spans:
                parts = _stretches(data, values, span)
                if parts is not None:
                    looked += 1
                    jumped = _level(code, *parts)
                    levels += jumped
                    moves += [] if jumped else _moved(code, *parts)
            for what, changes in {"level": levels, "moves": moves}.items():
                if changes:
                    yield _finding(data, target, changes, looked, what)
        yield from _begun(data)


def _stretches(data: SeriesData, values: np.ndarray, span: slice) -> tuple[np.ndarray, np.ndarray] | None:
    """Stretches of equal length before the test, from the last on back, in order, and those of the test.

    Shapes: both (stretches, rows).
    """
    own, there = values[span], ~np.isnan(values[span])
    before, test = own[data.before[span] & there], own[data.test[span] & there]
    rows = min(len(test), len(before) // _STRETCHES)
    if data.season > 1 and rows >= data.season:
        rows -= rows % data.season
    if rows < _FEWEST:
        return None
    first = len(before) % rows
    tested = np.stack(
        [test[at : at + rows] for at in sorted({*range(0, len(test) - rows + 1, rows), len(test) - rows})]
    )
    return before[first:].reshape(-1, rows), tested


def _level(code: int, before: np.ndarray, test: np.ndarray) -> list[_Change]:
    medians = np.median(np.concatenate([before, test]), axis=1)
    jumps = np.abs(np.diff(medians))
    usual, spread = jumps[: len(before) - 1].max(), np.ptp(before, axis=1).mean() / 2
    now = len(before) - 1 + int(jumps[len(before) - 1 :].argmax())
    most = max(usual, spread)
    if jumps[now] <= _LEVEL * most:
        return []
    return [
        _Change(code, float(jumps[now] / most) if most > 0 else np.inf, float(medians[now]), float(medians[now + 1]))
    ]


def _moved(code: int, before: np.ndarray, test: np.ndarray) -> list[_Change]:
    was, now = (np.abs(np.diff(parts, axis=1)).mean(axis=1) for parts in (before, test))
    if now.max() > _MOVES * was.max() > 0:
        return [_Change(code, float(now.max() / was.max()), float(was.max()), float(now.max()))]
    if 0 < now.max() < was.min() / _MOVES:
        return [_Change(code, float(was.min() / now.max()), float(was.min()), float(now.max()))]
    return []


def _finding(data: SeriesData, target: str, changes: list[_Change], looked: int, what: str) -> Finding:
    worst = max(changes, key=lambda one: one.times)
    share = len(changes) / looked
    series = [one.code for one in sorted(changes, key=lambda one: -one.times)]
    many = f" in {len(series):,} of {looked:,} series{data.listed(series)}" if data.by else ""
    most = ", most" if len(series) > 1 else ""
    if what == "level":
        size = f"{worst.times:.1f} times" if np.isfinite(worst.times) else "far more than"
        rule = f"the level of {target!r} jumps in the test{many}{most} from {worst.was:.4g} to {worst.now:.4g}, "
        rule += f"{size} what it did before"
    else:
        rule = f"{target!r} moves from row to row by {worst.was:.4g} before the test and by {worst.now:.4g} in it{many}"
    rule += ": another unit or instrument, or a world that changed; scores are of what was not there to learn"
    evidence: dict[str, float | int | str] = {
        "of": what, "series": len(changes), "share": round(share, 4), "before": worst.was, "in_the_test": worst.now,
    }  # fmt: skip
    severity: Severity = "warning" if share >= _SHARE else "note"
    return Finding("shifts", severity, (*data.by, target), rule, evidence)


def _begun(data: SeriesData) -> Iterator[Finding]:
    """Windows of the test of series that have no row before it."""
    old = np.bincount(data.codes[data.before], minlength=len(data.names)) > 0
    codes = data.codes[data.origins[data.split.test]]
    new = ~old[codes]
    if not new.any():
        return
    share = float(new.mean())
    series = np.unique(codes[new])
    rule = f"{len(series):,} series begin in the test{data.listed(series)}: {share:.1%} of its windows have no past"
    severity: Severity = "warning" if share >= _NEW else "note"
    yield Finding("shifts", severity, data.by, rule, {"series": len(series), "share": round(share, 4)})
