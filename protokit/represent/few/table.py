"""The cells of a few rows, read once: from a frame of pandas, a mapping of lists, or a list of records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

MOST = 32  # rows
_CELLS = 8192  # of a table, those of columns beside the model's among them
_MISSING = (type(None), type(pd.NA))
_PLAIN = frozenset({str, int, float, bool, *_MISSING})
_KINDS = "biufOmM"  # of columns that a table is read with as they are


@dataclass(frozen=True)
class FewCells:
    """The cells of a column, None where missing. `narrow`: they were float32 or less, whose texts are other ones."""

    values: list[object]
    narrow: bool = False

    @cached_property
    def kinds(self) -> set[type]:
        """The types of those that are there."""
        return {type(value) for value in self.values if value is not None}

    @property
    def alike(self) -> bool:
        """Whether all are of one type, which pandas keeps: of whole numbers with gaps it makes others."""
        kinds = self.kinds
        return len(kinds) < 2 and not self.narrow and not (int in kinds and None in self.values)


def few_cells(table: object, wanted: Sequence[str], beside: Sequence[str] = ()) -> dict[str, FewCells] | None:
    """The cells of the wanted columns, and of those `beside` them that are there.

    None where they are to be read with pandas: the table has more rows, lacks a column or is wrong, or some cells are
    no plain texts, numbers and truth values.
    """
    if type(table) is pd.DataFrame:
        found = _of_frame(table, wanted, beside)
    else:
        columns = _columns_of(table)
        found = None if columns is None else _of_columns(columns, wanted, beside)
    if found is None:
        return None
    texts = [cell for one in found.values() for cell in one.values if type(cell) is str]
    return found if all(map(str.isascii, texts)) or _are_whole(texts) else None


def _of_frame(table: pd.DataFrame, wanted: Sequence[str], beside: Sequence[str]) -> dict[str, FewCells] | None:
    rows, many = table.shape
    if not 0 < rows <= MOST or rows * many > _CELLS:
        return None
    names = table.columns.tolist()
    if table.columns.nlevels > 1 or not _are_names(names, wanted):
        return None
    dtypes = table.dtypes.tolist()
    if not all(isinstance(one, (np.dtype, pd.StringDtype)) and one.kind in _KINDS for one in dtypes):
        return None
    found: dict[str, FewCells] = {}
    own = {*wanted, *beside}
    for name, dtype, cells in zip(names, dtypes, table.to_numpy(object).T.tolist(), strict=True):
        if dtype.kind == "O" and not _PLAIN.issuperset(map(type, cells)):
            return None
        if name in own:
            if dtype.kind in "mM" or (dtype.kind == "f" and dtype.itemsize > 8):
                return None
            found[name] = FewCells(_without_gaps(cells), dtype.kind == "f" and dtype.itemsize < 8)
    return found


def _columns_of(table: object) -> dict[str, Sequence[object]] | None:
    """A mapping of lists, or a list of records, by columns."""
    if type(table) is dict:
        return table if all(type(cells) in (list, tuple) for cells in table.values()) else None
    if type(table) not in (list, tuple) or not isinstance(table, Sequence) or len(table) > MOST:
        return None
    if not all(type(row) is dict for row in table):
        return None
    return {key: [row.get(key) for row in table] for key in dict.fromkeys(key for row in table for key in row)}


def _of_columns(
    columns: Mapping[str, Sequence[object]], wanted: Sequence[str], beside: Sequence[str]
) -> dict[str, FewCells] | None:
    lengths = {len(cells) for cells in columns.values()}
    if len(lengths) != 1 or not 0 < min(lengths) <= MOST or not _are_names(list(columns), wanted):
        return None
    if type(pd.NA) in (kinds := {type(cell) for cells in columns.values() for cell in cells}) or kinds - _PLAIN:
        return None
    return {name: FewCells(_without_gaps(columns[name])) for name in (*wanted, *beside) if name in columns}


def _without_gaps(cells: Sequence[object]) -> list[object]:
    return [None if type(cell) in _MISSING or cell != cell else cell for cell in cells]


def _are_names(names: Sequence[object], wanted: Sequence[str]) -> bool:
    """Whether they are different texts, the wanted ones among them."""
    known = set(names)
    return len(known) == len(names) and known.issuperset(wanted) and all(type(name) is str for name in names)


def _are_whole(texts: Sequence[str]) -> bool:
    try:
        "".join(texts).encode()
    except UnicodeEncodeError:
        return False
    return True
