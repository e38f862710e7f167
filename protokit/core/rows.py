"""Where the rows of a table stand in what it was read from: what a person looks up in the file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

_FILES = "protokit files"  # in the attributes of a frame that was read from several


@dataclass(frozen=True)
class SourceRows:
    """The row of the first table that each example comes from, whatever was joined, filtered or split since.

    Shapes:
        numbers: (rows,) int64, from 0 in the row's own file and table: `frame.iloc[number]` of what was read.
        tables: (rows,) the table's name, where several were put on top of each other; else None.
        files: (rows,) the file's name, where the table is of several; else None.
        keys: (rows,) by column: cells that name the row, such as an ID.
    """

    numbers: np.ndarray
    tables: np.ndarray | None = None
    files: np.ndarray | None = None
    keys: Mapping[str, np.ndarray] = field(default_factory=dict)

    def take(self, positions: np.ndarray) -> SourceRows:
        """Those of some rows, by their places."""
        return SourceRows(
            self.numbers[positions],
            None if self.tables is None else self.tables[positions],
            None if self.files is None else self.files[positions],
            {name: cells[positions] for name, cells in self.keys.items()},
        )

    def with_keys(self, keys: Mapping[str, np.ndarray]) -> SourceRows:
        """The same, with cells that name each row."""
        return replace(self, keys=dict(keys))

    @property
    def places(self) -> list[tuple[str, np.ndarray]]:
        """What the number of a row is counted in, where there are several: `table`, `file`."""
        found = [("table", self.tables), ("file", self.files)]
        return [(name, cells) for name, cells in found if cells is not None]

    def shown(self, place: int) -> str:
        """A row as a sentence has it, from 1: `12`, or `12 of b.csv (id: r11)`."""
        keys = ", ".join(f"{name}: {cells[place]}" for name, cells in self.keys.items())
        of = ", ".join(str(cells[place]) for _, cells in self.places)
        return shown(int(self.numbers[place]), of) + (f" ({keys})" if keys else "")

    def index(self) -> pd.Index:
        """An index for a frame of these rows, from which an error names the row: see `row_of`."""
        import numpy as np
        import pandas as pd

        if not self.places:
            plain: pd.Index = pd.Index(self.numbers)
            return plain
        kinds, names = [pd.factorize(cells) for _, cells in self.places], [""]
        which = np.zeros(len(self.numbers), np.intp)
        for codes, different in kinds:
            which = which * len(different) + codes
            names = [f"{name}, {one}" if name else str(one) for name in names for one in different]
        found: pd.Index = pd.MultiIndex.from_arrays([self.numbers, pd.Categorical(np.array(names, object)[which])])
        return found


def shown(number: int, of: str = "") -> str:
    """A row, given from 0, as a sentence has it."""
    return f"{number + 1:,}" + (f" of {of}" if of else "")


def row_of(label: object, position: int) -> str:
    """A row by its label in a frame's index, else by its place, as a sentence has it: from 1."""
    if isinstance(label, tuple) and len(label) == 2:
        return shown(int(label[0]), str(label[1]))
    return shown(int(label) if hasattr(label, "__index__") else position)


def with_files(frame: pd.DataFrame, rows: Sequence[tuple[str, int]]) -> pd.DataFrame:
    """The frame with a note of the files that its rows are of: their names and counts of rows, in order."""
    frame.attrs[_FILES] = list(rows)
    return frame


def rows_read(frame: pd.DataFrame, table: str | None = None) -> SourceRows:
    """The rows of a frame that was just read; the note of its files is taken away."""
    import numpy as np

    files = frame.attrs.pop(_FILES, None)
    found = of_files(np.arange(len(frame)), files or ())
    return found if table is None else replace(found, tables=np.full(len(frame), table, object))


def of_files(numbers: np.ndarray, files: Sequence[tuple[str, int]]) -> SourceRows:
    """Rows that are counted through all files, each in its own; `files` are their names and counts of rows."""
    import numpy as np

    if len(files) < 2:
        return SourceRows(numbers)
    starts = np.cumsum([0, *(count for _, count in files)])
    which = np.searchsorted(starts, numbers, side="right") - 1
    names = np.array([name for name, _ in files], object)
    return SourceRows(numbers - starts[which], None, names[which])


def joined(parts: Sequence[SourceRows]) -> SourceRows:
    """Rows one below the other: of several tables, or folds. All have the same keys."""
    import numpy as np

    def together(cells: Sequence[np.ndarray | None]) -> np.ndarray | None:
        if all(some is None for some in cells):
            return None
        filled = [
            np.full(len(part.numbers), "", object) if some is None else some
            for part, some in zip(parts, cells, strict=True)
        ]
        return np.concatenate(filled)

    if len(parts) == 1:
        return parts[0]
    return SourceRows(
        np.concatenate([part.numbers for part in parts]),
        together([part.tables for part in parts]),
        together([part.files for part in parts]),
        {name: np.concatenate([part.keys[name] for part in parts]) for name in parts[0].keys},
    )
