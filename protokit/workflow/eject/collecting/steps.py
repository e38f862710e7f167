"""Steps of cleaning as DuckDB's SQL: what a recipe writes is SQL already."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from protokit.collect.database.casting import FALSE, TRUE
from protokit.collect.database.casts import split
from protokit.core.errors import SpecError
from protokit.grammar.expressions import quote
from protokit.workflow.eject.collecting.workbench import Workbench, column, columns
from protokit.workflow.eject.script import INSTEAD

_NUMBERS = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT",
            "FLOAT", "DOUBLE", "DECIMAL")  # fmt: skip
_BLANKS = "chr(160), chr(8239), chr(12288), chr(65279)"
_ORDERS = {
    "day": ("%d/%m/%Y", "%d.%m.%Y", "%d-%m-%Y", "%d/%m/%y", "%d.%m.%y"),
    "month": ("%m/%d/%Y", "%m.%d.%Y", "%m-%d-%Y", "%m/%d/%y"),
    "year": ("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d"),
}
_FAMILIES = {"BOOLEAN": "boolean", "DATE": "date", "TIMESTAMP": "date", "TIMESTAMP_NS": "date"}
_WIDTH = 80  # of a query in one line
_CLOCKS = ("", " %H:%M", " %H:%M:%S", "T%H:%M:%S")


def add_steps(bench: Workbench, steps: Any) -> None:
    """Put the queries of some steps on the bench.

    Raises:
        SpecError: a step has no script.
        duckdb.Error: one cannot run.
    """
    for i, step in enumerate(steps):
        write = _STEPS.get(step.name)
        if write is None:
            path = ("collect", "clean", i, step.name)
            raise SpecError.one(f"the step {step.name} has no script", INSTEAD, path)
        for query in write(step.written, bench):
            bench.add(query)


def _filter(written: Any, bench: Workbench) -> Iterator[str]:
    yield f"SELECT * FROM rows WHERE {written}"


def _derive(written: Any, bench: Workbench) -> Iterator[str]:
    for name, text in written.items():
        own, gap = f"{text} AS {column(name)}", " " if len(text) < _WIDTH else "\n"
        yield f"SELECT * REPLACE ({own}){gap}FROM rows" if name in bench.types() else f"SELECT *, {own}{gap}FROM rows"


def _drop(written: Any, bench: Workbench) -> Iterator[str]:
    yield f"SELECT * EXCLUDE ({columns(written)}) FROM rows"


def _keep(written: Any, bench: Workbench) -> Iterator[str]:
    if gone := [name for name in bench.types() if name not in written]:
        yield from _drop(gone, bench)


def _rename(written: Any, bench: Workbench) -> Iterator[str]:
    pairs = ", ".join(f"{column(old)} AS {column(new)}" for old, new in written.items())
    yield f"SELECT * RENAME ({pairs}) FROM rows"


def _fill(written: Any, bench: Workbench) -> Iterator[str]:
    yield _replaced({name: f"coalesce({column(name)}, {_sql(value)})" for name, value in written.items()})


def _replace(written: Any, bench: Workbench) -> Iterator[str]:
    def cases(name: str, pairs: Mapping[Any, Any]) -> str:
        each = (f"WHEN {column(name)} = {_sql(old)} THEN {_sql(new)}" for old, new in pairs.items())
        return f"CASE {' '.join(each)} ELSE {column(name)} END"

    yield _replaced({name: cases(name, pairs) for name, pairs in written.items()})


def _drop_duplicates(written: Any, bench: Workbench) -> Iterator[str]:
    key = columns(written or bench.types())
    yield f'SELECT * FROM rows QUALIFY row_number() OVER (PARTITION BY {key} ORDER BY "row number") = 1'


def _trim(written: Any, bench: Workbench) -> Iterator[str]:
    texts = written or [name for name, kind in bench.types().items() if kind == "VARCHAR"]
    if texts:
        blanks = f"concat(E' \\t\\n\\v\\f\\r', {_BLANKS})"
        yield _replaced({name: f"trim({column(name)}, {blanks})" for name in texts})


def _clip(written: Any, bench: Workbench) -> Iterator[str]:
    def moved(name: str, low: Any, high: Any) -> str:
        cases = [f"WHEN {column(name)} < {low} THEN {low}"] if low is not None else []
        cases += [f"WHEN {column(name)} > {high} THEN {high}"] if high is not None else []
        return f"CASE {' '.join(cases)} ELSE {column(name)} END"

    yield _replaced({name: moved(name, *bounds) for name, bounds in written.items()})


def _outliers(written: Any, bench: Workbench) -> Iterator[str]:
    for name, (low, high) in written.items():
        inside = [f"{column(name)} >= {low}"] * (low is not None) + [f"{column(name)} <= {high}"] * (high is not None)
        yield f"SELECT * FROM rows WHERE {column(name)} IS NULL OR ({' AND '.join(inside)})"


def _cast(written: Any, bench: Workbench) -> Iterator[str]:
    if made := casts(written, bench, "rows"):
        yield _replaced(made)


def _parse_dates(written: Any, bench: Workbench) -> Iterator[str]:
    made = {
        name: _dated(name, form, bench, "rows")
        if isinstance(form, Mapping)
        else f"strptime({column(name)}, {quote(form)})"
        for name, form in written.items()
    }
    for name, form in written.items():
        if isinstance(form, str) and "%z" in form.lower():
            made[name] = f"timezone('UTC', {made[name]})"
    yield _replaced(made)


def casts(written: Mapping[str, Any], bench: Workbench, table: str) -> dict[str, str]:
    """The columns of a table as other types, in SQL; those that are so already are left out.

    Raises:
        SpecError: a cast has no script.
    """
    types, found = bench.types(table), {}
    for name, given in written.items():
        kind, options = split(given)
        own, is_text = column(name), types[name] == "VARCHAR"
        is_number = types[name].startswith(_NUMBERS)
        kind = "number" if kind == "duration" and is_number else kind  # of seconds
        if kind in ("category", "text"):
            text = f"CAST({own} AS VARCHAR)"
            whole = types[name] in ("DOUBLE", "FLOAT")
            found[name] = f"regexp_replace({text}, '\\.0$', '')" if whole else text
        elif kind == "number" and not options and not is_number:
            of_text = f"CASE WHEN isfinite(TRY_CAST({own} AS DOUBLE)) THEN CAST({own} AS DOUBLE) END"
            found[name] = of_text if is_text else f"CAST({own} AS BIGINT)"
        elif kind == "boolean" and is_text:
            word = f"lower(trim({own}))"
            found[name] = (
                f"CASE WHEN {word} IN ({_words(TRUE)}) THEN TRUE WHEN {word} IN ({_words(FALSE)}) THEN FALSE END"
            )
        elif kind == "boolean" and is_number:
            found[name] = f"CASE WHEN {own} = 1 THEN TRUE WHEN {own} = 0 THEN FALSE END"
        elif kind == "date" and is_text:
            found[name] = _dated(name, options or {}, bench, table)
        elif kind == _FAMILIES.get(types[name].split("(")[0], "number" if is_number else "") and not options:
            continue  # as it is
        else:
            rule = f"the cast of {name!r} to {given!r} has no script"
            raise SpecError.one(rule, INSTEAD, ("collect",))
        if bench.any_lost(table, own, found[name]):
            raise SpecError.one(f"the cast of {name!r} to {given!r} has no script for its cells", INSTEAD, ("collect",))
    return found


def _dated(name: str, options: Any, bench: Workbench, table: str) -> str:
    """Texts as times, by the one form that all of them have.

    Raises:
        SpecError: there is none.
    """
    own, order = column(name), options.get("order")
    if not {*options} - {"order"}:
        ways = [f"CAST({own} AS TIMESTAMP)"] if order in (None, "year") else []
        forms = [form + clock for clock in _CLOCKS for form in _ORDERS.get(str(order or "year"), ())]
        ways += [f"strptime({own}, {quote(form)})" for form in forms]
        tried = {way: way.replace("CAST(", "TRY_CAST(").replace("strptime(", "try_strptime(") for way in ways}
        for way, careful in tried.items():
            if not bench.any_lost(table, own, careful):
                return way
    rule = f"the dates of {name!r} are in no one form that DuckDB reads: no script"
    raise SpecError.one(rule, INSTEAD, ("collect",))


def _words(words: tuple[str, ...]) -> str:
    return ", ".join(map(quote, words))


def _replaced(made: Mapping[str, str]) -> str:
    each = [f"{sql} AS {column(name)}" for name, sql in made.items()]
    if sum(map(len, each)) < _WIDTH:
        return f"SELECT * REPLACE ({', '.join(each)}) FROM rows"
    return "SELECT * REPLACE (\n    " + ",\n    ".join(each) + "\n)\nFROM rows"


def _sql(value: Any) -> str:
    if value is None:
        return "NULL"
    return quote(value) if isinstance(value, str) else repr(value).upper()


_STEPS: Mapping[str, Callable[[Any, Workbench], Iterator[str]]] = {
    "filter": _filter,
    "derive": _derive,
    "drop": _drop,
    "keep": _keep,
    "cast": _cast,
    "clip": _clip,
    "fill": _fill,
    "outliers": _outliers,
    "parse_dates": _parse_dates,
    "rename": _rename,
    "replace": _replace,
    "trim": _trim,
    "drop_duplicates": _drop_duplicates,
}
