"""A source of tables: `{fixed_width: data/t.txt, widths: [3, 8]}`."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from protokit.collect.files.cells import Cells
from protokit.collect.files.file_source import FileSource
from protokit.collect.files.files import File
from protokit.collect.files.texts import decoded
from protokit.collect.options import Encoding, Missing
from protokit.collect.source import SOURCES
from protokit.core.places import Fault
from protokit.core.values.said import Notice
from protokit.grammar.faults import refuse
from protokit.grammar.words import Word

if TYPE_CHECKING:
    import pandas as pd


def _widths(given: object) -> tuple[int, ...]:
    if not isinstance(given, (list, tuple)) or not given or not all(type(one) is int and one > 0 for one in given):
        raise refuse(Fault(f"widths are whole numbers from 1, not {given!r}", "write widths: [3, 8]"))
    return tuple(given)


@SOURCES.add
class FixedWidth(FileSource):
    """Text whose fields have the same width on each line; the names are on the first one."""

    name = "fixed_width"
    about = "text in columns of fixed width"
    example = "{fixed_width: data/people.txt, widths: [12, 3]}"

    missing: Missing = None
    encoding: Encoding = None
    widths: Annotated[
        tuple[int, ...] | None,
        Word(_widths, {"type": "array", "items": {"type": "integer", "minimum": 1}, "minItems": 1}),
        Field(description="of the fields, in characters", examples=[[12, 3]]),
    ] = None

    @classmethod
    def conflicts(cls, written: Mapping[str, object]) -> Iterator[Fault]:
        """The widths are needed."""
        if written.get("widths") is None:
            yield Fault("fixed_width needs the widths of its fields", "write widths: [3, 8]", ("fixed_width",))

    def columns_of_file(self, file: File) -> list[str] | None:
        """The names on the first line."""
        return self.cells(file).names

    def cells(self, file: File) -> Cells:
        """The fields of each line, as texts."""
        text = decoded(file, self.encoding, written=f"fixed_width: {self.location}")
        starts = list(accumulate(self.widths or (), initial=0))
        rows = []
        for number, line in enumerate(text.splitlines(), 1):
            if len(line) > starts[-1]:
                raise file.error(f"longer than {starts[-1]} characters", "check the widths", number, starts[-1] + 1)
            rows.append([line[a:b].strip() for a, b in pairwise(starts)])
        if len(rows) < 2:
            raise file.error("no rows below the names", "give a table with rows")
        return Cells(rows[0], list(zip(*rows[1:], strict=True)))

    def frame(self, cells: Cells, texts: Collection[str] = ()) -> tuple[pd.DataFrame, list[Notice]]:
        """Numbers as numbers, the rest as text."""
        from protokit.collect.text_cells import frame

        return frame(cells.names, cells.columns, missing=self.missing, texts=texts)
