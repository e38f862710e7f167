"""JSON: a list of records, or a mapping of columns, also below a key."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from protokit.collect.files import json_shapes
from protokit.collect.files.cells import Cells
from protokit.collect.files.files import File
from protokit.collect.files.json_text import JsonSource, of_records, short, value_of
from protokit.collect.options import text
from protokit.collect.source import SOURCES
from protokit.core.errors import DataError
from protokit.core.values.said import Notice


@SOURCES.add
class Json(JsonSource):
    """A file with one JSON value: `[{"a": 1}, ...]`, `{"a": [1, ...]}`, or `{"a": {"0": 1, ...}}` as pandas writes."""

    name = "json"
    about = "a list of records, or a mapping of columns, also below a key"
    example = "{json: data/people.json, records: data.items}"
    rank = 2
    endings = (".json", ".json.gz")

    records: Annotated[
        str | None,
        text("records"),
        Field(description="the key that the records stand below, with dots between keys", examples=["data"]),
    ] = None

    def cells(self, file: File) -> Cells:
        """All values.

        Raises:
            DataError: it is not JSON, with line and column, or neither records nor columns.
        """
        content = self.text(file)
        try:
            data = value_of(content, file, 1)
        except DataError:
            if json_shapes.are_lines(content):
                cure = f"write {{jsonl: {self.location}}}"
                raise file.error("a record on each line, which is no one JSON value", cure, 2, 1) from None
            raise
        told: list[Notice] = []
        if self.records is not None:
            data = json_shapes.below(data, self.records, file)
        elif (found := json_shapes.record_keys(data)) and not json_shapes.are_columns(data):
            if len(found) > 1:
                raise file.error("lists of records below several keys", "write records: " + " or ".join(found))
            data = json_shapes.below(data, found[0], file)
            told.append(Notice(f"the records below {found[0]!r} were read", (), f"write records: {found[0]} to say so"))
        if (split := json_shapes.of_split(data)) is not None:
            return Cells(*split, tuple(told))
        if (rows := json_shapes.rows_by_key(data)) is not None:
            told.append(Notice("a mapping of records, read without their keys", (), "write a list to say so"))
            data = rows
        cells = self._table(data, file)
        return Cells(cells.names, cells.columns, (*told, *cells.notices))

    def _table(self, data: Any, file: File) -> Cells:
        cure = 'write [{"a": 1, "b": 2}, ...] or {"a": [1, ...], "b": [2, ...]}'
        if isinstance(data, dict):
            columns = list(data.values())
            if columns and all(isinstance(column, dict) and column.keys() == columns[0].keys() for column in columns):
                data = {name: [column[row] for row in columns[0]] for name, column in data.items()}
            lengths = {len(value) if isinstance(value, list) else None for value in data.values()}
            if None in lengths or len(lengths) > 1:
                rule = "a mapping of columns has a list of the same length for each"
                odd = next((name for name, value in data.items() if not isinstance(value, list)), None)
                raise file.error(rule + (f", and {odd!r} has none" if odd is not None else ""), cure)
            if lengths <= {0}:
                raise file.error("no rows", "give a table with rows")
            return Cells(list(data), list(data.values()))
        if not isinstance(data, list):
            raise file.error("neither a list of records nor a mapping of columns", cure)
        for i, record in enumerate(data, 1):
            if not isinstance(record, dict):
                raise file.error(f"item {i} is no record: {short(record)}", cure)
        return of_records(data, file)
