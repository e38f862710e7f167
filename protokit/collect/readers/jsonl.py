"""JSON lines: a record a line."""

from __future__ import annotations

from protokit.collect.files.cells import Cells
from protokit.collect.files.files import File
from protokit.collect.files.json_text import JsonSource, of_records, short, value_of
from protokit.collect.source import SOURCES


@SOURCES.add
class JsonLines(JsonSource):
    """A file with one JSON record on each line, plain or gzipped."""

    name = "jsonl"
    about = "one record a line, plain or gzipped"
    example = "{jsonl: data/events.jsonl.gz}"
    rank = 3
    endings = (".jsonl", ".jsonl.gz", ".ndjson", ".ndjson.gz")

    def cells(self, file: File) -> Cells:
        """All values.

        Raises:
            DataError: a line is no record, with line and column.
        """
        records = []
        for number, line in enumerate(self.text(file).split("\n"), 1):
            if line.strip():
                record = value_of(line, file, number)
                if not isinstance(record, dict):
                    raise file.error(f"no record: {short(record)}", 'write {"a": 1, "b": 2} on each line', number, 1)
                records.append(record)
        return of_records(records, file)
