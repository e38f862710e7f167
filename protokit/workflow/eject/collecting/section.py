"""The first part of a script: the tables read, put below each other, joined and cleaned."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

import duckdb
import pandas as pd

from protokit.collect.collect import collect
from protokit.collect.database.as_written import AsWritten
from protokit.collect.readers.csv import Csv
from protokit.core.values.tables import Table
from protokit.recipe.recipe import Recipe
from protokit.workflow.eject.code import call, listed, literal, name_of
from protokit.workflow.eject.collecting.comparing import missing_in, otherwise
from protokit.workflow.eject.collecting.joins import add_join
from protokit.workflow.eject.collecting.reading import read
from protokit.workflow.eject.collecting.steps import add_steps
from protokit.workflow.eject.collecting.workbench import PART, Workbench
from protokit.workflow.eject.script import Section
from protokit.workflow.eject.texts import tables
from protokit.workflow.run.collecting import Wanted

_WIDTH = 108  # of a line of SQL
_TOLD = "Every table is read as the run read it."


def collecting(recipe: Recipe, table: Table, used: Sequence[str]) -> Section:
    """Code that gives `table`, the rows as the run collected them, in which the columns `used` are the same.

    Raises:
        SpecError: a table is of a source, or is joined or cleaned, as no script is; or is read otherwise there.
    """
    spec = recipe.collect
    names, joined = list(spec.tables), {join.table for join in spec.join}
    stacked = [name for name in names[1:] if name in Wanted.of(recipe).stacked]
    lines, told = ["SEED = " + str(recipe.seed), ""], [_TOLD]
    queried = bool(spec.clean or spec.join)
    first = _Table(recipe, (names[0], *stacked), "table", lines)
    # queries compute with the columns as they were read: with all of them
    marks = first.plain(None if queried else table.frame, used)
    if stacked:
        told.append("Those of the test or the validation are put below the first.")
    others = []
    taken = {"table", "rows", "given", "found", "frame"}
    for name in names[1:]:
        if name in joined and name not in stacked:
            variable = name_of(name, taken)
            taken.add(variable)
            others.append((name, variable, _Table(recipe, (name,), variable, lines)))
            marks = [*marks, *others[-1][2].plain(None, ())]
    if marks:
        told.append("These texts mean a missing cell.")
    if queried:
        if others:
            told.append("Joins are queries of DuckDB's.")
        if spec.clean:
            told.append("Each step of cleaning is a query of DuckDB's over the rows that the one before has left.")
        frames = {"rows": first.frame, **{variable: own.frame for _, variable, own in others}}
        lines += _queried(recipe, table, used, frames, {name: variable for name, variable, _ in others})
        if stacked:
            lines.append(f"part = table.pop({literal(PART)}).to_numpy()")
    return Section("1. The tables", "\n".join(told), "\n".join(lines))


class _Table:
    """A table of a recipe, or several below each other, as lines of a script read it."""

    def __init__(self, recipe: Recipe, names: Sequence[str], variable: str, lines: list[str]) -> None:
        self.recipe, self.names, self.variable, self.lines = recipe, names, variable, lines
        self.frame = pd.DataFrame()

    def plain(self, run: pd.DataFrame | None, used: Sequence[str]) -> list[str]:
        """Write the lines that give the table, with its cells as the run has them; the texts that are missing cells.

        With `run`, the collected table, only its columns `used` are compared; else all, which have the types of the
        run, too.

        Raises:
            SpecError: it is read otherwise.
        """
        own = self._collected() if run is None else run
        self._read(own)
        name, lines = self.variable, self.lines
        compared = [*map(str, own.columns)] if run is None else [*used]
        self._plain_numbers(own, compared)
        if marks := missing_in(self.frame, own, compared):
            constant = "MISSING" if name == "table" else f"MISSING_IN_{name.upper()}"
            lines.append(listed(f"{constant} = ", map(literal, marks)))
            lines.append(f"{name} = {name}.mask({name}.isin({constant}))")
            self.frame = self.frame.mask(self.frame.isin(marks))
        if run is None:
            self._typed(own)
        if len(self.names) > 1 and run is None:
            lines.append(f"{name} = {name}.assign(**{{{literal(PART)}: part}})")
            self.frame = self.frame.assign(**{PART: "train"})
        return marks

    def _collected(self) -> pd.DataFrame:
        """The table as joins and steps of the run see it."""
        recipe, spec, wanted = self.recipe, self.recipe.collect, Wanted.of(self.recipe)
        first = next(iter(spec.tables))
        every = (spec, first, wanted.stacked, wanted.texts, wanted.apart, wanted.notations)
        written = AsWritten.of(*every)
        name = self.names[0]
        alone = {one: spec.tables[one] for one in self.names}
        plain = spec.model_copy(update={"tables": alone, "join": (), "clean": ()})
        with recipe.document.placing():
            return collect(
                plain,
                recipe.folder,
                stacked=self.names[1:],
                texts=written.texts.get(name, frozenset()),
                apart=written.apart.get(name, frozenset()),
                notations=written.notations.get(name, {}),
                times=wanted.times,
            ).frame

    def _read(self, run: pd.DataFrame) -> None:
        """Read the table; several are put below each other, and `part` says which rows are for what."""
        frames: list[tuple[str, pd.DataFrame]] = []
        for name in self.names:
            several = f"of_{name}" if name.isidentifier() else f"of_table_{len(frames) + 1}"
            variable = several if len(self.names) > 1 else self.variable
            (head, items), frame = read(name, self.recipe.collect.tables[name], self.recipe.folder, run)
            self.lines.append(call(head, items, before=f"{variable} = "))
            frames.append((variable, frame))
        self.frame = frames[0][1]
        if len(self.names) == 1:
            return
        self.frame = pd.concat([frame for _, frame in frames], ignore_index=True)
        below = [f"[{', '.join(v for v, _ in frames)}]", "ignore_index=True"]
        self.lines.append(call("pd.concat", below, before="table = "))
        split = self.recipe.represent.split
        parts = [f"[{literal(_part(name, split))}] * len({v})" for name, (v, _) in zip(self.names, frames, strict=True)]
        self.lines.append(f"part = np.array({' + '.join(parts)})")

    def _plain_numbers(self, run: pd.DataFrame, compared: Sequence[str]) -> None:
        """Numbers that have other marks than those of computers, where the table's options say so."""
        source = self.recipe.collect.tables[self.names[0]]
        decimal, thousands = (getattr(source, word, None) for word in ("decimal", "thousands"))
        if not isinstance(source, Csv) or (decimal in (None, ".") and thousands is None):
            return
        names = [n for n in compared if n in self.frame and n in run and run[n].dtype.kind in "iuf"]
        marks = f", {literal(decimal or '.')}, {literal(thousands or '')})"
        start = f"{self.variable} = plain_numbers({self.variable}, "
        self.lines.append(listed(start, map(literal, names), after=marks))
        self.frame = tables.plain_numbers(self.frame, names, decimal or ".", thousands or "")

    def _typed(self, run: pd.DataFrame) -> None:
        """Columns that queries compute with have the types that they have in the run."""
        kinds: dict[str, list[str]] = {}
        for name in run.columns:
            own, theirs = self.frame[name].dtype.kind, run[name].dtype.kind
            if theirs in "iuf" and own == "O":
                kinds.setdefault("float" if theirs == "f" else "int", []).append(str(name))
            elif theirs == "b" and own != "b":
                kinds.setdefault("bool", []).append(str(name))
        nested = [n for n in self.frame if self.frame[n].map(lambda cell: isinstance(cell, (list, dict))).any()]
        for name in map(str, nested):
            column = f"{self.variable}[{literal(name)}]"
            self.lines.append(f'{column} = {column}.map(json.dumps, na_action="ignore")')
            self.frame[name] = self.frame[name].map(json.dumps, na_action="ignore")
        for kind, names in kinds.items():
            start = f"{self.variable} = {self.variable}.astype(dict.fromkeys("
            self.lines.append(listed(start, map(literal, names), after=f", {kind}))"))
            self.frame = self.frame.astype(dict.fromkeys(names, kind))


def _queried(
    recipe: Recipe, table: Table, used: Sequence[str], frames: Mapping[str, pd.DataFrame], named: Mapping[str, str]
) -> list[str]:
    """Lines that join and clean, which gives the collected table.

    Raises:
        SpecError: DuckDB gives another one.
    """
    what = "the joins" if recipe.collect.join else "the steps of cleaning"
    try:
        with Workbench(frames) as bench:
            for join in recipe.collect.join:
                add_join(bench, join, named[join.table])
            add_steps(bench, table.clean or recipe.collect.clean)
            queries = bench.queries
        found = tables.queried(queries, **frames)
    except duckdb.Error as error:
        raise otherwise(what, str(error).splitlines()[0]) from None
    if missing_in(found, table.frame, used):
        raise otherwise(what, "texts that mean a missing cell")
    given = ["rows=table", *(f"{name}={name}" for name in frames if name != "rows")]
    return [listed("QUERIES = ", map(_query, queries)), call("queried", ["QUERIES", *given], before="table = ")]


def _query(text: str) -> str:
    """A query as code: over several lines where it has some, or is too long for one."""
    lines = [part for line in text.split("\n") for part in _wrapped(line)]
    if '"""' in text:
        return literal(text)
    raw = "r" * ("\\" in text)
    if len(lines) > 1:
        inside = "\n    ".join(lines)
        return f'{raw}"""\n    {inside}\n    """'
    both = '"' in text and "'" in text and text[-1] != '"'
    return f'{raw}"""{text}"""' if both or (raw and text[-1] != '"') else literal(text)


def _wrapped(line: str) -> list[str]:
    """A line of SQL, broken between its words where it is too long."""
    indent = " " * (len(line) - len(line.lstrip()))
    found = [indent]
    for word in re.findall(r"""(?:'[^']*'|"[^"]*"|[^\s'"])+""", line):
        if len(found[-1]) + len(word) > _WIDTH and found[-1].strip():
            found.append(indent + "    ")
        found[-1] += word if not found[-1].strip() else f" {word}"
    return found


def _part(name: str, split: Any) -> str:
    return "test" if name == split.test else "validation" if name == split.validation else "train"
