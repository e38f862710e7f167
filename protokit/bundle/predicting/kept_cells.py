"""Cells that are read as they stand: no mark of missing ones, no number within a text, no formula of a sheet."""

from __future__ import annotations

from protokit.bundle.input_schema import InputSchema
from protokit.cells.missing import USUAL_WORDS, Marks
from protokit.represent.few.table import FewCells

_FOR_SHEETS = '="'


class KeptCells:
    """By how a model's tables are read."""

    def __init__(self, schema: InputSchema | None) -> None:
        self.as_file = schema is not None and schema.as_file
        listed = schema.reading.get("missing") if schema is not None else None
        self._marks = Marks.of(listed) if isinstance(listed, list) else None
        self._words = USUAL_WORDS | {"", *(self._marks.texts if self._marks is not None else ())}

    def are(self, cells: FewCells) -> bool:
        """Whether no cell of a column is read as another, but for blanks around texts."""
        if self._marks is None and not self.as_file:
            return True
        numbers = self._marks.floats if self._marks is not None else ()
        if str in cells.kinds and len(cells.kinds) > 1:
            return False
        for cell in cells.values:
            if type(cell) is str:
                text = cell.strip()
                if text in self._words or text.startswith(_FOR_SHEETS) or (numbers and any(map(str.isdigit, text))):
                    return False
            elif cell is not None and self._marks is not None and self._marks.has(cell):
                return False
        return True
