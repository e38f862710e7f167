"""The cells of a workbook as columns with a type."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import pandas as pd

from protokit.cells.missing import USUAL_WORDS, Marks
from protokit.collect import typed_cells
from protokit.collect.sheets.shown import as_shown
from protokit.collect.text_cells import Rules, column, numbers_of, told_lost
from protokit.core.names import as_text, counted
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
    found, notices = _all(names, known, Rules(Marks.of(missing)), texts)
    notices += told
    if faulty:
        notices.append(
            Notice(f"{counted(faulty, 'cell', 'hold')} an error of Excel, read as missing", (), "mend the formulas")
        )
    return found, notices


def _all(
    names: Sequence[str], columns: Sequence[Sequence[object]], rules: Rules, texts: Collection[str]
) -> tuple[pd.DataFrame, list[Notice]]:
    """A frame of columns whose cells have a type each, such as those of a workbook: numbers that are stored as texts
    are numbers, unless the column is in `texts`."""
    notices: list[Notice] = []
    series = {
        name: _mixed(cells, name, rules, notices, text=name in texts)
        for name, cells in zip(names, columns, strict=True)
    }
    return pd.DataFrame(series), notices


def _mixed(cells: Sequence[object], name: str, rules: Rules, notices: list[Notice], *, text: bool) -> pd.Series:
    stored = [cell for cell in cells if isinstance(cell, str)]
    kinds = {type(cell) for cell in cells} - {str, type(None)}
    if stored and not kinds:
        found = column(
            [cell or "" for cell in cells if cell is None or isinstance(cell, str)], name, rules, notices, text=text
        )
        if found.dtype.kind in "if" and found.notna().any():
            notices.append(_stored(name, int(found.notna().sum())))
        return found
    values = [_unmarked(cell, rules.marks, text) for cell in cells]
    if rules.marks.usual and any(isinstance(cell, str) for cell in values):
        lost = sorted({cell.strip() for cell in stored if cell.strip() in USUAL_WORDS})
        notices.extend(told_lost(name, mark, stored.count(mark), len(cells), lost) for mark in lost)
    words = list({cell for cell in values if isinstance(cell, str)})
    if kinds <= {int, float} and (text or words):
        if text:  # a number keeps its type: it may be a level of another text, as 501 is 00501
            return pd.Series(values, dtype=object)
        if (typed := numbers_of(words, rules)) is not None:
            known = dict(zip(words, typed.tolist(), strict=True))
            count = sum(isinstance(cell, str) for cell in values)
            notices.append(_stored(name, count))
            values = [known[cell] if isinstance(cell, str) else cell for cell in values]
    return typed_cells.column(values, name, notices)


def as_texts(frame: pd.DataFrame, names: Collection[str]) -> pd.DataFrame:
    """A frame whose columns of `names` that hold numbers, or numbers and texts, hold the texts of these."""
    found = frame.copy(deep=False)
    for name in names:
        if name in frame.columns and (there := set(map(type, frame[name].dropna()))) and there <= {int, float, str}:
            cells = [None if pd.isna(cell) else as_text(cell) for cell in frame[name]]
            found[name] = pd.Series(cells, frame.index, dtype=object)
    return found


def _unmarked(cell: object, marks: Marks, codes: bool) -> object:
    """A cell that has its type, None where it is a mark of a missing one."""
    if isinstance(cell, str):
        cell = cell.strip()
        return None if marks.meet([cell], codes=codes)[0] else cell
    return None if marks.has(cell) else cell


def _stored(name: str, count: int) -> Notice:
    rule = f"{name!r}: {counted(count, 'cell', 'hold')} a number stored as text, read as a number"
    return Notice(rule, (name,), f"columns: {{{name}: category}} keeps the texts")
