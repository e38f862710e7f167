"""The columns' names through joins and cleaning, found from the recipe alone: no row is read, no library loaded."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from protokit.core.places import Fault, Part, Path
from protokit.core.suggest import did_you_mean
from protokit.grammar import expressions
from protokit.grammar.sql_functions import VOLATILE
from protokit.recipe.cleaning import Clean
from protokit.recipe.joins import Join
from protokit.recipe.parts import Collect

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
        flow = _Flow(names, ("collect", "join", i), faults)
        names = flow.joined(join, tables.get(join.table))
    for i, step in enumerate(collect.clean):
        names = _Flow(names, ("collect", "clean", i), faults).cleaned(step)
    return names, faults


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


def mentioned(collect: Collect) -> frozenset[str] | None:
    """The columns that joins and cleaning compute with, by every name that they have there; None where it is all."""
    found: set[str] = set()
    for join in collect.join:
        pairs = [*join.on, *(pair for pair in (join.as_of, join.before) if pair is not None)]
        found |= {left for left, _ in pairs}
    for step in collect.clean:
        if step.bare:
            return None
        if step.name == "filter":
            found |= {column.name for column in expressions.parse(step.says).columns}
        elif step.name == "derive":
            found |= {column.name for text in step.says.values() for column in expressions.parse(text).columns}
        elif step.name not in ("drop", "keep"):
            found |= set(step.columns)
    return frozenset(found)


def origins(collect: Collect) -> dict[str, tuple[str, ...]]:
    """The columns that each derived column was computed from, directly or through others, by their last names."""
    found: dict[str, set[str]] = {}
    for step in collect.clean:
        if step.name == "derive":
            read = {name: expressions.parse(text).columns for name, text in step.says.items()}
            for name, columns in read.items():
                own = {column.name for column in columns} - {name}
                found[name] = own | {above for column in own for above in found.get(column, ())}
        elif step.name == "rename":
            new = step.says
            found = {new.get(name, name): {new.get(one, one) for one in own} for name, own in found.items()}
    return {name: tuple(sorted(own)) for name, own in found.items() if own}


def mentioned_in(join: Join, later: frozenset[str] | None, columns: Iterable[str]) -> frozenset[str]:
    """The columns of a joined table that it, or a step after it, computes with."""
    own = {right for _, right in join.on} | set(join.cast)
    own |= {pair[1] for pair in (join.as_of, join.before) if pair is not None}
    for text in (join.aggregate or {}).values():
        own |= {column.name for column in expressions.parse(text, aggregate=True).columns}
    return frozenset(name for name in columns if later is None or name in own or join.prefix + name in later)


class _Flow:
    """One step's view of the names, and where its faults go."""

    def __init__(self, names: list[str] | None, at: Path, faults: list[Fault]) -> None:
        self.names, self.at, self.faults = names, at, faults

    def _want(self, name: str, path: Path, part: Part = "value", *, among: Sequence[str] | None = None) -> None:
        known = self.names if among is None else among
        if known is not None and name not in known:
            rule, cure = _missing(name, known)
            self.faults.append(Fault(rule, cure, (*self.at, *path), part))

    def _read(self, text: str, path: Path, *, aggregate: bool = False, among: Sequence[str] | None = None) -> None:
        for column in expressions.parse(text, aggregate=aggregate).columns:
            self._want(column.name, path, among=among)

    def joined(self, join: Join, right: Sequence[str] | None) -> list[str] | None:
        """The names after a join."""
        pairs = [(("on",), pair) for pair in join.on]
        pairs += [((name,), pair) for name in ("as_of", "before") if (pair := getattr(join, name)) is not None]
        for path, (left, own) in pairs:
            self._want(left, path)
            if right is not None:
                self._want(own, path, among=right)
        if right is not None:
            for name in join.cast:
                self._want(name, ("cast", name), "key", among=right)
        for name, text in (join.aggregate or {}).items():
            if right is not None:
                self._read(text, ("aggregate", name), aggregate=True, among=right)
        if self.names is None or (right is None and join.aggregate is None):
            return None
        new = added(join, right or ())
        doubled = [name for name in new if name in self.names]
        if doubled:
            rule = f"{doubled[0]!r} is a column of the rows and of {join.table!r}"
            if len(doubled) > 1:
                rule = f"{rule}, and so are {len(doubled) - 1} more"
            cure = f"add prefix: {join.table}_" if not join.prefix else "choose another prefix"
            at: Path = ("prefix",) if join.prefix else ("with",)
            if join.aggregate is not None and not join.prefix:
                rule, cure = f"{doubled[0]!r} is a column already", "name it otherwise"
                at = ("aggregate", doubled[0])
            self.faults.append(Fault(rule, cure, (*self.at, *at), "key" if len(at) > 1 else "value"))
        return [*self.names, *(name for name in new if name not in self.names)]

    def cleaned(self, step: Clean) -> list[str] | None:
        """The names after a step of cleaning."""
        name = step.name
        if name == "filter":
            self._read(step.says, (name,))
        elif name == "derive":
            for column, text in step.says.items():
                self._read(text, (name, column))
                if self.names is not None and column not in self.names:
                    self.names = [*self.names, column]
        else:
            listed = isinstance(step.says, tuple)
            for i, column in enumerate(step.columns):
                self._want(column, (name, i) if listed else (name, column), "value" if listed else "key")
        return self._left(step)

    def _left(self, step: Clean) -> list[str] | None:
        names = self.names
        if names is None:
            return None
        if step.name in ("drop", "keep"):
            names = [n for n in names if (n in step.says) == (step.name == "keep")]
            if not names:
                self.faults.append(Fault("no column is left", "keep one", (*self.at, step.name)))
        if step.name == "rename":
            for old, new in step.says.items():
                if new in names and new not in step.says:
                    cure = f"drop {new!r} before, or choose another name"
                    self.faults.append(Fault(f"{new!r} is a column already", cure, (*self.at, "rename", old)))
            names = [step.says.get(n, n) for n in names]
        return names


def _missing(name: str, known: Sequence[str]) -> tuple[str, str | None]:
    if name.lower() in VOLATILE:
        return f"{name} is refused: it would not give the same twice", "use a column, or a constant"
    return f"no column {name!r} at this step", did_you_mean(name, known)
