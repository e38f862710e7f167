"""Series that are there twice, and stretches of a series that come again in the test."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from protokit.core.plain import Severity
from protokit.core.values.said import Finding
from protokit.evaluate.audit.check import SERIES_CHECKS, SeriesCheck
from protokit.evaluate.audit.hashing import sizes
from protokit.evaluate.audit.series.data import SeriesData

_RUN = 24  # rows
_MOVING, _CHANGES = 4, 12  # changes in a run that tells series apart; in one that comes by chance but once
_DIFFERENT = 20  # values of a series; of fewer, runs come again by chance
_FATAL, _WARNING, _FEWEST = 0.05, 0.03, 3  # of the runs that end in the test
_ITSELF = 0.02  # of the runs before the test: a series that repeats itself does so by nature
_TWIN, _LONG = 0.9, 20  # of the runs of a series, equal at the same times to those of another; so many runs
_FACTOR = np.uint64(0x9E3779B97F4A7C15)


@SERIES_CHECKS.add
class Copies(SeriesCheck):
    """Series that equal another one, row for row; and test rows that are rows of another time, of any series."""

    name = "copies"
    about = "series that equal another one; stretches of the test that are there before it"
    rank = 30

    def __call__(self, data: SeriesData) -> Iterator[Finding]:
        """See SeriesCheck."""
        for target, values in zip(data.targets, data.values.T, strict=True):
            if len(values) >= _RUN:
                runs, changes = _runs(data, values)
                yield from _twins(data, target, runs, np.flatnonzero(changes >= _MOVING))
                varied = np.array([len(np.unique(values[span])) >= _DIFFERENT for _, span in data.spans])
                yield from _again(data, target, runs, np.flatnonzero((changes >= _CHANGES) & varied[data.codes]))


def _runs(data: SeriesData, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Of the run of rows that ends at each row a hash, and how often its value changes; -1 where it is not whole.

    Shapes: (rows,) -> (rows,) uint64, (rows,).
    """
    starts = len(values) - _RUN + 1
    cells = (np.round(values, 12) + 0.0).view(np.uint64)  # no negative zero
    hashes = np.zeros(len(values), np.uint64)
    with np.errstate(over="ignore"):
        cells = (cells ^ (cells >> np.uint64(31))) * _FACTOR
        cells ^= cells >> np.uint64(29)
        for j in range(_RUN):
            hashes[_RUN - 1 :] = hashes[_RUN - 1 :] * _FACTOR + cells[j : starts + j]
    moved = np.concatenate([[0, 0], np.cumsum(np.diff(values) != 0)])
    gone = np.concatenate([[0], np.cumsum(np.isnan(values))])
    whole = (data.codes[_RUN - 1 :] == data.codes[:starts]) & (gone[_RUN:] == gone[:-_RUN])
    changes = np.full(len(values), -1)
    changes[_RUN - 1 :] = np.where(whole, moved[_RUN:] - moved[1 : starts + 1], -1)
    return hashes, changes


def _twins(data: SeriesData, target: str, runs: np.ndarray, ends: np.ndarray) -> Iterator[Finding]:
    """Series whose rows are those of another series at the same times."""
    if len(data.names) < 2 or len(ends) == 0:
        return
    times = np.unique(data.times[ends], return_inverse=True)[1].astype(np.uint64)
    with np.errstate(over="ignore"):
        dated = runs[ends] ^ ((times + np.uint64(1)) * _FACTOR)
    _, first, which = np.unique(dated, return_index=True, return_inverse=True)
    own, other = data.codes[ends], data.codes[ends[first[which]]]
    counts = np.bincount(own, minlength=len(data.names))
    pairs, shared = np.unique(np.stack([own, other])[:, own != other], axis=1, return_counts=True)
    enough = (shared >= _TWIN * counts[pairs[0]]) & (shared >= _LONG)
    twins = [(data.names[a], data.names[b]) for a, b in pairs.T[enough]]
    if not twins:
        return
    shown = ", ".join(f"{a!r} equals {b!r}" for a, b in twins[:3])
    more = f", and {len(twins) - 3:,} more" if len(twins) > 3 else ""
    rule = f"{len(twins):,} of {len(data.names):,} series of {target!r} are copies of others ({shown}{more})"
    evidence = {"copies": len(twins), "series": len(data.names), "share": round(len(twins) / len(data.names), 4)}
    rule += ": they count twice, and scores look surer than they are"
    yield Finding("copies", "warning", (*data.by, target), rule, evidence)


def _again(data: SeriesData, target: str, runs: np.ndarray, ends: np.ndarray) -> Iterator[Finding]:
    """Runs that end in the test and are there before it, too."""
    tested, seen = ends[data.test[ends]], ends[data.before[ends]]
    if len(tested) == 0 or len(seen) == 0:
        return
    with np.errstate(over="ignore"):
        own = runs[seen] + (data.codes[seen].astype(np.uint64) + np.uint64(1)) * _FACTOR
    itself = float((sizes(own) > 1).mean())
    twin = np.isin(runs[tested], runs[seen])
    share = float(twin.mean())
    if share < _WARNING or twin.sum() < _FEWEST or itself >= _ITSELF:
        return
    rule = (
        f"{twin.sum():,} of {len(tested):,} stretches of {_RUN} rows of {target!r} that end in the test are there "
        f"before it, too{data.listed(np.unique(data.codes[tested[twin]]))}: a network may know them by heart"
    )
    severity: Severity = "fatal" if share >= _FATAL else "warning"
    evidence = {"stretches": int(twin.sum()), "share": round(share, 4), "repeated_before": round(itself, 4)}
    yield Finding("copies", severity, (*data.by, target), rule, evidence)
