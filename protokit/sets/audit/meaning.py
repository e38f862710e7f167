"""Columns of one name that mean something else in another set: another kind, unit or coding."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np
import pandas as pd

from protokit.core.names import as_text, number
from protokit.core.plain import Severity
from protokit.core.values.said import Finding
from protokit.evaluate.audit.edits import listed
from protokit.evaluate.audit.hashing import words
from protokit.sets.audit.conversions import distance, match
from protokit.sets.audit.data import SetData
from protokit.sets.audit.edits import EACH, as_kind, cleaned, ignored_in

_ROWS = 3000  # of each set
_FEWEST, _DIFFERENT = 20, 8  # numbers, and different ones, that a unit is read from
_LEVELS, _EACH = 50, 4  # levels at most, and rows of each on the average
_YES_NO = (frozenset({"yes", "y", "true", "t", "1"}), frozenset({"no", "n", "false", "f", "0"}))
_NAMED = 3  # levels in a sentence
_SEEN, _ALIKE = 0.1, 0.9  # shares of rows whose level the other set has: none to speak of; all but rare ones
_SKETCH = np.linspace(0, 1, 201)
_NUMBERS = ("number",)
_LEVELLED = ("category", "boolean")


def other_meanings(sets: Sequence[SetData]) -> Iterator[Finding]:
    """Each column by name: the sets in which it is not what it is in the set that is most like the others."""
    for name in dict.fromkeys(column for one in sets for column in one.kinds):
        having = [one for one in sets if name in one.kinds]
        if len(having) < 2:
            continue
        usual = _usual(name, having)
        yield from _kinds(name, having, usual)
        having = [one for one in having if one.kinds[name] == usual]
        if usual in _NUMBERS:
            yield from _units(name, {one.name: one.frame[name].iloc[one.some(_ROWS, name)] for one in having})
        elif usual in _LEVELLED:
            yield from _levels(name, {one.name: one.frame[name].iloc[one.fitting] for one in having})
    for name in dict.fromkeys(spec.name for one in sets for spec in one.targets):
        having = [one for one in sets if name in one.truth]
        if len({one.target(name).has_classes for one in having}) != 1:
            continue
        answers = {one.name: pd.Series(one.truth[name][one.fitting]) for one in having}
        if not having[0].target(name).has_classes:
            yield from _units(name, answers, target=True)
            continue
        classes = {one.name: np.array([as_text(c) for c in one.target(name).classes], object) for one in having}
        named = {of: pd.Series(classes[of][truth.to_numpy()]) for of, truth in answers.items()}
        yield from _levels(name, named, target=True)


def _usual(name: str, sets: Sequence[SetData]) -> str:
    """The kind of a column in most sets; of as many sets, in more rows."""
    often = Counter(one.kinds[name] for one in sets)
    rows = {kind: sum(len(one.frame) for one in sets if one.kinds[name] == kind) for kind in often}
    return max(often, key=lambda kind: (often[kind], rows[kind]))


def _kinds(name: str, having: Sequence[SetData], usual: str) -> Iterator[Finding]:
    for one in having:
        kind = one.kinds[name]
        if kind == usual:
            continue
        as_usual = [other for other in having if other.kinds[name] == usual]
        types = {_written(other.frame[name]) for other in (one, as_usual[0])}
        severity: Severity = "note" if len(types) == 1 else "warning"
        others = listed([other.name for other in as_usual[:3]]) + (" and others" if len(as_usual) > 3 else "")
        rule = f"{name!r} is {_a(kind)} in the set {one.name!r} and {_a(usual)} in {others}"
        evidence: dict[str, float | int | str] = {"set": one.name, "kind": kind, "usual": usual}
        yield Finding("set_kinds", severity, (name,), rule, evidence, as_kind(one.name, name, usual))


def _a(kind: str) -> str:
    return f"{'an' if kind[0] in 'aeiou' else 'a'} {kind}"


def _written(series: pd.Series) -> str:
    """How cells are written: numbers, times, or else."""
    return {"i": "n", "u": "n", "f": "n", "M": "t", "m": "t"}.get(series.dtype.kind, "o")


def _units(name: str, cells: Mapping[str, pd.Series], target: bool = False) -> Iterator[Finding]:
    """Numbers that are those of the other sets but for a unit."""
    values = {of: found for of, column in cells.items() if (found := _finite(column)) is not None}
    if len(values) < 2:
        return
    short = {of: np.quantile(own, _SKETCH) for of, own in values.items()}
    middle = _like_most(
        {of: len(own) for of, own in values.items()}, lambda one, other: distance(short[one], short[other])
    )
    for of, own in values.items():
        fits = match(own, values[middle]) if of != middle else None
        if fits is None:
            continue
        mine, theirs = float(np.median(own)), float(np.median(values[middle]))
        from_, to = fits.conversion.names
        what = f"the target {name!r}" if target else repr(name)
        rule = (
            f"{what} seems to be in {from_} in the set {of!r} and in {to} in {middle!r}: the medians are "
            f"{number(mine)} and {number(theirs)}, and {fits.conversion.expression(name)} has the distribution there"
        )
        evidence: dict[str, float | int | str] = {"set": of, "other": middle, "median": mine, "other_median": theirs}
        evidence |= {"distance": round(fits.before, 4), "distance_converted": round(fits.after, 4)}
        edit = cleaned(of, "derive", {name: fits.conversion.expression(name)})
        yield Finding("set_units", "warning", (name,), rule, evidence, edit)


def _finite(column: pd.Series) -> np.ndarray | None:
    """The numbers of a column, ascending; None of a column with too few or too few different ones."""
    if column.dtype.kind in "mM":
        return None
    values = pd.to_numeric(column, errors="coerce").to_numpy(float, na_value=np.nan)
    values = np.sort(values[np.isfinite(values)])
    return values if len(values) >= _FEWEST and len(np.unique(values)) >= _DIFFERENT else None


def _like_most(rows: Mapping[str, int], apart: Callable[[str, str], float]) -> str:
    """The set that is nearest to the others; of two the larger one."""
    return min(rows, key=lambda one: (round(sum(apart(one, other) for other in rows), 6), -rows[one]))


def _levels(name: str, cells: Mapping[str, pd.Series], target: bool = False) -> Iterator[Finding]:
    """Levels that are those of the other sets in another spelling or coding, or none of theirs."""
    counts: dict[str, Counter[str]] = {}
    for of, column in cells.items():
        known = column.dropna()
        found = Counter({as_text(cell): int(n) for cell, n in known.value_counts().items()})
        if 2 <= len(found) <= _LEVELS and len(known) >= _EACH * len(found):
            counts[of] = found
    if len(counts) < 2:
        return
    rows = {of: sum(own.values()) for of, own in counts.items()}
    middle = _like_most(rows, lambda one, other: 1 - _share(counts[one], counts[other]))
    theirs = counts[middle]
    for of, own in counts.items():
        if of == middle or min(_share(own, theirs), _share(theirs, own)) >= _ALIKE:
            continue
        what = f"the target {name!r}" if target else repr(name)
        evidence: dict[str, float | int | str] = {
            "set": of,
            "other": middle,
            "share_known": round(_share(own, theirs), 4),
        }
        said = f"{what} has {_some(own)} in the set {of!r} and {_some(theirs)} in {middle!r}"
        pairs = _recoded(own, theirs)
        if pairs:
            raw = {as_text(cell): cell for cell in cells[of].dropna().unique()}
            new = {as_text(cell): cell for cell in cells[middle].dropna().unique()}
            edit = cleaned(of, "replace", {name: {_plain(raw[a]): _plain(new[b]) for a, b in pairs.items()}})
            rule = f"{said}: they seem to be the same ones, written in another way"
            yield Finding("set_levels", "warning", (name,), rule, evidence, edit)
        elif max(_share(own, theirs), _share(theirs, own)) <= _SEEN:
            coded = _codes(own) != _codes(theirs)
            severity: Severity = "warning" if coded else "note"
            why = (
                "one may be a coding of the other"
                if coded
                else "what is learned of it in one set says nothing in the other"
            )
            yield Finding(
                "set_levels",
                severity,
                (name,),
                f"{said}, none in common: {why}",
                evidence,
                EACH if target else ignored_in(of, name),
            )


def _share(own: Counter[str], others: Counter[str]) -> float:
    """The share of rows whose level the others have."""
    return sum(n for level, n in own.items() if level in others) / max(1, sum(own.values()))


def _recoded(own: Counter[str], others: Counter[str]) -> dict[str, str]:
    """Levels by what they are called elsewhere, where all but rare ones have such a name; none otherwise.

    They may differ in case, spaces and punctuation, one may be the other's beginning, and both may say yes and no.
    """
    for same in (lambda one, other: words(one) == words(other), _beginning, _both_say):
        pairs = {}
        for level in own:
            likes = [other for other in others if level == other] or [other for other in others if same(level, other)]
            if len(likes) == 1:
                pairs[level] = likes[0]
        once = len(set(pairs.values())) == len(pairs)
        if once and _share(own, Counter(pairs)) >= _ALIKE and _share(others, Counter(pairs.values())) >= _ALIKE:
            return {level: other for level, other in pairs.items() if level != other}
    return {}


def _beginning(one: str, other: str) -> bool:
    short, long = sorted((words(one), words(other)), key=len)
    return long.startswith(short)


def _both_say(one: str, other: str) -> bool:
    return any(words(one) in said and words(other) in said for said in _YES_NO)


def _codes(levels: Counter[str]) -> bool:
    """Whether all levels are numbers."""
    return all(level.lstrip("-").replace(".", "", 1).isdigit() for level in levels)


def _some(levels: Counter[str]) -> str:
    names = [repr(level) for level, _ in levels.most_common(_NAMED)]
    return ", ".join(names) + (", ..." if len(levels) > _NAMED else "")


def _plain(cell: object) -> object:
    """A cell as a recipe has it."""
    item = getattr(cell, "item", None)
    value = item() if item is not None else cell
    return int(value) if isinstance(value, float) and value.is_integer() else value
