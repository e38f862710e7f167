"""A few columns that determine the target between them: a sum, a difference, a product or a ratio."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

import numpy as np

from protokit.core.plain import Severity
from protokit.core.values.said import Finding
from protokit.core.values.signature import TargetSpec
from protokit.evaluate.audit import learners
from protokit.evaluate.audit.check import CHECKS, Check
from protokit.evaluate.audit.data import AuditData
from protokit.evaluate.audit.edits import ignore, listed
from protokit.evaluate.audit.learners import Column

_EXACT = 1e-4  # of the variance, what a formula may leave
_MOST = 3  # columns of a formula
_GATE = 0.6  # of the target, what all columns together have to know before pairs are tried
_PAIR, _MEMBER = 0.97, 0.8  # what a pair has to know for sure, and what no column of it may know alone
_LESS = 0.25  # of the error that all other columns leave, what a pair may leave
_ROWS = 600  # for a first look at a pair
_MOST_COLUMNS = 12
_MOST_CLASSES = 5  # that a threshold or two on a formula may give


@CHECKS.add
class FormulaLeaks(Check):
    """Formulas of two or three columns (two, for classes) that give the target, where the other columns do not."""

    name = "together"
    about = "two or three columns that give the target: their sum, difference, product or ratio"
    rank = 70
    explains = True
    of_steps = True

    def __call__(self, data: AuditData) -> Iterator[Finding]:
        """See Check."""
        for target in data.targets:
            measured = {
                name: column.values
                for name, column in data.columns.items()
                if not column.levels and np.nanstd(column.values) > 0
            }
            if len(measured) < 2:
                continue
            found = _pair(data, target, measured) if target.has_classes else _formula(data, target, measured)
            if found is not None:
                yield found


def _formula(data: AuditData, target: TargetSpec, measured: dict[str, np.ndarray]) -> Finding | None:
    truth = data.truth[target.name][data.sample].astype(float)
    for how in ("sum", "product"):
        names = [n for n, v in measured.items() if np.isfinite(v).mean() > 0.5 and (how == "sum" or np.nanmin(v) > 0)]
        if len(names) < 2 or (how == "product" and truth.min() <= 0):
            continue
        x = np.stack([measured[name] for name in names], axis=1)
        whole = np.isfinite(x).all(axis=1)
        if whole.sum() < max(30, 3 * len(names)):
            continue
        x, y = x[whole], truth[whole]
        if how == "product":
            x, y = np.log(x), np.log(y)
        kept = _fewest(x, y)
        if kept is None or len(kept) < 2 or len(data.columns) <= len(kept):
            continue
        columns = tuple(names[i] for i in kept)
        what = "a sum or difference of" if how == "sum" else "a product or ratio of"
        rule = f"{target.name!r} is {what} {listed(columns)}: nothing is left to learn"
        evidence = {"R2": round(1 - _left(x[:, kept], y), 6), "rows": len(y)}
        return Finding("together", "fatal", columns, rule, evidence, ignore(columns))
    return None


def _fewest(x: np.ndarray, y: np.ndarray) -> list[int] | None:
    """The fewest columns, at most three, of which y is a weighted sum; None where there are none."""
    kept = [i for i in range(x.shape[1]) if x[:, i].std() > 0]
    if not kept or y.std() == 0 or _left(x[:, kept], y) > _EXACT:
        return None
    while len(kept) > 1:
        left = [_left(x[:, [j for j in kept if j != i]], y) for i in kept]
        best = int(np.argmin(left))
        if left[best] > _EXACT:
            break
        del kept[best]
    return kept if len(kept) <= _MOST else None


def _left(x: np.ndarray, y: np.ndarray) -> float:
    """The share of the variance of y that a weighted sum of the columns leaves."""
    x = (x - x.mean(axis=0)) / np.maximum(x.std(axis=0), 1e-300)
    y = y - y.mean()
    weights = np.linalg.lstsq(x, y, rcond=None)[0]
    return float(((y - x @ weights) ** 2).sum() / (y**2).sum())


def _pair(data: AuditData, target: TargetSpec, measured: dict[str, np.ndarray]) -> Finding | None:
    if len(target.classes) > _MOST_CLASSES or len(data.columns) < 4:
        return None
    whole = data.joint_skill(target, data.columns)
    known = {name: skill.both for (of, name), skill in data.single.items() if of == target.name}
    names = [name for name in measured if known.get(name, 1.0) <= _MEMBER][:_MOST_COLUMNS]
    if whole is None or max(whole.plain, whole.even) < _GATE:
        return None
    truth = data.truth[target.name][data.sample]
    rows = np.linspace(0, len(truth) - 1, min(_ROWS, len(truth))).astype(int)
    tried = [
        (learners.quick_accuracy(values[rows], truth[rows]), first, second, how)
        for first, second in combinations(names, 2)
        for how, values in _combined(measured[first], measured[second])
    ]
    if not tried:
        return None
    _, first, second, how = max(tried)
    values = dict(_combined(measured[first], measured[second]))[how]
    own = data.single_skill(Column(values), target)
    if own.both < _PAIR:
        return None
    others = data.joint_skill(target, set(data.columns) - {first, second})
    assert others is not None, "there are four columns and more"
    if (1 - own.plain) > _LESS * (1 - others.plain):
        return None
    certain = own.sure >= _PAIR and (1 - own.low) <= _LESS * (1 - others.high)
    severity: Severity = "fatal" if certain else "warning"
    rule = (
        f"the {how} of {listed((first, second))} predicts {target.name!r} almost perfectly: accuracy {own.score:.3f}; "
        f"all other columns together reach {others.score:.3f}"
    )
    evidence = {"accuracy": round(own.score, 4), "accuracy_of_all_other_columns": round(others.score, 4)}
    return Finding("together", severity, (first, second), rule, evidence, ignore([first, second]))


def _combined(first: np.ndarray, second: np.ndarray) -> list[tuple[str, np.ndarray]]:
    with np.errstate(divide="ignore", invalid="ignore"):
        both = {
            "difference": first - second,
            "sum": first + second,
            "ratio": first / second,
            "product": first * second,
            "ratio (the second squared)": first / second**2,
            "ratio (the first squared)": first**2 / second,
        }
    plain = [(how, np.where(np.isfinite(values), values, np.nan)) for how, values in both.items()]
    return [(how, values) for how, values in plain if np.isfinite(values).any()]
