"""Texts as dates."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING

from protokit.collect.step import STEPS, ColumnMapping, Done, Report
from protokit.core.values.said import Notice
from protokit.grammar.readings import date_options_schema, faults_of_dates
from protokit.grammar.words import TEXT, JsonSchema

if TYPE_CHECKING:
    from protokit.collect.database.context import Context
    from protokit.collect.database.warehouse import Rows


_DIRECTIVES = frozenset("aAbBcdDfgGHIjmMnpSuUVwWxXyYzZ-%")


@STEPS.add
class ParseDates(ColumnMapping[object]):
    """Reads texts as dates, of a format or of any form that is known."""

    name = "parse_dates"
    about = "texts as dates, by their format, or by which of day, month and year stands first"
    example = '{date: "%d/%m/%Y"}'
    rank = 13

    @classmethod
    def value_schema(cls) -> JsonSchema:
        """A format, or how dates are read."""
        return {"anyOf": [TEXT, date_options_schema()]}

    @classmethod
    def read_value(cls, column: str, value: object, report: Report) -> None:
        """A format such as `%d/%m/%Y`, or `{order: day}`."""
        if isinstance(value, dict):
            for fault in faults_of_dates(value):
                report(fault.rule, fault.cure, (column, *fault.path), fault.part)
            return
        cure = 'write "%d/%m/%Y" or "%Y-%m-%d %H:%M:%S"'
        if not isinstance(value, str) or "%" not in value:
            report(f"a format of dates has parts such as %Y, not {value!r}", cure, (column,))
            return
        for match in re.finditer(r"%(-?.?)", value):
            if match[1].lstrip("-")[:1] not in _DIRECTIVES or match[1] in ("", "-"):
                report(f"unknown part {match[0]!r} of a format of dates", cure, (column,))

    def run(self, context: Context, rows: Rows) -> Done:
        """Read the texts; one that is not of the format is an error."""
        from protokit.cells.times.rules import FOUR_DIGITS, TWO_DIGITS
        from protokit.collect.database.casting import date_sql
        from protokit.collect.database.times import options_of, rule_of

        values, decided = {}, dict(self.written)
        for name, form in self.written.items():
            if not isinstance(form, str):
                edit = partial("parse_dates: {{{0}: {{{1}}}}}".format, name)
                values[name], rule = date_sql(context, rows, name, rule_of(form), edit)
                decided[name] = options_of(rule)
                context.refuse_lost(rows, name, values[name], "is no date", name)
                continue
            inner = context.needed(rows, name, "text", name)
            values[name] = f"try_strptime({inner}, {context.text(form)})"
            if "%z" in form.lower():  # a moment of UTC, as all times with an offset
                values[name] = f"timezone('UTC', {values[name]})"
            if {"y", "-y"} & {*re.findall(r"%(-?.)", form)}:
                context.notices.append(Notice(f"{name!r} has {TWO_DIGITS}", (name,), FOUR_DIGITS))
            with context.running(rows, name):
                context.refuse_lost(rows, name, values[name], f"is not of the form {form}", name)
        detail = ", ".join(f"{name} as {as_shown(form)}" for name, form in self.written.items())
        return Done(context.warehouse.changed(rows, values), detail, step=ParseDates(decided))


def as_shown(form: object) -> str:
    """A format, or how dates are read, in a few words."""
    if isinstance(form, dict):
        return ", ".join(f"{name} {value}" for name, value in form.items()) or "dates"
    return str(form)
