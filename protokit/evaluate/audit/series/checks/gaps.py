"""Steps of time that have no row, and rows that have no value."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from protokit.core.plain import Severity
from protokit.core.values.said import Finding
from protokit.evaluate.audit.check import SERIES_CHECKS, SeriesCheck
from protokit.evaluate.audit.edits import quoted
from protokit.evaluate.audit.series.data import SeriesData

_EVEN = 0.5  # of the rows that are one step apart; of fewer, the times are uneven
_GONE, _SOME = 0.05, 0.01  # of the steps that have no row: a warning, a note
_EMPTY, _MOST = 0.2, 0.02  # of the cells of a target: a warning, a note


@SERIES_CHECKS.add
class Gaps(SeriesCheck):
    """Uneven times, steps without a row (each row counts as one step, so a week may be said to have six days), and
    missing cells of what is forecast."""

    name = "gaps"
    about = "uneven times, steps without a row, missing cells of the target"
    rank = 60

    def __call__(self, data: SeriesData) -> Iterator[Finding]:
        """See SeriesCheck."""
        within = np.diff(data.codes) == 0
        apart = np.diff(data.times)[within] / data.step
        if len(apart):
            even = float(np.isclose(apart, 1).mean())
            missing = np.round(np.maximum(apart - 1, 0))
            share = float(missing.sum() / (missing.sum() + len(apart)))
            if even < _EVEN:
                rule = (
                    f"{even:.0%} of the rows are one step of {data.time!r} from the next, and each counts as one step"
                )
                yield Finding("gaps", "warning", (data.time,), rule, {"even": round(even, 4)})
            elif share >= _SOME:
                yield _without_rows(data, np.flatnonzero(within)[missing > 0] + 1, missing[missing > 0], share)
        for target, values in zip(data.targets, data.values.T, strict=True):
            gone = float(np.isnan(values[data.before | data.test]).mean())
            if gone >= _MOST:
                severity: Severity = "warning" if gone >= _EMPTY else "note"
                rule = f"{target!r} is missing in {gone:.1%} of the rows, "
                rule += "and each window with one in its forecast is dropped"
                edit = f"collect:\n  clean:\n    - fill: {{{quoted(target)}: 0}}  # where missing means none"
                yield Finding("gaps", severity, (target,), rule, {"missing": round(gone, 4)}, edit)


def _without_rows(data: SeriesData, after: np.ndarray, missing: np.ndarray, share: float) -> Finding:
    in_test = int(missing[data.test[after]].sum())
    season = f", and a season of {data.season:,} rows drifts" if data.season > 1 else ""
    rule = (
        f"{share:.1%} of the steps of {data.time!r} have no row{data.listed(np.unique(data.codes[after]))}: each row "
        f"counts as one step{season}; add the rows, with empty cells"
    )
    evidence = {
        "missing_steps": int(missing.sum()), "share": round(share, 4), "gaps": len(missing),
        "longest": int(missing.max()), "missing_in_the_test": in_test,
    }  # fmt: skip
    return Finding("gaps", "warning" if share >= _GONE else "note", (data.time,), rule, evidence)
