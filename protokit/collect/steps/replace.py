"""Other values in the place of some."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, cast

from protokit.collect.step import SCALAR, STEPS, ColumnMapping, Done, Report, Scalar, is_scalar
from protokit.core.names import counted
from protokit.core.values.said import Notice
from protokit.grammar.words import JsonSchema, mapping

if TYPE_CHECKING:
    from protokit.collect.database.context import Context
    from protokit.collect.database.warehouse import Rows


@STEPS.add
class Replace(ColumnMapping[Mapping[Scalar, Scalar | None]]):
    """Puts other values in the place of some."""

    name = "replace"
    about = "other values in the place of some; null for a missing cell"
    example = "{city: {NYC: New York}}"
    rank = 11

    @classmethod
    def value_schema(cls) -> JsonSchema:
        """A mapping of old values to new ones."""
        return mapping({"anyOf": [SCALAR, {"type": "null"}]})

    @classmethod
    def read_value(cls, column: str, value: object, report: Report) -> None:
        """Values of cells, by those they replace."""
        if not isinstance(value, dict) or not value:
            report(f"replace maps old values to new ones, not {value!r}", f"write {column}: {{old: new}}", (column,))
            return
        for old, new in value.items():
            if not is_scalar(old) or not (new is None or is_scalar(new)):
                report(f"{old!r}: {new!r} are not two values of a cell", "write old: new", (column, old))

    def run(self, context: Context, rows: Rows) -> Done:
        """Replace the values; one that is nowhere in the rows of training is told."""
        values, counts = {}, []
        for name, pairs in self.written.items():
            inner, cases, total = context.inner(rows, name, name), [], 0
            for old, new in pairs.items():
                path = (name, cast("str | int", old))  # a number of any kind may be a key
                condition = f"{inner} = {context.constant(rows, name, old, *path)}"
                value = "NULL" if new is None else context.constant(rows, name, new, *path)
                count = context.count(rows, condition)
                if not count and not context.is_again:
                    rule = f"replace finds no {old!r} in {name!r}"
                    context.notices.append(Notice(rule, (name,), "check its spelling"))
                total += count
                cases.append(f"WHEN {condition} THEN {value}")
            counts.append(f"{name}: {counted(total, 'cell')} replaced")
            values[name] = f"CASE {' '.join(cases)} ELSE {inner} END"
        return Done(context.warehouse.changed(rows, values), "; ".join(counts))
