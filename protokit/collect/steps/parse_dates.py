"""Texts as dates."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from protokit.collect.step import STEPS, ColumnMapping, Done, Report
from protokit.grammar.words import TEXT, JsonSchema

if TYPE_CHECKING:
    from protokit.collect.database.context import Context
    from protokit.collect.database.warehouse import Rows


_DIRECTIVES = frozenset("aAbBcdDfgGHIjmMnpSuUVwWxXyYzZ-%")


@STEPS.add
class ParseDates(ColumnMapping[str]):
    """Reads texts as dates of a format."""

    name = "parse_dates"
    about = "texts as dates, by their format"
    example = '{date: "%d/%m/%Y"}'
    rank = 13

    @classmethod
    def value_schema(cls) -> JsonSchema:
        """A text."""
        return TEXT

    @classmethod
    def read_value(cls, column: str, value: object, report: Report) -> None:
        """A format such as `%d/%m/%Y`."""
        cure = 'write "%d/%m/%Y" or "%Y-%m-%d %H:%M:%S"'
        if not isinstance(value, str) or "%" not in value:
            report(f"a format of dates has parts such as %Y, not {value!r}", cure, (column,))
            return
        for match in re.finditer(r"%(-?.?)", value):
            if match[1].lstrip("-")[:1] not in _DIRECTIVES or match[1] in ("", "-"):
                report(f"unknown part {match[0]!r} of a format of dates", cure, (column,))

    def run(self, context: Context, rows: Rows) -> Done:
        """Read the texts; one that is not of the format is an error."""
        values = {}
        for name, form in self.written.items():
            inner = context.needed(rows, name, "text", name)
            values[name] = f"try_strptime({inner}, {context.text(form)})"
            with context.running(rows.names(), name):
                context.refuse_lost(rows, name, values[name], f"is not of the form {form}", name)
        detail = ", ".join(f"{name} as {form}" for name, form in self.written.items())
        return Done(context.warehouse.changed(rows, values), detail)
