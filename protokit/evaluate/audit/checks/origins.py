"""Columns that are known only when the target is: what it was made of, and what is measured with or after it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from protokit.core.plain import Severity
from protokit.core.values.said import Finding
from protokit.evaluate.audit.check import CHECKS, Check
from protokit.evaluate.audit.column_name_hints import is_end, made_of, moment
from protokit.evaluate.audit.data import AuditData
from protokit.evaluate.audit.edits import ignore, listed
from protokit.evaluate.audit.learners import Column

_LATER = 0.05  # of the rows
_TELLING = 0.5  # of the target, what the days until a later date may know
_ADDED = 0.1  # of the error without a column, the share that it takes away


@CHECKS.add
class Origins(Check):
    """Columns that the target was derived from; columns of the moment at which it, or what it was derived from, was
    measured (`arr_time` beside `arr_delay`); columns named for the target; dates after the row's time."""

    name = "origins"
    about = "columns that the target was derived from, that are measured at the same moment, or named for it"
    rank = 20
    explains = True
    of_steps = True

    def __call__(self, data: AuditData) -> Iterator[Finding]:
        """See Check."""
        said: set[str] = set()
        for target in data.targets:
            sources = data.derived.get(target.name, ())
            kept = [name for name in sources if name in data.kinds]
            if kept:
                said |= {*kept}
                rule = f"{target.name!r} was derived from {listed(kept)}, still among the features"
                yield Finding("origins", "fatal", tuple(kept), rule, {"derived_from": ", ".join(sources)}, ignore(kept))
            for name in data.kinds:
                if name in said:
                    continue
                for finding in (_same_moment(data, name, target.name, sources), _named_for(data, name, target.name)):
                    if finding is not None:
                        said.add(name)
                        yield finding
                        break
        yield from _later(data, said)


def _same_moment(data: AuditData, name: str, target: str, sources: tuple[str, ...]) -> Finding | None:
    own = moment(name)
    if own is None or name == data.time:
        return None
    origin = next((one for one in (target, *sources) if moment(one) == own), None)
    if origin is None:
        return None
    what = " ".join(own)
    measured = f"{target!r}" if origin == target else f"{target!r} was derived from {origin!r}, which"
    rule = (
        f"{name!r} is measured at the same moment ({what!r}) as {measured}"
        if origin == target
        else (f"{measured} is measured at the same moment ({what!r}) as {name!r}")
    )
    rule += ": it is not known when the target is to be predicted"
    return Finding("origins", "fatal", (name,), rule, {"moment": what, "of": origin}, ignore([name]))


def _named_for(data: AuditData, name: str, target: str) -> Finding | None:
    """Of names that speak of the target, or of an end of what it is about, those that know or add much of it."""
    named = made_of(name, target)
    if name not in data.columns or not (named or (is_end(name) and name != data.time)):
        return None
    spec = next(one for one in data.targets if one.name == target)
    whole, rest = data.joint_skill(spec, data.columns), data.joint_skill(spec, {*data.columns} - {name})
    if whole is None or rest is None:
        return None
    pairs = ((whole.plain, rest.plain), (whole.even, rest.even))
    added = max((more - less) / max(1e-9, 1 - less) for more, less in pairs)
    own = data.single.get((target, name)) or data.single_skill(data.columns[name], spec)
    if added < _ADDED and (named or max(own.plain, own.even) < _ADDED):
        return None
    what = f"is named for the target {target!r}" if named else "is the time of an end"
    rule = f"{name!r} {what}, and tells much of {target!r}: is it known before the target is?"
    evidence = {"alone": round(max(own.plain, own.even), 4), "added": round(added, 4)}
    evidence |= {f"{whole.name}_with": round(whole.score, 4), f"{whole.name}_without": round(rest.score, 4)}
    return Finding("origins", "warning", (name,), rule, evidence, ignore([name]))


def _later(data: AuditData, said: set[str]) -> Iterator[Finding]:
    """Dates after the row's own time: that of the split, or the earliest date of the row."""
    dates = [n for n in (*data.kinds, *data.left_out) if data.frame[n].dtype.kind == "M"]
    used = [name for name in dates if name in data.kinds and name not in said and name != data.time]
    own = data.time if data.time in dates else None
    if not used or (own is None and len(dates) < 2):
        return
    if own is None:
        own = min(dates, key=lambda name: data.frame[name].median())
    start = data.frame[own]
    for name in used:
        if name == own:
            continue
        gap = ((data.frame[name] - start).dt.total_seconds() / 86400).to_numpy(float)
        known = np.isfinite(gap)
        later = float((gap[known] > 0).mean()) if known.any() else 0.0
        if later < _LATER:
            continue
        telling, score = 0.0, ""
        gaps = gap[data.sample]
        if np.isfinite(gaps).any():
            for target in data.targets:
                skill = data.single_skill(Column(gaps), target)
                if skill.both > telling:
                    telling, score = skill.both, f", and the days until then predict {target.name!r} "
                    score += f"({skill.name} {skill.score:.3f})"
        severity: Severity = "warning" if telling >= _TELLING else "note"
        if data.time == own and telling >= _TELLING:
            severity = "fatal"
        rule = f"{name!r} is after {own!r} in {later:.0%} of the rows{score if telling >= _TELLING else ''}: "
        rule += "was it known by then?"
        evidence = {"later": round(later, 4), "median_days": round(float(np.nanmedian(gap)), 2)}
        yield Finding("origins", severity, (name,), rule, evidence, ignore([name]))
