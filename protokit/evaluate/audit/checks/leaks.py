"""Single columns that give the target away."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from protokit.core.names import number
from protokit.core.values.said import Finding
from protokit.core.values.signature import TargetSpec
from protokit.evaluate.audit.check import CHECKS, Check
from protokit.evaluate.audit.column_name_hints import is_year
from protokit.evaluate.audit.data import AuditData
from protokit.evaluate.audit.edits import ignore
from protokit.evaluate.audit.learners import Column
from protokit.evaluate.audit.skills import Skill

# of the error without any column, the share that a column has to take away, surely, for a fatal finding. A
# measurement may honestly come near to its target, a code hardly
_SURE_CODE, _SURE_NUMBER, _SURE_REGRESSION = 0.85, 0.95, 0.995
_LIKELY_CODE, _LIKELY_NUMBER, _LIKELY_REGRESSION = 0.8, 0.9, 0.98
# of the error that all other columns leave, the share that this one alone may leave
_LESS, _LESS_REGRESSION = 1 / 3, 0.25
_RENAMED = 0.9  # for a column with one level for each class, whatever the others know
_CERTAIN = 0.99  # columns of such skill are no honest others
_SEVERAL = 3  # but so many of them do not all know it from the target
_MOST_SUSPECTS = 6
_FEWEST = 10


@CHECKS.add
class Leaks(Check):
    """Columns that alone predict the target nearly perfectly, on rows that they were not fitted on, while all others
    together do not: copies of the target, what follows from it, and cells that are filled in afterwards."""

    name = "leaks"
    about = "columns that alone predict the target nearly perfectly, where all others together do not"
    rank = 60
    explains = True
    of_steps = True

    def __call__(self, data: AuditData) -> Iterator[Finding]:
        """See Check."""
        for target in data.targets:
            skills = {name: skill for (of, name), skill in data.single.items() if of == target.name}
            suspects = [name for name, skill in skills.items() if _likely(skill, data.columns[name], target)]
            suspects.sort(key=lambda name: -skills[name].both)
            if len(skills) < len(data.columns):
                rule = (
                    f"of {len(data.columns):,} columns the {len(skills)} that tell most of {target.name!r} were looked "
                    "at one by one"
                )
                yield Finding(self.name, "note", (), rule)
            if not suspects:
                continue
            doubtful = {n for n in suspects if data.columns[n].discrete and target.has_classes}
            certain = {name for name, skill in skills.items() if skill.both >= _CERTAIN} - doubtful
            if len(certain) < _SEVERAL:  # so many are measurements of what is plain to see
                doubtful |= certain
            for name in suspects[:_MOST_SUSPECTS]:
                others = data.joint_skill(target, set(data.columns) - doubtful - {name})
                finding = _finding(data, target, name, skills[name], others)
                if finding is not None:
                    yield finding


def _likely(skill: Skill, column: Column, target: TargetSpec) -> bool:
    if not target.has_classes:
        return skill.both >= _LIKELY_REGRESSION
    return skill.even >= (_LIKELY_CODE if column.discrete else _LIKELY_NUMBER)


def _finding(data: AuditData, target: TargetSpec, name: str, own: Skill, others: Skill | None) -> Finding | None:
    column, truth = data.columns[name], data.truth[target.name][data.sample]
    regression = not target.has_classes
    less = _LESS_REGRESSION if regression else _LESS
    left = 1.0 if others is None else max(1e-9, 1 - others.plain)
    left_even = 1.0 if others is None else max(1e-9, 1 - others.even)
    at_least = 1.0 if others is None else max(1e-9, 1 - others.high)
    renamed = not regression and own.sure >= _RENAMED and _one_to_one(column, truth)
    if not renamed and min((1 - own.low) / left, (1 - own.even + own.luck) / left_even) > less:
        return None
    if regression:
        fatal = own.low >= _SURE_REGRESSION and own.even >= _LIKELY_REGRESSION
    else:
        fatal = own.sure >= (_SURE_CODE if column.discrete else _SURE_NUMBER)
    fatal = renamed or (fatal and (1 - own.low) / at_least <= less)
    if not regression and own.errors == 0:  # of rare classes the bounds are wide, but not one row was wrong
        rarest = np.bincount(truth, minlength=len(target.classes))
        fatal = fatal or (rarest[rarest > 0].min() >= _FEWEST and left_even >= 0.05)
    evidence: dict[str, float | int | str] = {own.name: round(own.score, 4), "rows": len(truth)}
    if own.auc is not None:
        evidence["roc_auc"] = round(own.auc, 4)
    if others is not None:
        evidence[f"{own.name}_of_all_other_columns"] = round(others.score, 4)
    rest = "" if others is None else f"; all other columns together reach {number(others.score)}"
    what = f"{name!r} alone"
    when = data.kinds[name] == "date" or is_year(name)
    missing = np.asarray(data.frame[name].iloc[data.sample].isna().to_numpy(), float)
    if 0 < missing.sum() < len(missing):
        gaps = data.single_skill(Column(missing, 2), target)
        if gaps.plain >= 0.9 * own.plain:
            what, when = f"whether {name!r} is missing", False
            evidence["missing"] = round(float(missing.mean()), 4)
    fatal = fatal and not when  # what changes with time is known by its date, and honestly so
    rule = f"{what} predicts {target.name!r} almost perfectly: {own.name} {number(own.score)}{rest}"
    rule += "; it is known only when the target is" if fatal else "; is it known before the target is?"
    return Finding("leaks", "fatal" if fatal else "warning", (name,), rule, evidence, ignore([name]))


def _one_to_one(column: Column, truth: np.ndarray) -> bool:
    """Whether the column has as many values as there are classes, and each is the commonest one of its class."""
    known = np.isfinite(column.values)
    if len(np.unique(column.values[known])) != len(np.unique(truth)):
        return False
    commonest = []
    for label in np.unique(truth):
        values, counts = np.unique(column.values[known & (truth == label)], return_counts=True)
        commonest.append(float(values[counts.argmax()]) if len(values) else np.nan)
    return len(set(commonest)) == len(commonest)
