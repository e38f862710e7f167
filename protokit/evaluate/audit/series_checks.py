"""The checks of series: columns that tell the future, copies, standstill, change, and too little to judge by."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Protocol

import numpy as np

from protokit.core.registry import Registry
from protokit.core.values import Finding, Severity
from protokit.evaluate.audit.registry import ignore, listed, quoted
from protokit.evaluate.audit.series import SeriesData

_SURE = 0.98  # likeness of moves, and of values, of a column that is the target
_BETTER = 0.25  # of what the target's own past leaves unlike
_MOST_LAGS = 400
_STILL = 20  # rows, at least, of a standstill
_OFTEN = 0.2  # of the moves: where so many are none, standing still is what the series do
_OUTSIDE, _SOME_OUTSIDE = 0.5, 0.2
_MISSING, _HALF = 0.95, 0.5
_FEW = 5  # forecasts that do not overlap
_RANK = {"fatal": 0, "warning": 1, "note": 2}


class SeriesCheck(Protocol):
    """Looks at series for one kind of fault."""

    def __call__(self, data: SeriesData) -> Iterator[Finding]:
        """What was found; nothing where the series are sound."""


SERIES_CHECKS: Registry[SeriesCheck] = Registry("check")


def audit_series(data: SeriesData) -> tuple[Finding, ...]:
    """What the checks find, the gravest first."""
    found = [finding for name in SERIES_CHECKS for finding in SERIES_CHECKS[name](data)]
    return tuple(sorted(found, key=lambda finding: _RANK[finding.severity]))


def origins(data: SeriesData) -> Iterator[Finding]:
    """Columns that the target was made of, and whose future is said to be known."""
    for target, columns in data.derived.items():
        if told := sorted(set(columns) & data.known):
            rule = f"{target!r} was derived from {listed(told)}, whose future a forecast is given"
            yield Finding("origins", "fatal", tuple(told), rule, {}, _unknown(data, told))


def leaks(data: SeriesData) -> Iterator[Finding]:
    """Columns that are the target of a step that is to be forecast, or a rising or falling function of it."""
    made = {name for columns in data.derived.values() for name in columns} & data.known
    data = data.sample
    for target, values in data.values.items():
        levels = data.ranks(values)
        own = data.moves(levels)
        for name, column in data.others.items():
            if name in made:
                continue
            first = -(data.horizon - 1) if name in data.known else 1
            ranks = data.ranks(column)
            moves = data.moves(ranks)
            lags = range(max(first, -_MOST_LAGS), min(data.horizon, _MOST_LAGS) + 1)
            found = {steps: data.likeness(moves, own, steps) for steps in lags}
            steps = max(found, key=lambda k: (round(abs(found[k]), 6), -abs(k)))
            if abs(found[steps]) < _SURE:
                continue
            if abs(data.likeness(ranks, levels, steps)) < _SURE:
                continue
            # a column that is known tells the last step of a forecast, one of the past a step from its end on
            behind = data.horizon if name in data.known else steps
            past = max(
                abs(data.likeness(own, own, k)) for k in range(behind, behind + min(data.window, _MOST_LAGS) + 1)
            )
            if 1 - abs(found[steps]) > _BETTER * (1 - past):
                continue
            count = f"{abs(steps)} step{'s' * (abs(steps) > 1)}"
            far = f"{count} {'later' if steps > 0 else 'before'}" if steps else "the same step"
            why = "a forecast is given its future" if name in data.known else "that is to be forecast"
            rule = f"{name!r} holds {target!r} of {far}, and {why}: they move {abs(found[steps]):.3f} alike"
            evidence = {"likeness": round(abs(found[steps]), 4), "steps": steps, "own_past": round(past, 4)}
            edit = _unknown(data, [name]) if name in data.known and steps <= 0 else _gone(data, name)
            yield Finding("leaks", "fatal", (name,), rule, evidence, edit)


def _unknown(data: SeriesData, columns: Iterable[str]) -> str:
    """The edit that says of columns that their future is not known."""
    left = ", ".join(quoted(name) for name in sorted(data.known.difference(columns)))
    return f"represent:\n  series: {{known: [{left}]}}"


def _gone(data: SeriesData, name: str) -> str:
    """The edit that leaves a column out."""
    if name not in data.known:
        return ignore([name])
    return f"{_unknown(data, [name])}\n{ignore([name]).split(chr(10))[1]}"


def copies(data: SeriesData) -> Iterator[Finding]:
    """Series that are the same under two names: they weigh double."""
    if len(data.names) < 2:
        return
    borders = np.searchsorted(data.codes, np.arange(1, len(data.names)))
    parts = {target: np.split(values, borders) for target, values in data.values.items()}
    seen: dict[bytes, int] = {}
    twins: list[tuple[int, int]] = []
    for code in range(len(data.names)):
        own = [some[code] for some in parts.values()]
        if all(len(np.unique(part[np.isfinite(part)])) < 3 for part in own):
            continue  # all at rest, which is alike by chance
        key = b"".join(part.tobytes() for part in own)
        first = seen.setdefault(key, code)
        if first != code:
            twins.append((first, code))
    if not twins:
        return
    one, other = (data.names[code] for code in twins[0])
    more = f", and {len(twins) - 1:,} more" if len(twins) > 1 else ""
    rule = f"the series {other!r} is a copy of {one!r}{more}: it weighs double in training and test"
    edit = ""
    if len(data.by) == 1 and data.by[0].isidentifier() and other.isalnum():
        edit = f"collect:\n  clean:\n    - filter: \"{data.by[0]} <> '{other}'\""
    yield Finding("duplicates", "warning", data.by, rule, {"copies": len(twins), "series": len(data.names)}, edit)


def standstill(data: SeriesData) -> Iterator[Finding]:
    """Long stretches in which the target does not move, in series that move elsewhere: a source that hung."""
    fewest = max(data.horizon, data.season, _STILL)
    for target, values in data.values.items():
        moves = data.moves(values)
        known = np.isfinite(moves)
        still = known & (moves == 0)
        edges = np.flatnonzero(np.diff(np.concatenate([[0], still.astype(int), [0]])))
        starts, ends = edges[::2], edges[1::2]
        long = ends - starts >= fewest
        inside = np.zeros(len(values), bool)
        for start, end in zip(starts[long], ends[long], strict=True):
            inside[start : end + 1] = True
        rest = known & ~inside
        if not long.any() or not rest.any() or still[rest].mean() >= _OFTEN:
            continue
        at, many = int((ends - starts).argmax()), int(long.sum())
        tested = float(inside[data.test].mean()) if data.test.any() else 0.0
        of = f" of {data.names[data.codes[starts[at]]]!r}" if data.names[data.codes[starts[at]]] else ""
        what = f"{many:,} stretches, the longest of" if many > 1 else "a stretch of"
        rule = (
            f"{target!r} stands still over {what} {int(ends[at] - starts[at]) + 1:,} rows{of}, and moves in "
            f"{1 - still[rest].mean():.0%} of the others"
        )
        if tested:
            rule += f"; so do {tested:.0%} of the rows that the test forecasts"
        severity: Severity = "warning" if max(tested, float(inside[data.train].mean())) >= 0.05 else "note"
        evidence = {
            "stretches": many,
            "longest": int(ends[at] - starts[at]) + 1,
            "share_of_test_rows": round(tested, 4),
        }
        yield Finding("standstill", severity, (target,), rule, evidence)


def drift(data: SeriesData) -> Iterator[Finding]:
    """Test rows outside of all that training rows of their series hold, or that move far more or less."""
    for target, values in data.values.items():
        learned, asked = data.train & np.isfinite(values), data.test & np.isfinite(values)
        low, high = np.full(len(data.names), np.inf), np.full(len(data.names), -np.inf)
        np.minimum.at(low, data.codes[learned], values[learned])
        np.maximum.at(high, data.codes[learned], values[learned])
        asked &= np.isfinite(low)[data.codes]
        if not asked.any():
            continue
        codes = data.codes[asked]
        above, below = values[asked] > high[codes], values[asked] < low[codes]
        share = float((above | below).mean())
        if share >= _SOME_OUTSIDE:
            where = (
                "above" if above.mean() > 2 * below.mean() else "below" if below.mean() > 2 * above.mean() else "out of"
            )
            rule = f"{share:.0%} of the test rows of {target!r} are {where} all that training rows of their series hold"
            severity: Severity = "warning" if share >= _OUTSIDE else "note"
            yield Finding("drift", severity, (target,), rule, {"share_of_test_rows": round(share, 4)})
        size = np.abs(data.moves(values))
        before, after = (
            np.nanmedian(size[part]) if np.isfinite(size[part]).sum() >= 30 else 0 for part in (learned, asked)
        )
        if before > 0 and after > 0 and not 1 / 3 < after / before < 3:
            rule = f"test rows of {target!r} move {after / before:.2g} times as much as training rows from step to step"
            yield Finding("drift", "note", (target,), rule, {"times": round(float(after / before), 3)})


def empty(data: SeriesData) -> Iterator[Finding]:
    """Targets and columns that are missing in most training rows, and columns that never change in them."""
    for name, column in {**data.values, **data.others}.items():
        train = column[data.train]
        missing = float(1 - np.isfinite(train).mean())
        used = name in data.others
        edit = ignore([name]) if used else ""
        if missing >= _HALF:
            severity: Severity = "warning" if missing >= _MISSING or not used else "note"
            rule = f"{name!r} is missing in {missing:.1%} of the training rows"
            yield Finding("empty", severity, (name,), rule, {"missing": round(missing, 4)}, edit)
        elif used and len(np.unique(train[np.isfinite(train)])) == 1:
            rule = f"{name!r} is {train[np.isfinite(train)][0]:g} in every training row that has it"
            yield Finding("empty", "warning", (name,), rule, {"different": 1}, edit)


def counters(data: SeriesData) -> Iterator[Finding]:
    """Columns that count the rows: beyond the training rows they hold what no network has seen."""
    for name, column in data.others.items():
        moves = data.moves(column)
        moves = moves[np.isfinite(moves) & data.train]
        if len(moves) >= 30 and moves[0] != 0 and np.allclose(moves, moves[0]):
            rule = f"{name!r} counts the rows: its test values are beyond all that the network learns from"
            yield Finding("identifiers", "note", (name,), rule, {"step": float(moves[0])}, ignore([name]))


def newcomers(data: SeriesData) -> Iterator[Finding]:
    """Series that begin when training is over."""
    new = np.setdiff1d(np.unique(data.codes[data.test]), np.unique(data.codes[data.train]))
    if len(new):
        first = data.names[int(new[0])]
        rule = f"{len(new):,} of {len(data.names):,} series have no training row, such as {first!r}"
        yield Finding("groups", "note", data.by, rule, {"series": len(new)})


def sizes(data: SeriesData) -> Iterator[Finding]:
    """Test rows that hold few forecasts that do not overlap."""
    tested = len(np.unique(data.times[data.test])) // data.horizon
    if tested < _FEW:
        what = "forecast" if tested == 1 else "forecasts that do not overlap"
        rule = f"the test rows hold {max(tested, 1):,} {what}: scores are uncertain; folds test more of the series"
        edit = "represent:\n  split: {folds: 5}"
        yield Finding("sizes", "note", (), rule, {"forecasts": tested}, edit)


for _check in (origins, leaks, copies, standstill, drift, empty, counters, newcomers, sizes):
    SERIES_CHECKS.add(_check.__name__, _check)
