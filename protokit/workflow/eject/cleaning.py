"""Steps of cleaning as DuckDB's SQL: what a recipe writes is SQL already."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from protokit.collect.step import Step
from protokit.core.errors import SpecError
from protokit.grammar.expressions import quote
from protokit.recipe.recipe import Recipe
from protokit.workflow.eject.refusal import INSTEAD


def steps_of(recipe: Recipe, names: list[str]) -> list[str]:
    """The queries of a recipe's steps, each over the `rows` that the one before has left; `names` are its columns.

    Raises:
        SpecError: a step has no script.
    """
    found: list[str] = []
    for i, step in enumerate(recipe.collect.clean):
        write = _STEPS.get(step.name)
        if write is None:
            path = ("collect", "clean", i, step.name)
            raise SpecError.one(f"the step {step.name} has no script", INSTEAD, path)
        found += write(step.written, names)
        names = _after(step, names)
    return found


def _after(step: Step[object], names: list[str]) -> list[str]:
    return step.columns_after(names, lambda *_, **__: None)


def _column(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _filter(written: Any, names: list[str]) -> list[str]:
    return [f"SELECT * FROM rows WHERE {written}"]


def _derive(written: Any, names: list[str]) -> list[str]:
    found, known = [], {*names}
    for name, text in written.items():
        own = f"({text}) AS {_column(name)}"
        found.append(f"SELECT * REPLACE ({own}) FROM rows" if name in known else f"SELECT *, {own} FROM rows")
        known.add(name)
    return found


def _drop(written: Any, names: list[str]) -> list[str]:
    return [f"SELECT * EXCLUDE ({', '.join(map(_column, written))}) FROM rows"]


def _keep(written: Any, names: list[str]) -> list[str]:
    gone = [name for name in names if name not in written]
    return _drop(gone, names) if gone else []


def _rename(written: Any, names: list[str]) -> list[str]:
    pairs = ", ".join(f"{_column(old)} AS {_column(new)}" for old, new in written.items())
    return [f"SELECT * RENAME ({pairs}) FROM rows"]


def _fill(written: Any, names: list[str]) -> list[str]:
    own = ", ".join(f"coalesce({_column(n)}, {_sql(value)}) AS {_column(n)}" for n, value in written.items())
    return [f"SELECT * REPLACE ({own}) FROM rows"]


def _sql(value: Any) -> str:
    return quote(value) if isinstance(value, str) else repr(value).upper()


def _drop_duplicates(written: Any, names: list[str]) -> list[str]:
    key = ", ".join(map(_column, written or names))
    return [f'SELECT * FROM rows QUALIFY row_number() OVER (PARTITION BY {key} ORDER BY "row number") = 1']


_STEPS: Mapping[str, Callable[[Any, list[str]], list[str]]] = {
    "filter": _filter,
    "derive": _derive,
    "drop": _drop,
    "keep": _keep,
    "rename": _rename,
    "fill": _fill,
    "drop_duplicates": _drop_duplicates,
}
