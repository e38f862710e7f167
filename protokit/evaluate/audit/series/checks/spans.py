"""Too little time for the window and the horizon."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from protokit.core.plain import Severity
from protokit.core.values.said import Finding
from protokit.evaluate.audit.check import SERIES_CHECKS, SeriesCheck
from protokit.evaluate.audit.series.data import SeriesData

_FEW, _SOME = 3, 10  # forecasts that do not overlap: a warning, a note


@SERIES_CHECKS.add
class Spans(SeriesCheck):
    """Few test windows, or few to learn from, that do not overlap."""

    name = "spans"
    about = "test or training windows that are worth few that do not overlap"
    rank = 80

    def __call__(self, data: SeriesData) -> Iterator[Finding]:
        """See SeriesCheck."""
        test = _apart(data, data.split.test) * data.folds
        train = _apart(data, data.split.train)
        horizon = f"a horizon of {data.horizon:,}"
        if test < _SOME and (data.horizon > 1 or test < _FEW):
            rule = f"{len(data.split.test):,} test windows with {horizon} overlap: they are worth {test:,} of their own"
            if data.horizon == 1 or test == len(data.split.test):  # none overlaps another
                rule = f"{test:,} test window" + "s" * (test != 1)
            severity: Severity = "warning" if test < _FEW else "note"
            evidence = {"test_windows": len(data.split.test), "apart": test, "horizon": data.horizon}
            folds = _folds(data) if data.folds == 1 else 0
            edit = f"represent:\n  split: {{folds: {folds}}}" if folds else ""
            yield Finding("spans", severity, (), f"{rule}; scores are uncertain", evidence, edit)
        if train < _SOME:
            rule = f"{len(data.split.train):,} training windows with {horizon} overlap: "
            rule += f"they are worth {train:,} of their own"
            if train == len(data.split.train):
                rule = f"{train:,} training window" + "s" * (train != 1)
            severity = "warning" if train < _FEW else "note"
            evidence = {"training_windows": len(data.split.train), "apart": train, "window": data.window}
            edit = f"represent:\n  series: {{window: {max(1, data.window // 2)}, horizon: {max(1, data.horizon // 2)}}}"
            yield Finding("spans", severity, (), rule, evidence, edit)


def _apart(data: SeriesData, windows: np.ndarray) -> int:
    """How many of some windows, at most, forecast no row together."""
    origins = data.origins[windows]
    first = np.unique(data.codes[origins], return_index=True)[1]
    last = np.append(first[1:], len(origins)) - 1
    return int(((origins[last] - origins[first]) // data.horizon + 1).sum())


def _folds(data: SeriesData) -> int:
    """The most folds, up to 5, of which the first has enough rows to learn from and to validate on; 0 if none."""
    train, validation = (
        len(np.unique(data.times[part])) for part in (data.rows.split.train, data.rows.split.validation)
    )
    rows, share = len(np.unique(data.times)), validation / (train + validation)
    needed = max((data.window + data.horizon) / (1 - share), data.horizon / share) + 1
    folds = min(5, int(rows / needed) - 1)
    return folds if folds >= 2 else 0
