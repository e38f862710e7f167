"""A frame from Python as a file with the same cells would have been read."""

from __future__ import annotations

import operator
from collections.abc import Collection, Mapping
from typing import Any

import numpy as np
import pandas as pd

from protokit.collect import text_cells
from protokit.core.values import Notice


def as_file(
    frame: pd.DataFrame, columns: Collection[str], reading: Mapping[str, Any], codes: Collection[str]
) -> tuple[pd.DataFrame, list[Notice]]:
    """A frame whose texts are read by the rules of a file: blanks trimmed, marks of missing cells missing, and numbers.

    Only some `columns` are looked at; those of `codes` stay texts. `reading` are the options of the file. The notices
    say which cells are missing that had a text.
    """
    rules = {name: reading.get(name) for name in ("missing", "decimal", "thousands")}
    columns = [name for name in columns if name in frame.columns and _may_have_texts(frame[name])]
    cells: dict[str, list[str]] = {}
    odd: dict[str, np.ndarray] = {}  # of columns that hold other things beside texts: where their texts are
    for name in columns:
        listed = frame[name].tolist()
        is_text = [isinstance(cell, str) for cell in listed]
        if not any(is_text):
            continue
        if not all(is_text):
            gone = frame[name].isna().tolist()
            if not all(map(operator.or_, is_text, gone)):
                odd[name] = np.array(is_text)
            listed = [cell if said else "" for cell, said in zip(listed, is_text, strict=True)]
        cells[name] = listed
    if not cells:
        return frame, []
    texts = [name for name in cells if name in codes or name in odd]
    read, told = text_cells.frame(list(cells), list(cells.values()), **rules, texts=texts)
    read = read.set_axis(frame.index)
    for name, places in odd.items():
        read[name] = read[name].astype(object).where(places, frame[name])
    whole = frame.copy(deep=False)
    whole[list(cells)] = read
    return whole, [notice for notice in told if "missing" in notice.rule]


def _may_have_texts(column: pd.Series) -> bool:
    return column.dtype == object or isinstance(column.dtype, pd.StringDtype)
