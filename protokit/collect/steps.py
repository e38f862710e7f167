"""One step of joining or cleaning: its place in the recipe for what goes wrong, and what it reports."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from protokit.collect.warehouse import Rows, Warehouse
from protokit.core.errors import DataError, SpecError
from protokit.core.names import number
from protokit.core.places import Path, dotted
from protokit.core.values import Notice
from protokit.grammar import expressions
from protokit.recipe.recipe import Recipe


@dataclass
class At:
    """A step of a recipe at work."""

    recipe: Recipe
    path: Path
    warehouse: Warehouse
    notices: list[Notice] = field(default_factory=list)

    def fault(self, rule: str, cure: str | None = None, *path: str | int) -> SpecError:
        """The recipe says something that cannot be with this data."""
        return self.recipe.error((*self.path, *path), rule, cure)

    def wrong(self, rule: str, cure: str | None = None, *path: str | int) -> DataError:
        """The data is not what the recipe says."""
        whole = (*self.path, *path)
        place = self.recipe.document.place(whole)
        return DataError(rule, place=str(place) if place else dotted(whole), cure=cure)

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

    def sql(self, rows: Rows, text: str, *path: str | int, aggregate: bool = False) -> str:
        """An expression of the recipe as SQL over these rows."""
        expression = expressions.parse(text, aggregate=aggregate)
        return expression.sql({c.name: self.inner(rows, c.name, *path) for c in expression.columns})

    @contextmanager
    def running(self, names: Mapping[str, str], *path: str | int) -> Iterator[None]:
        """Say what the database finds wrong in the words of the recipe, at its line.

        Raises:
            SpecError: the expression does not fit the columns' types.
            DataError: a row's value cannot be computed.
        """
        import duckdb

        try:
            yield
        except (duckdb.BinderException, duckdb.ParserException, duckdb.CatalogException) as error:
            raise self.fault(_said(error, names), "cast(column as double) or another type", *path) from None
        except duckdb.OutOfMemoryException:
            raise self.wrong("no room for this in memory", "fewer rows or columns, or more memory", *path) from None
        except duckdb.Error as error:
            cure = "try_cast(column as double) gives a missing cell where a value does not fit"
            raise self.wrong(_said(error, names), cure, *path) from None


def _said(error: Exception, names: Mapping[str, str]) -> str:
    text = re.sub(r"^\w[\w ]* Error: ", "", str(error).split("\n")[0])
    outer = {inner: name for name, inner in names.items()}
    text = re.sub(r"\b[crt]\d+\b", lambda match: repr(outer.get(match[0], match[0])), text)
    text = text.split(" You might need")[0].rstrip(".! ")
    return text[:1].lower() + text[1:]


def shares(part: int, whole: int) -> str:
    """A count of rows with its share: `12 of 40 rows (30%)`."""
    return f"{part:,} of {whole:,} rows ({number(100 * part / whole if whole else 0.0)}%)"
