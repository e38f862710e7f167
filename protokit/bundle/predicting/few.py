"""A few rows on their way through a model without pandas: one row takes little longer than its networks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pandas as pd

from protokit.bundle.opened.learned import Learned
from protokit.bundle.predicting.rows import Rows
from protokit.cells.missing import USUAL_WORDS, Marks
from protokit.represent.few.encoder import Encoded, FewEncoder
from protokit.represent.few.table import FewCells, few_cells
from protokit.represent.kind import Unusual

_NO_TABLE = pd.DataFrame()  # nothing that is said of few rows is in the cells
_FOR_SHEETS = '="'


class Few:
    """A model that few rows go through. Whatever is unusual in them is for the table's own way: see `Rows`."""

    def __init__(self, model: Learned, encoders: Sequence[FewEncoder]) -> None:
        self._model, self._encoders, schema = model, encoders, model.input_schema
        self._wanted, self._beside = model.columns, tuple(name for name in model.kinds if name not in model.columns)
        self._as_file = schema is not None and schema.as_file
        listed = schema.reading.get("missing") if schema is not None else None
        self._marks = Marks.of(listed) if isinstance(listed, list) else None
        self._words = USUAL_WORDS | {"", *(self._marks.texts if self._marks is not None else ())}

    @classmethod
    def of(cls, model: Learned) -> Few | None:
        """That of a model; None where its rows are cleaned first, its numbers are texts, or its encoders are others."""
        schema = model.input_schema
        if schema is not None and (schema.clean or schema.typed or schema.found or schema.notations):
            return None
        if any(part.clusters is not None for part in model.parts):
            return None
        found = [FewEncoder.of(part.encoder) for part in model.parts]
        encoders = [one for one in found if one is not None]
        return cls(model, encoders) if len(encoders) == len(found) else None

    def rows(self, table: object) -> Rows | None:
        """The rows of a table; None where it is to go the other way, on which is said what may be wrong with it."""
        cells = few_cells(table, self._wanted, self._beside)
        if cells is None or not all(map(self._is_kept, cells.values())):
            return None
        if self._as_file:
            cells = {name: _trimmed(one) for name, one in cells.items()}
        rows = len(next(iter(cells.values())).values)
        encoded, unusual = list[Encoded](), list[Mapping[str, Unusual]]()
        for encoder in self._encoders:
            if (found := encoder.encode(cells, rows)) is None:
                return None
            encoded.append(found[0])
            unusual.append(found[1])
        encoders = tuple(part.encoder for part in self._model.parts)
        return Rows(self._model, _NO_TABLE, None, encoders, tuple(encoded), tuple(unusual))

    def _is_kept(self, cells: FewCells) -> bool:
        """Whether no cell is read as another: as a mark of missing ones, as a number, or as what stands within it."""
        if self._marks is None and not self._as_file:
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


def _trimmed(cells: FewCells) -> FewCells:
    if str not in cells.kinds:
        return cells
    return replace(cells, values=[cell.strip() if isinstance(cell, str) else cell for cell in cells.values])
