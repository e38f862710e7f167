"""What a column may be cast to, as it is written: a type, or `{date: {order: day}}`."""

from __future__ import annotations

from protokit.collect.step import CASTS, Report
from protokit.core.places import Path
from protokit.core.suggest import did_you_mean
from protokit.grammar.dates import date_options_schema, faults_of_dates
from protokit.grammar.words import JsonSchema, closed


def cast_schema() -> JsonSchema:
    """The JSON Schema of what a column is cast to."""
    return {"anyOf": [{"enum": list(CASTS)}, closed({"date": date_options_schema()}, required=["date"])]}


def read_cast(value: object, report: Report, path: Path) -> None:
    """Report what is wrong with what a column is cast to."""
    if isinstance(value, dict):
        if list(value) != ["date"]:
            report(f"a column is cast to one type, not {value!r}", "write {date: {order: day}}", path)
            return
        for fault in faults_of_dates(value["date"]):
            report(fault.rule, fault.cure, (*path, "date", *fault.path), fault.part)
    elif value not in CASTS:
        report(f"unknown type {value!r}", did_you_mean(str(value), CASTS), path)


def split(value: object) -> tuple[str, object]:
    """The type, and what is written beside it."""
    if isinstance(value, dict):
        return "date", value["date"]
    return str(value), None
