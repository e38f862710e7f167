"""What a step of joining or cleaning works with: the database, its path in the recipe for errors, and its notices."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial

import duckdb

from protokit.cells.numbers import is_like_a_number
from protokit.cells.times.columns import moment
from protokit.collect.database.place import TEXT_OF, Place, Rows
from protokit.collect.expressions.cures import cure_of, held
from protokit.collect.expressions.text_times import compared, family_of, misread
from protokit.core.errors import DataError, SpecError
from protokit.core.names import counted, number
from protokit.core.places import Path
from protokit.core.values.said import Notice
from protokit.grammar import expressions
from protokit.grammar.expressions import quote


@dataclass
class Context:
    """A step of a recipe at work. `path` is that of what is written for it, from the recipe's start.

    `by_time` are columns, by their names after the step, by which time goes later. `is_again`: the rows are those of a
    later table, which need not have all that the step is for.
    """

    path: Path
    warehouse: Place
    notices: list[Notice] = field(default_factory=list)
    by_time: frozenset[str] = frozenset()
    is_again: bool = False

    def below(self, *path: str | int) -> Context:
        """The same for a part of what is written."""
        return replace(self, path=(*self.path, *path))

    def fault(self, rule: str, cure: str | None = None, *path: str | int) -> SpecError:
        """The recipe says something that cannot be with this data."""
        return SpecError.one(rule, cure, (*self.path, *path))

    def wrong(self, rule: str, cure: str | None = None, *path: str | int) -> DataError:
        """The data is not what the recipe says."""
        return DataError(rule, cure=cure, path=(*self.path, *path))

    def inner(self, rows: Rows, name: str, *path: str | int) -> str:
        """The inner name of a column whose values can be computed with.

        Raises:
            SpecError: they cannot.
        """
        column = rows.columns[name]
        if not column.inner:
            rule = f"the cells of {name!r} are no numbers, texts, dates or booleans"
            raise self.fault(rule, "leave the column out of joins and cleaning", *path)
        return column.inner

    def needed(self, rows: Rows, name: str, family: str, *path: str | int) -> str:
        """The inner name of a column of a family: number, text, boolean or date.

        Raises:
            SpecError: it is of another.
        """
        inner, found = self.inner(rows, name, *path), rows.columns[name].family
        if found != family and not (family == "date" and found.startswith("date")):
            raise self.fault(f"{name!r} is a {found}, not a {family}", f"- cast: {{{name}: {family}}} before", *path)
        return inner

    def sql(self, rows: Rows, text: str, *path: str | int, aggregate: bool = False) -> str:
        """An expression of the recipe as SQL over these rows."""
        expression = expressions.parse(text, aggregate=aggregate)
        for name, number_said in expression.held_against_numbers():
            if name in rows.columns and rows.columns[name].family == "text":
                rule = f"{name!r} holds texts, and {number_said} is a number: 1.10, 1.1 and 01.1 are different texts"
                kind = held(self.warehouse, rows, name) or "number"
                cure = f"- cast: {{{name}: {kind}}} before"
                cure = f"quote it: '{number_said}', or {cure}" if kind == "number" else cure
                raise self.fault(rule, cure, *path)
        with self.running(rows, *path):
            wrong = [misread(self.warehouse, rows, part) for part in expression.cast_to_dates()]
            wrong += [compared(self.warehouse, rows, *one) for one in expression.comparisons()]
        for found in filter(None, wrong):
            raise self.wrong(*found, *path)
        dates = {c.name for c in expression.columns if rows.columns[c.name].family.startswith("date")}
        if dates:
            try:
                expression = expression.dated(dates, moment)
            except expressions.Refused as error:
                raise self.fault(error.rule, error.cure, *path) from None
        with self.running(rows, *path):
            expression = expression.with_texts(TEXT_OF, partial(family_of, self.warehouse, rows))
        return expression.sql({c.name: self.inner(rows, c.name, *path) for c in expression.columns})

    def text(self, text: str) -> str:
        """A text as SQL."""
        return quote(text)

    def constant(self, rows: Rows, name: str, value: str | int | float | bool, *path: str | int) -> str:
        """A constant of the recipe as SQL, of the column's own family.

        Raises:
            SpecError: it is of another, or the column has no value at all.
        """
        family = rows.columns[name].family
        kind = "boolean" if isinstance(value, bool) else "text" if isinstance(value, str) else "number"
        if isinstance(value, str) and family.startswith("date"):
            found = moment(value)
            if found is None:
                raise self.fault(f"{value!r} is no date", "write 2024-12-31", *path)
            return f"TIMESTAMP {quote(found)}"
        if kind != family:
            if self.count(rows, f"{self.inner(rows, name, *path)} IS NOT NULL"):
                cure = f"write a {family}, or - cast: {{{name}: {kind}}} before"
                raise self.fault(f"{value!r} is a {kind}, and {name!r} a {family}", cure, *path)
            raise self.fault(f"{name!r} has no value at all", f"- derive: {{{name}: ...}} gives it one", *path)
        return quote(value) if isinstance(value, str) else repr(value).upper()

    def count(self, rows: Rows, condition: str) -> int:
        """How many rows a condition is true for."""
        [count] = self.warehouse.one(f"SELECT count(*) FROM {rows.table} WHERE {condition}")
        return int(count)

    def where(self, rows: Rows, condition: str, count: int | None = None) -> Rows:
        """The rows that a condition is true for; `count` are these, where that is known before."""
        select = f"SELECT * FROM {rows.table} WHERE {condition}"
        return self.warehouse.create(select, rows.order, rows.columns, drop=rows, count=count)

    def refuse_lost(self, rows: Rows, name: str, sql: str, what: str, *path: str | int) -> None:
        """Hold that no cell of a column goes missing by some SQL.

        Raises:
            DataError: with the number of such cells, and the row and value of the first.
        """
        inner, row = rows.columns[name].inner, rows.order[0]
        lost = f"{inner} IS NOT NULL AND ({sql}) IS NULL"
        with self.running(rows, *path):
            count = self.count(rows, lost)
        if count:
            select = f"SELECT {row}, {inner} FROM {rows.table} WHERE {lost} ORDER BY {', '.join(rows.order)} LIMIT 1"
            first, value = self.warehouse.one(select)
            more = f", and {counted(count - 1, 'more cell')}" if count > 1 else ""
            rule = f"{value!r} in row {self.warehouse.row_name(first)} of {name!r} {what}{more}"
            cure = f"replace: {{{name}: {{{json.dumps(str(value), ensure_ascii=False)}: ...}}}} before"
            if not is_like_a_number(str(value)):
                cure += ", with null for a missing cell"
            raise self.wrong(rule, cure, *path)

    @contextmanager
    def running(self, rows: Rows, *path: str | int) -> Iterator[None]:
        """Say what the database finds wrong in the words of the recipe, at its line.

        Raises:
            SpecError: the expression does not fit the columns' types.
            DataError: a row's value cannot be computed.
        """
        try:
            yield
        except (duckdb.BinderException, duckdb.ParserException, duckdb.CatalogException) as error:
            raise self.fault(_said(error, rows.names()), cure_of(self.warehouse, rows, str(error)), *path) from None
        except duckdb.OutOfMemoryException:
            raise self.wrong("no room for this in memory", "fewer rows or columns, or more memory", *path) from None
        except duckdb.Error as error:
            cure = cure_of(self.warehouse, rows, str(error))
            raise self.wrong(_said(error, rows.names()), cure, *path) from None


def _said(error: Exception, names: Mapping[str, str]) -> str:
    text = re.sub(r"^\w[\w ]* Error: ", "", str(error).split("\n")[0])
    outer = {inner: name for name, inner in names.items()}
    text = re.sub(r"\b[crt]\d+\b", lambda match: repr(outer.get(match[0], match[0])), text)
    text = text.split(" You might need")[0].rstrip(".! ")
    return text[:1].lower() + text[1:]


def shares(part: int, whole: int) -> str:
    """A count of rows with its share: `12 of 40 rows (30%)`."""
    return f"{part:,} of {counted(whole, 'row')} ({number(100 * part / whole if whole else 0.0)}%)"
