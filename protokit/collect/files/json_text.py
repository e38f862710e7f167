"""JSON: the values of a text, with the place of what is wrong; and records as columns."""

from __future__ import annotations

import json
from abc import abstractmethod
from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING, Any

from protokit.collect.files import nested, text_places
from protokit.collect.files.cells import Cells
from protokit.collect.files.file_source import FileSource
from protokit.collect.files.files import File
from protokit.collect.files.texts import decoded
from protokit.collect.options import Encoding, Missing
from protokit.core.values.said import Notice

if TYPE_CHECKING:
    import pandas as pd

_MOST_FOR_A_HEADER = 1 << 23  # the names of the columns take reading all records


class JsonSource(FileSource):
    """Files of JSON, whose cells have the types that JSON gives them."""

    encoding: Encoding = None
    missing: Missing = None

    def text(self, file: File) -> str:
        """The text of a file.

        Raises:
            DataError: it cannot be decoded.
        """
        return decoded(file, self.encoding, written=f"{self.name}: {self.location}")

    @abstractmethod
    def cells(self, file: File) -> Cells:
        """All values."""

    def columns_of_file(self, file: File) -> list[str] | None:
        """The names of the columns; None for a file that takes long to read."""
        if len(file.head(_MOST_FOR_A_HEADER)) >= _MOST_FOR_A_HEADER:
            return None
        cells = self.cells(file)
        columns = zip(cells.names, cells.columns, strict=True)
        return [*cells.names, *(below for name, values in columns for below in nested.names_below(name, values))]

    def frame(self, cells: Cells, texts: Collection[str] = ()) -> tuple[pd.DataFrame, list[Notice]]:
        """The values with the types that JSON gives them."""
        from protokit.cells.missing import blanked
        from protokit.collect.typed_cells import frame

        found, notices = frame(cells.names, cells.columns)
        return blanked(found, self.missing, texts), notices


def of_records(records: list[dict[str, object]], file: File) -> Cells:
    """Records as columns; a name that a record has not is missing there."""
    names = list(dict.fromkeys(name for record in records for name in record))
    if not names:
        raise file.error("no rows", "give a table with rows")
    return Cells(names, [[record.get(name) for record in records] for name in names])


class _Doubled(ValueError):
    """A name that stands twice in one mapping."""


def _mapping(pairs: Iterable[tuple[str, object]]) -> dict[str, object]:
    pairs = list(pairs)
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        raise _Doubled(next(name for i, name in enumerate(names) if name in names[:i]))
    return found


def _constant(text: str) -> None:
    if text != "NaN":
        raise _Doubled(text)


def value_of(text: str, file: File, line: int) -> Any:
    """The value of a text that starts on a line of a file.

    Raises:
        DataError: it is not JSON, with line and column.
    """
    try:
        return json.loads(text, object_pairs_hook=_mapping, parse_constant=_constant)
    except json.JSONDecodeError as error:
        row, column = text_places.of(text, error.pos)
        rule = "the file is empty" if not text.strip() else f"not JSON: {error.msg}"
        raise file.error(rule, "mend it, or write it anew with a JSON library", line + row - 1, column) from None
    except _Doubled as error:
        if str(error).endswith("Infinity"):
            raise file.error(f"the number {error}", "write null, or a finite number", line) from None
        raise file.error(f"two values of one record are named {str(error)!r}", "rename one", line) from None
    except RecursionError:
        raise file.error("nested too deep", "flatten it", line) from None
    except ValueError as error:  # a whole number of thousands of digits
        raise file.error(f"not JSON: {error}", "put it in quotes", line) from None


def short(value: object) -> str:
    """A value as it fits into a line."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 40 else text[:40] + "…"
