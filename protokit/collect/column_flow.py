"""The columns' names through joins and cleaning, found from the recipe alone: no row is read, no library loaded."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from protokit.collect.database.casts import split
from protokit.collect.joins import columns as joined
from protokit.collect.step import Origins, Plain, Step, reporting
from protokit.collect.words import Collect, Times
from protokit.core.errors import SpecError
from protokit.core.places import Fault

if TYPE_CHECKING:
    from protokit.cells.missing import Notations  # which loads pandas

_TEXTS = ("category", "text")
_TO_DATES = ("cast", "parse_dates")
_OF_NAMES = ("rename", "drop", "keep")  # steps that compute with no cell
Tables = Mapping[str, Sequence[str] | None]


def columns_after(collect: Collect, tables: Tables) -> tuple[list[str] | None, list[Fault]]:
    """The columns that joins and cleaning leave, and every name in them that is not there.

    `tables` has the columns of each table, None where they are not known; what follows from such a table is not
    known either, and not held against anything.
    """
    first = next(iter(tables), None)
    found = tables[first] if first is not None else None
    names = None if found is None else list(found)
    faults: list[Fault] = []
    for i, join in enumerate(collect.join):
        report = reporting(faults, ("collect", "join", i))
        names = joined.columns_after(join, names, tables.get(join.table), report)
    for i, step in enumerate(collect.clean):
        if names is not None:
            names = step.columns_after(names, reporting(faults, ("collect", "clean", i, step.name)))
    return names, faults


def check_names(collect: Collect, tables: Tables) -> list[str] | None:
    """The columns that joins and cleaning leave; None where they are not known.

    Raises:
        SpecError: with every name in joins and cleaning that is not there.
    """
    names, faults = columns_after(collect, tables)
    if faults:
        raise SpecError(faults)
    return names


def mentioned(collect: Collect) -> frozenset[str] | None:
    """The columns that joins and cleaning compute with, by every name that they have there; None where it is all."""
    found: frozenset[str] = frozenset().union(*map(joined.mentioned, collect.join))
    for step in collect.clean:
        own = step.mentioned()
        if own is None:
            return None
        found |= own
    return found


def traced(collect: Collect, wanted: Iterable[str], *, keys: bool = False) -> dict[str, frozenset[str]]:
    """The columns of each table that the wanted ones come from unchanged, through renames and joins.

    `keys`: those that tables are joined by, too. A column may be named for a table that has none of that name: which
    of two tables brings a column is not known before they are read.
    """
    names = frozenset(wanted)
    for step in reversed(collect.clean):
        before = [step.replayed(frozenset((name,)))[1] for name in names]
        names = frozenset(name for own in before if len(own) == 1 for name in own)
    found: dict[str, frozenset[str]] = {}
    for join in reversed(collect.join):
        own = {name.removeprefix(join.prefix) for name in names if name.startswith(join.prefix)}
        if keys:
            own |= {right for _, right in join.on}
            names |= {left for left, _ in join.on}
        found[join.table] = found.get(join.table, frozenset()) | own
    first = next(iter(collect.tables), "")
    found[first] = found.get(first, frozenset()) | names
    return found


def later(collect: Collect, i: int) -> Times:
    """`Collect.times` by the names of the columns after the step `i`, joins and cleaning counted together.

    Joins after it go by time, too; what such a step computes from a column is computed from a time.
    """
    by, said = collect.times.by, collect.times.said
    for step in reversed(collect.clean[max(0, i + 1 - len(collect.join)) :]):
        if step.name in _TO_DATES and isinstance(step.written, Mapping):
            said |= {name for name, written in step.written.items() if not _is_open(written)}
        by, said = (frozenset().union(*(step.replayed(frozenset((one,)))[1] for one in some)) for some in (by, said))
    for join in collect.join[i + 1 :]:
        said |= {left for left, _ in join.on}
        by |= {pair[0] for pair in (join.as_of, join.before) if pair is not None}
    return Times(by, said)


def _is_open(written: object) -> bool:
    """Whether a step makes dates of a column, and leaves the order of day and month to its cells."""
    kind, options = ("date", written) if isinstance(written, dict) and "date" not in written else split(written)
    return kind == "date" and not (isinstance(options, dict) and options.get("order"))


def cast_to_texts(collect: Collect) -> tuple[dict[str, frozenset[str]], dict[str, frozenset[str]]]:
    """The columns of each table that a step makes categories or texts, as `traced` has them.

    Those of the second are computed with before: there they are numbers where that loses nothing.
    """
    alone: dict[str, frozenset[str]] = {}
    used: dict[str, frozenset[str]] = {}
    keys = frozenset().union(*map(joined.mentioned, collect.join))
    for i, step in enumerate(collect.clean):
        written = step.written if step.name == "cast" else None
        names = [name for name, kind in written.items() if kind in _TEXTS] if isinstance(written, dict) else []
        before = collect.model_copy(update={"clean": collect.clean[:i]})
        others = [one.mentioned() for one in before.clean if one.name not in _OF_NAMES]
        for name in names:
            own = traced(before, [name])
            every = frozenset((name, *(one for some in own.values() for one in some)))
            free = not any(one is None or every & one for one in others) and not every & keys
            found = alone if free else used
            for table, columns in own.items():
                found[table] = found.get(table, frozenset()) | columns
    return alone, used


def _name_before(step: Step[object], name: str) -> str | None:
    """The name that a column has before a step, where its cells come through it; None where it is made there."""
    is_made = step.name == "derive" and isinstance(step.written, dict) and name in step.written
    return None if is_made else _source(step, name)


def _source(step: Step[object], name: str) -> str | None:
    """The one column that a column comes from or is computed from in a step; None where these are more, or none."""
    own = step.replayed(frozenset((name,)))[1]
    return next(iter(own)) if len(own) == 1 else None


def said_of_casts(collect: Collect, notations: Notations) -> Collect:
    """The same, where a cast to numbers reads texts as is said of the column that comes of it."""
    names, steps = dict(notations), list(collect.clean)
    for i, step in reversed(list(enumerate(collect.clean))):
        if step.name == "cast" and isinstance(step.written, dict):
            own = {name: names[name] for name, kind in step.written.items() if kind == "number" and name in names}
            marks = {name: zip(("decimal", "thousands"), said, strict=True) for name, said in own.items()}
            said_of = {name: {"number": {key: mark for key, mark in pairs if mark}} for name, pairs in marks.items()}
            steps[i] = type(step)({**step.written, **said_of}) if own else step
        before = {name: _name_before(step, name) for name in names}
        names = {own: names[name] for name, own in before.items() if own is not None}
    return collect.model_copy(update={"clean": tuple(steps)}) if tuple(steps) != tuple(collect.clean) else collect


def cast_by_notation(collect: Collect) -> dict[str, Notations]:
    """The columns of each table that a step casts to numbers in a notation that it names: they come to it as texts,
    and so does the one column that such a column is computed from."""
    found: dict[str, dict[str, tuple[str | None, str | None]]] = {}
    for i, step in enumerate(collect.clean):
        written = step.written if step.name == "cast" else None
        for name, kind in written.items() if isinstance(written, dict) else ():
            said = kind.get("number") if isinstance(kind, dict) else None
            first: str | None = name
            for before in reversed(collect.clean[:i]):
                first = None if first is None else _source(before, first)
            if first is None or not isinstance(said, dict):
                continue
            for table, own in traced(collect.model_copy(update={"clean": ()}), [first]).items():
                marks = (said.get("decimal"), said.get("thousands"))
                found.setdefault(table, {}).update(dict.fromkeys(own, marks))
    return dict(found)


def readings_after(
    collect: Collect, read_as: Mapping[str, Mapping[str, tuple[str, ...]]]
) -> dict[str, tuple[str, ...]]:
    """The readings of numbers in each table's columns, by the columns' names after the joins."""
    found = dict(read_as.get(next(iter(read_as), ""), {}))
    for join in collect.join:
        own = [name for name in read_as.get(join.table, ()) if name not in join.cast]
        if join.aggregate is None:
            found |= {new: read_as[join.table][name] for new, name in joined.added(join, own).items()}
    return found


def origins(collect: Collect) -> dict[str, tuple[str, ...]]:
    """The columns that each derived column was computed from, directly or through others, by their last names."""
    return {name: tuple(sorted(own)) for name, own in _origins(collect).items() if own}


def derived(collect: Collect) -> frozenset[str]:
    """The columns that are in no table: those that are derived, and aggregates of joins, by their last names."""
    return frozenset(_origins(collect))


def _origins(collect: Collect) -> Origins:
    found: Origins = {join.prefix + name: frozenset() for join in collect.join for name in join.aggregate or ()}
    for step in collect.clean:
        found = step.origins_after(found)
    return found


def replay(collect: Collect, needed: Iterable[str]) -> tuple[tuple[Plain, ...], tuple[str, ...]]:
    """The steps, as a recipe has them, that make the needed columns, and the columns that a table must have for them.

    Every row of a later table is predicted: no step drops one. What only makes other columns, such as the target, is
    left out, so that a table without them will do.
    """
    wanted = frozenset(needed)
    kept: list[Plain] = []
    for step in reversed(collect.clean):
        again, wanted = step.replayed(wanted)
        if again is not None:
            kept.append(again.as_plain())
    return tuple(reversed(kept)), tuple(sorted(wanted))
