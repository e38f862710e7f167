"""What a step of `collect.clean` says. Every step is the same for all rows: nothing is computed over them."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from protokit.core.places import Fault, Path
from protokit.core.suggest import did_you_mean, one_of
from protokit.grammar import expressions
from protokit.grammar.sql_functions import Refused
from protokit.recipe.faults import refuse
from protokit.recipe.joins import CASTS

_FITTED = ("median", "mean", "mode", "average", "avg", "ffill", "bfill", "interpolate", "knn")
_DIRECTIVES = frozenset("aAbBcdDfgGHIjmMnpSuUVwWxXyYzZ-%")
_SCALAR = (str, int, float, bool)


@dataclass(frozen=True)
class Clean:
    """One step of cleaning: its name, and what it says of columns (or rows)."""

    name: str
    says: Any = None
    bare: bool = False

    def as_plain(self) -> Any:
        """The step as a recipe has it."""
        return self.name if self.bare else {self.name: _thawed(self.says)}

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that it names, whether they are keys or a list."""
        return () if self.bare or isinstance(self.says, str) else tuple(self.says)


def steps(value: Any) -> Any:
    """The list of steps, for a validator."""
    if not isinstance(value, (list, tuple)):
        raise refuse(Fault(f"cleaning is a list of steps, not {value!r}", 'write - filter: "price > 0"'))
    faults: list[Fault] = []
    found: list[Clean] = []
    for i, given in enumerate(value):
        if isinstance(given, Clean):
            found.append(given)
            continue
        wrong, step = _step(given)
        faults += [fault.under((i,)) for fault in wrong]
        if step is not None:
            found.append(step)
    if faults:
        raise refuse(*faults)
    return tuple(found)


def _step(given: Any) -> tuple[list[Fault], Clean | None]:
    if isinstance(given, str):
        if given in BARE:
            return [], Clean(given, None, bare=True)
        if given in STEPS:
            return [Fault(f"{given} says nothing", f"write - {given}: {_EXAMPLES[given]}")], None
        return [Fault(f"unknown step {given!r}", did_you_mean(given, STEPS) or one_of(STEPS))], None
    if not isinstance(given, dict) or len(given) != 1:
        what = f"{len(given)} keys" if isinstance(given, dict) else repr(given)
        return [Fault(f"a step is one key with what it says, not {what}", 'write - filter: "price > 0"')], None
    [(name, says)] = given.items()
    if name not in STEPS:
        return [Fault(f"unknown step {name!r}", did_you_mean(str(name), STEPS) or one_of(STEPS), (name,), "key")], None
    faults: list[Fault] = []

    def report(rule: str, cure: str | None = None, path: Path = ()) -> None:
        faults.append(Fault(rule, cure, (name, *path)))

    read = STEPS[name](says, report)
    return (faults, None) if faults else ([], Clean(name, _frozen(read)))


Report = Callable[..., None]


def _filter(says: Any, report: Report) -> Any:
    try:
        expressions.parse(says)
    except Refused as error:
        report(error.rule, error.cure)
    return says


def _derive(says: Any, report: Report) -> Any:
    for name, text in _mapping("derive", says, report).items():
        try:
            expressions.parse(text)
        except Refused as error:
            report(error.rule, error.cure, (name,))
    return says


def _names(name: str) -> Callable[[Any, Report], Any]:
    def check(says: Any, report: Report) -> Any:
        listed = [says] if isinstance(says, str) and says else says
        if not isinstance(listed, (list, tuple)) or not listed:
            report(f"{name} is a list of columns, not {says!r}", f"write - {name}: {_EXAMPLES[name]}")
            return ()
        for i, column in enumerate(listed):
            if not isinstance(column, str) or not column:
                report(f"a column's name is a text, not {column!r}", None, (i,))
            elif column in listed[:i]:
                report(f"{column!r} stands twice", "remove one", (i,))
        return tuple(listed)

    return check


def _cast(says: Any, report: Report) -> Any:
    for name, kind in _mapping("cast", says, report).items():
        if kind not in CASTS:
            report(f"unknown type {kind!r}", did_you_mean(str(kind), CASTS), (name,))
    return says


def _bounds(name: str) -> Callable[[Any, Report], Any]:
    def check(says: Any, report: Report) -> Any:
        for column, pair in _mapping(name, says, report).items():
            listed = isinstance(pair, (list, tuple)) and len(pair) == 2
            if not listed or not all(b is None or _is_number(b) for b in pair) or pair[0] is pair[1] is None:
                cure = f"write {column}: [0, 5000]; null leaves a side open"
                if isinstance(pair, (str, dict)):
                    cure += "; bounds computed from all rows would be fitted on test rows"
                report(f"bounds are two numbers, not {pair!r}", cure, (column,))
            elif pair[0] is not None and pair[1] is not None and pair[0] > pair[1]:
                report(f"the lower bound {pair[0]!r} is above the upper one, {pair[1]!r}", "swap them", (column,))
        return says

    return check


def _fill(says: Any, report: Report) -> Any:
    for column, constant in _mapping("fill", says, report).items():
        if isinstance(constant, str) and constant.lower() in _FITTED:
            cure = "leave the cells missing: the scaler fills them, from training rows only; or write a constant"
            report(f"fill: {constant} would be fitted on test rows", cure, (column,))
        elif not _is_scalar(constant):
            report(f"a cell is filled with a constant, not {constant!r}", "write a number or a text", (column,))
    return says


def _rename(says: Any, report: Report) -> Any:
    news: set[str] = set()
    for old, new in _mapping("rename", says, report).items():
        if not isinstance(new, str) or not new:
            report(f"a column's name is a text, not {new!r}", None, (old,))
        elif new in news:
            report(f"two columns would be named {new!r}", "choose another name", (old,))
        else:
            news.add(new)
    return says


def _replace(says: Any, report: Report) -> Any:
    for column, pairs in _mapping("replace", says, report).items():
        if not isinstance(pairs, dict) or not pairs:
            report(f"replace maps old values to new ones, not {pairs!r}", f"write {column}: {{old: new}}", (column,))
            continue
        for old, new in pairs.items():
            if not _is_scalar(old) or not (new is None or _is_scalar(new)):
                report(f"{old!r}: {new!r} are not two values of a cell", "write old: new", (column, old))
    return says


def _formats(says: Any, report: Report) -> Any:
    for column, form in _mapping("parse_dates", says, report).items():
        cure = 'write "%d/%m/%Y" or "%Y-%m-%d %H:%M:%S"'
        if not isinstance(form, str) or "%" not in form:
            report(f"a format of dates has parts such as %Y, not {form!r}", cure, (column,))
            continue
        for match in re.finditer(r"%(-?.?)", form):
            if match[1].lstrip("-")[:1] not in _DIRECTIVES or match[1] in ("", "-"):
                report(f"unknown part {match[0]!r} of a format of dates", cure, (column,))
    return says


STEPS: dict[str, Callable[[Any, Report], Any]] = {
    "filter": _filter,
    "derive": _derive,
    "drop": _names("drop"),
    "keep": _names("keep"),
    "drop_duplicates": _names("drop_duplicates"),
    "cast": _cast,
    "clip": _bounds("clip"),
    "outliers": _bounds("outliers"),
    "fill": _fill,
    "rename": _rename,
    "replace": _replace,
    "trim": _names("trim"),
    "parse_dates": _formats,
}
BARE = ("drop_duplicates", "trim")
_EXAMPLES = {
    "filter": '"arr_delay is not null"',
    "derive": '{late: "arr_delay > 15"}',
    "drop": "[remark]",
    "keep": "[height, weight]",
    "drop_duplicates": "[customer, date]",
    "cast": "{month: category}",
    "clip": "{distance: [0, 5000]}",
    "outliers": "{distance: [0, 5000]}",
    "fill": "{city: unknown}",
    "rename": "{old: new}",
    "replace": "{city: {NYC: New York}}",
    "trim": "[city]",
    "parse_dates": '{date: "%d/%m/%Y"}',
}


def _mapping(name: str, says: Any, report: Report) -> dict[str, Any]:
    if not isinstance(says, dict) or not says:
        report(f"{name} is a mapping of columns, not {says!r}", f"write - {name}: {_EXAMPLES[name]}")
        return {}
    for column in says:
        if not isinstance(column, str) or not column:
            report(f"a column's name is a text, not {column!r}", "put it in quotes", (column,))
    return {column: value for column, value in says.items() if isinstance(column, str) and column}


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) < float("inf")


def _is_scalar(value: Any) -> bool:
    return isinstance(value, _SCALAR) and (not isinstance(value, float) or abs(value) < float("inf"))


def _frozen(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _frozen(part) for key, part in value.items()}
    return tuple(_frozen(part) for part in value) if isinstance(value, (list, tuple)) else value


def _thawed(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _thawed(part) for key, part in value.items()}
    return [_thawed(part) for part in value] if isinstance(value, tuple) else value
