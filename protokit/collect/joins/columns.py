"""What a join does to the columns' names, found from the recipe alone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from protokit.collect.joins.words import Join
from protokit.collect.step import Report, columns_in, report_missing, report_missing_in
from protokit.core.places import Path


def columns_after(
    join: Join, names: Sequence[str] | None, right: Sequence[str] | None, report: Report
) -> list[str] | None:
    """The columns that there are after a join of a table with the columns `right`; None for names not known.

    Every column that it needs and that is not there is reported.
    """

    def need(column: str, among: Sequence[str] | None, path: Path, *, key: bool = False) -> None:
        if among is not None:
            report_missing(column, among, report, path, "key" if key else "value")

    pairs = [(("on",), pair) for pair in join.on]
    pairs += [((name,), pair) for name, pair in (("as_of", join.as_of), ("before", join.before)) if pair is not None]
    for path, (left, own) in pairs:
        need(left, names, path)
        need(own, right, path)
    for name in join.cast:
        need(name, right, ("cast", name), key=True)
    for name, text in (join.aggregate or {}).items():
        if right is not None:
            report_missing_in(text, right, report, ("aggregate", name), aggregate=True)
    if names is None or (right is None and join.aggregate is None):
        return None
    new = added(join, right or ())
    doubled = [name for name in new if name in names]
    if doubled:
        rule = f"{doubled[0]!r} is a column of the rows and of {join.table!r}"
        if len(doubled) > 1:
            rule = f"{rule}, and so are {len(doubled) - 1} more"
        cure = f"add prefix: {join.table}_" if not join.prefix else "choose another prefix"
        at: Path = ("prefix",) if join.prefix else ("with",)
        if join.aggregate is not None and not join.prefix:
            rule, cure = f"{doubled[0]!r} is a column already", "name it otherwise"
            at = ("aggregate", doubled[0])
        report(rule, cure, at, "key" if len(at) > 1 else "value")
    return [*names, *(name for name in new if name not in names)]


def added(join: Join, columns: Iterable[str]) -> dict[str, str]:
    """The columns that a join adds: their names after it, and in the joined table.

    Keys are there already; so is the time of `as_of`, unless it has another name.
    """
    keys = {right for _, right in join.on}
    if join.aggregate is not None:
        return {join.prefix + name: name for name in join.aggregate}
    if join.as_of is not None and join.prefix + join.as_of[1] == join.as_of[0]:
        keys.add(join.as_of[1])
    return {join.prefix + name: name for name in columns if name not in keys}


def mentioned(join: Join) -> frozenset[str]:
    """The columns of the rows that a join computes with."""
    pairs = [*join.on, *(pair for pair in (join.as_of, join.before) if pair is not None)]
    return frozenset(left for left, _ in pairs)


def times_in(join: Join, by_time: frozenset[str]) -> frozenset[str]:
    """The columns of a joined table that time goes by, in the join or by their names after it."""
    own = {name.removeprefix(join.prefix) for name in by_time if name.startswith(join.prefix)}
    return frozenset(own | {pair[1] for pair in (join.as_of, join.before) if pair is not None})


def mentioned_in(join: Join, later: frozenset[str] | None, columns: Iterable[str]) -> frozenset[str]:
    """The columns of a joined table that it, or a step after it, computes with."""
    own = {right for _, right in join.on} | set(join.cast)
    own |= {pair[1] for pair in (join.as_of, join.before) if pair is not None}
    own |= set(columns_in(*(join.aggregate or {}).values(), aggregate=True))
    return frozenset(name for name in columns if later is None or name in own or join.prefix + name in later)
