"""The cells of a workbook as columns with a type."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from protokit.collect import text_cells, typed_cells
from protokit.core.values import Notice

FAULTS = frozenset({
    "#DIV/0!", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!", "#N/A", "#SPILL!", "#CALC!", "#FIELD!", "#BLOCKED!",
    "#GETTING_DATA", "#CONNECT!", "#UNKNOWN!",
})  # fmt: skip


def frame(
    names: Sequence[str], columns: Sequence[Sequence[object]], missing: Sequence[str] | None
) -> tuple[pd.DataFrame, list[Notice]]:
    """A frame of cells: marks and errors are missing, and texts that are numbers one and all are numbers."""
    marks = text_cells.marks_of(missing)
    notices: list[Notice] = []
    series: dict[str, pd.Series] = {}
    stored: list[str] = []
    faulty = 0
    for name, cells in zip(names, columns, strict=True):
        faulty += sum(isinstance(cell, str) and cell.strip() in FAULTS for cell in cells)
        plain = [_cell(cell, marks) for cell in cells]
        numbers = _stored_numbers(plain)
        if numbers is not None:
            stored.append(name)
        series[name] = typed_cells.column(plain if numbers is None else numbers, name, notices)
    if stored:
        listed = ", ".join(map(repr, stored))
        cure = "mark the column as text in represent to keep it as written" if len(stored) == 1 else None
        notices.append(
            Notice(f"{listed}: numbers stored as text in the workbook, read as numbers", tuple(stored), cure)
        )
    if faulty:
        notices.append(Notice(f"{faulty:,} cells hold an error of Excel, read as missing", (), "mend the formulas"))
    return pd.DataFrame(series), notices


def _cell(cell: object, marks: frozenset[str]) -> object:
    if isinstance(cell, str):
        text = cell.strip()
        return None if text in marks or text in FAULTS else text
    return cell


def _stored_numbers(cells: Sequence[object]) -> list[object] | None:
    """The numbers of a column with texts, if each text is one that no code can be; None where one is not."""
    texts = [cell for cell in cells if isinstance(cell, str)]
    others = {type(cell) for cell in cells if cell is not None} - {str}
    if not texts or not others <= {int, float}:
        return None
    read, _ = text_cells.frame(["x"], [texts])
    if read["x"].dtype.kind not in "if":
        return None
    if not others and read["x"].dtype.kind == "i" and len({len(text) for text in texts}) == 1 and len(texts[0]) > 3:
        return None  # texts of one length are codes: postcodes, articles
    numbers = iter(read["x"].tolist())
    return [next(numbers) if isinstance(cell, str) else cell for cell in cells]
