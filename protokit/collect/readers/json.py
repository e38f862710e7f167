"""JSON: a list of records, or a mapping of columns."""

from __future__ import annotations

from protokit.collect.files.cells import Cells
from protokit.collect.files.files import File
from protokit.collect.files.json_text import JsonSource, of_records, short, value_of
from protokit.collect.files.texts import decoded
from protokit.collect.source import SOURCES


@SOURCES.add
class Json(JsonSource):
    """A file with one JSON value: `[{"a": 1}, ...]`, `{"a": [1, ...]}`, or `{"a": {"0": 1, ...}}` as pandas writes."""

    name = "json"
    about = "a list of records, or a mapping of columns"
    example = "{json: data/people.json}"
    rank = 2
    endings = (".json", ".json.gz")

    def cells(self, file: File) -> Cells:
        """All values.

        Raises:
            DataError: it is not JSON, with line and column, or neither records nor columns.
        """
        text = decoded(file)
        data = value_of(text, file, 1)
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
