"""What a column may be cast to, as it is written: a type, `{date: {order: day}}` or `{number: {decimal: ","}}`."""

from __future__ import annotations

from protokit.collect.step import CASTS, Report
from protokit.core.places import Path
from protokit.core.suggest import did_you_mean
from protokit.grammar.readings import date_options_schema, faults_of_dates, faults_of_notation, notation_schema
from protokit.grammar.words import JsonSchema, closed

_OPTIONS = {"date": faults_of_dates, "number": faults_of_notation}


def cast_schema() -> JsonSchema:
    """The JSON Schema of what a column is cast to."""
    dates = closed({"date": date_options_schema()}, required=["date"])
    numbers = closed({"number": notation_schema()}, required=["number"])
    return {"anyOf": [{"enum": list(CASTS)}, dates, numbers]}


def read_cast(value: object, report: Report, path: Path) -> None:
    """Report what is wrong with what a column is cast to."""
    if isinstance(value, dict):
        if len(value) != 1 or (kind := str(next(iter(value)))) not in _OPTIONS:
            cure = 'write {date: {order: day}} or {number: {decimal: ","}}'
            report(f"a column is cast to one type, not {value!r}", cure, path)
            return
        for fault in _OPTIONS[kind](value[kind]):
            report(fault.rule, fault.cure, (*path, kind, *fault.path), fault.part)
    elif value not in CASTS:
        report(f"unknown type {value!r}", did_you_mean(str(value), CASTS), path)


def split(value: object) -> tuple[str, object]:
    """The type, and what is written beside it."""
    if isinstance(value, dict):
        [(kind, options)] = value.items()
        return str(kind), options
    return str(value), None
