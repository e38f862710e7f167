"""Other names for columns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from protokit.collect.step import STEPS, ColumnMapping, Done, Origins, Report, Step
from protokit.grammar.words import TEXT, JsonSchema

if TYPE_CHECKING:
    from protokit.collect.database.context import Context
    from protokit.collect.database.warehouse import Rows


@STEPS.add
class Rename(ColumnMapping[str]):
    """Gives columns other names, all at once."""

    name = "rename"
    about = "other names for columns"
    example = "{old: new}"
    rank = 10

    @classmethod
    def value_schema(cls) -> JsonSchema:
        """A name."""
        return TEXT

    @classmethod
    def read_value(cls, column: str, value: object, report: Report) -> None:
        """A name."""
        if not isinstance(value, str) or not value:
            report(f"a column's name is a text, not {value!r}", None, (column,))

    @classmethod
    def read(cls, given: object, report: Report) -> Mapping[str, str]:
        """The new names by the old ones; no two are alike."""
        found = super().read(given, report)
        news = list(found.values())
        for i, (old, new) in enumerate(found.items()):
            if isinstance(new, str) and new in news[:i]:
                report(f"two columns would be named {new!r}", "choose another name", (old,))
        return found

    def columns_after(self, names: list[str], report: Report) -> list[str]:
        """Under their new names, which may not be taken."""
        super().columns_after(names, report)
        for old, new in self.written.items():
            if new in names and new not in self.written:
                report(f"{new!r} is a column already", f"drop {new!r} before, or choose another name", (old,))
        return [self.written.get(name, name) for name in names]

    def origins_after(self, origins: Origins) -> Origins:
        """The same under the new names."""
        new = self.written
        return {new.get(name, name): frozenset(new.get(one, one) for one in own) for name, own in origins.items()}

    def replayed(self, wanted: frozenset[str]) -> tuple[Step[object] | None, frozenset[str]]:
        """The renaming of what is wanted."""
        kept = {old: new for old, new in self.written.items() if new in wanted}
        return (Rename(kept) if kept else None), (wanted - set(kept.values())) | set(kept)

    def run(self, context: Context, rows: Rows) -> Done:
        """Leave the cells where they are."""
        columns = {self.written.get(name, name): column for name, column in rows.columns.items()}
        return Done(rows.named(columns), ", ".join(f"{old} is {new}" for old, new in self.written.items()))
