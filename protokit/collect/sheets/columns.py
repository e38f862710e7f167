"""The cells of a workbook as columns with a type."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import pandas as pd

from protokit.cells.missing import Marks
from protokit.collect import text_cells
from protokit.collect.sheets.shown import as_shown
from protokit.core.values.said import Notice

FAULTS = frozenset({
    "#DIV/0!", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!", "#N/A", "#SPILL!", "#CALC!", "#FIELD!", "#BLOCKED!",
    "#GETTING_DATA", "#CONNECT!", "#UNKNOWN!",
})  # fmt: skip


def frame(
    names: Sequence[str], columns: Sequence[Sequence[object]], missing: Sequence[str] | None, texts: Collection[str]
) -> tuple[pd.DataFrame, list[Notice]]:
    """A frame of cells: marks and errors are missing, and texts that are numbers one and all are numbers, unless their
    column is in `texts`."""
    faulty = sum(isinstance(cell, str) and cell.strip() in FAULTS for cells in columns for cell in cells)
    known = [[None if isinstance(cell, str) and cell.strip() in FAULTS else cell for cell in own] for own in columns]
    known, told = as_shown(known, names)
    found, notices = text_cells.mixed(names, known, text_cells.Rules(Marks.of(missing)), texts)
    notices += told
    if faulty:
        notices.append(Notice(f"{faulty:,} cells hold an error of Excel, read as missing", (), "mend the formulas"))
    return found, notices
