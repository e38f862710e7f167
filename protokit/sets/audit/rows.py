"""Rows that several sets have: in the test of one and the training of another, with other targets, or all of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations

import numpy as np

from protokit.core.names import counted
from protokit.core.plain import Severity
from protokit.core.values.said import Finding
from protokit.evaluate.audit.edits import listed
from protokit.evaluate.audit.hashing import combined, copies
from protokit.evaluate.audit.kept_rows import KeptRows
from protokit.sets.audit.data import SetData
from protokit.sets.audit.edits import EACH, without

_FATAL, _WARNING = 0.05, 0.01  # shares of the test rows
_FEWEST = 3  # copies, of more than a note
_HALF = 0.5  # of the columns of each set, that have to be in both for rows to be the same ones
_DISPUTED, _OTHERS = 10, 0.75  # rows that both sets have, and the share of them with another target
_NAMED = 5  # rows and sets in a sentence


def same_rows(sets: Sequence[SetData]) -> Iterator[Finding]:
    """Sets that are equal; test rows of one set that another's training has; equal rows with other classes."""
    known = _Rows(sets)
    groups = known.equal()
    for group in groups:
        rows = counted(len(sets[group[0]].frame), "row")
        names = [sets[i].name for i in group]
        rule = f"the sets {listed(names)} are equal: they have the same {rows}, in whatever order"
        evidence = {"sets": len(group), "rows": len(sets[group[0]].frame)}
        yield Finding("equal_sets", "fatal", (), rule, evidence, without(names[1:]))
    equal = {pair for group in groups for pair in combinations(group, 2)}
    pairs = [pair for pair in combinations(range(len(sets)), 2) if pair not in equal]
    found: dict[tuple[int, bool], dict[str, np.ndarray]] = {}
    for i, j in pairs:
        for a, b, copied in known.copied(i, j):
            found.setdefault((a, bool(known.answers(i, j))), {})[sets[b].name] = copied
    for a, answered in sorted(found):
        yield _finding(sets[a], found[a, answered], answered)
    for i, j in pairs:
        yield from known.disputed(i, j)


def seen_before(kept: Mapping[str, KeptRows], later: SetData) -> list[Finding]:
    """Test rows of a set that comes later which sets before it were trained on; none of a set without all columns."""
    found = {}
    test = later.split.test
    for name, rows in kept.items():
        if set(rows.columns) <= {*later.kinds, *later.answers}:
            # chance is judged by the rows that were kept: those of the test may be too few
            copied = rows.copies(later.frame.iloc[test])
            if copied.any():
                found[name] = test[copied]
    return [_finding(later, found)] if found else []


class _Rows:
    """The rows of sets as hashes of the columns that two of them have in common; hashed once a choice of columns."""

    def __init__(self, sets: Sequence[SetData]) -> None:
        self.sets = sets
        self._known: dict[tuple[int, tuple[str, ...]], np.ndarray] = {}

    def columns(self, i: int, j: int) -> tuple[str, ...]:
        """The features that are in both, where they are enough to tell rows by; none otherwise."""
        one, other = self.sets[i], self.sets[j]
        both = tuple(sorted(name for name, kind in one.kinds.items() if other.kinds.get(name) == kind))
        return both if len(both) >= _HALF * max(len(one.kinds), len(other.kinds)) else ()

    def answers(self, i: int, j: int) -> tuple[str, ...]:
        """The columns of the targets, where they are the same in both; none otherwise."""
        one, other = self.sets[i].answers, self.sets[j].answers
        return tuple(sorted(one)) if set(one) == set(other) else ()

    def hashes(self, i: int, columns: tuple[str, ...]) -> np.ndarray:
        """Shapes: (rows,)."""
        if (i, columns) not in self._known:
            self._known[i, columns] = combined([self.sets[i].cells[name] for name in columns])
        return self._known[i, columns]

    def equal(self) -> list[list[int]]:
        """Groups of sets with the same rows and the same columns, targets and all."""
        groups: dict[object, list[int]] = {}
        for i, one in enumerate(self.sets):
            columns = tuple(sorted({*one.kinds, *one.answers}))
            key = (columns, tuple(sorted(one.answers)), np.sort(self.hashes(i, columns)).tobytes())
            groups.setdefault(key, []).append(i)
        return [group for group in groups.values() if len(group) > 1]

    def _twins(self, i: int, j: int, columns: tuple[str, ...]) -> tuple[np.ndarray, np.ndarray]:
        """Which rows of each of two sets are copies of a row of the other."""
        one, other = self.hashes(i, columns), self.hashes(j, columns)
        first, second = np.isin(one, other), np.isin(other, one)
        if not first.any():
            return first, second
        cells = [np.concatenate([self.sets[i].cells[name], self.sets[j].cells[name]]) for name in columns]
        copied = copies(cells, np.concatenate([one, other]))
        return first & copied[: len(one)], second & copied[len(one) :]

    def copied(self, i: int, j: int) -> Iterator[tuple[int, int, np.ndarray]]:
        """Test rows of each of two sets that the other learns from; targets count where both have them."""
        features, answers = self.columns(i, j), self.answers(i, j)
        if not features:
            return
        columns = (*features, *answers)
        one, other = self._twins(i, j, columns)
        for a, b, twin in ((i, j, one), (j, i, other)):
            test = self.sets[a].split.test
            learned = self.hashes(b, columns)[self.sets[b].fitting]
            copied = test[twin[test] & np.isin(self.hashes(a, columns)[test], learned)]
            if len(copied):
                yield a, b, copied

    def disputed(self, i: int, j: int) -> Iterator[Finding]:
        """Rows with the same features in both sets, most of which have another class in one than in the other."""
        features, answers = self.columns(i, j), self.answers(i, j)
        one, other = self.sets[i], self.sets[j]
        if not features or not answers or not all(s.has_classes for data in (one, other) for s in data.targets):
            return
        twin, _ = self._twins(i, j, features)
        shared = int(twin.sum())
        if shared < _DISPUTED:
            return
        whole = (*features, *answers)
        apart = int((~np.isin(self.hashes(i, whole)[twin], self.hashes(j, whole))).sum())
        if apart >= max(_DISPUTED, _OTHERS * shared):
            rule = (
                f"{one.name!r} and {other.name!r} have {counted(shared, 'row')} with the same features, and {apart:,} "
                f"of them have another {listed(answers)} in one set than in the other: no network for both can "
                "get them right"
            )
            evidence: dict[str, float | int | str] = {"set": other.name, "other": one.name}
            evidence |= {"rows": shared, "with_other_target": apart}
            yield Finding("set_conflicts", "warning", answers, rule, evidence, EACH)


def _finding(data: SetData, found: Mapping[str, np.ndarray], answered: bool = True) -> Finding:
    """Test rows of a set, by the set whose training has them; not `answered` where that one has other targets."""
    rows = np.unique(np.concatenate(list(found.values())))
    test = len(data.split.test)
    share = len(rows) / test
    severity: Severity = "note"
    if answered and len(rows) >= _FEWEST and share >= _WARNING:
        severity = "fatal" if share >= _FATAL else "warning"
    others = sorted(found, key=lambda name: -len(found[name]))
    named = listed(others[:_NAMED]) + (f" and {len(others) - _NAMED:,} more" if len(others) > _NAMED else "")
    places = ", ".join(str(row + 1) for row in rows[:_NAMED]) + (", ..." if len(rows) > _NAMED else "")
    what = "is a copy of a row" if len(rows) == 1 else "are copies of rows"
    it = "it" if len(rows) == 1 else "them"
    why = f"a network for both has seen {it}" if answered else f"for other targets, so a network for both has met {it}"
    rule = (
        f"{len(rows):,} of {counted(test, 'test row')} of {data.name!r} {what} that {named} "
        f"{'is' if len(others) == 1 else 'are'} trained on ({'row' if len(rows) == 1 else 'rows'} {places}): {why}"
    )
    evidence: dict[str, float | int | str] = {
        "set": data.name,
        "rows": len(rows),
        "share_of_test_rows": round(share, 4),
    }
    evidence |= {f"rows of {name}": len(found[name]) for name in others[:_NAMED]}
    return Finding("seen_rows", severity, (), rule, evidence, EACH)
