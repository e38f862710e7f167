"""The different cells of a column, and which of them each row holds: what is looked at in place of all rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from protokit.core.names import as_text

# types of which equal cells are one text; of others, such as 1 and True, or 1.10 and 1.1 as decimals, they may not be
_ALIKE = frozenset({"string", "integer", "boolean", "floating", "mixed-integer-float", "date", "empty"})


@dataclass(frozen=True)
class Distinct:
    """The different cells of a column, in the order of their first rows.

    Shapes: `codes` (rows,), the place of each row's cell in `cells`, -1 where it is missing.
    """

    codes: np.ndarray
    cells: pd.Series

    @property
    def texts(self) -> np.ndarray:
        """Each of the cells as a text. Shapes: (different,) of type object."""
        found: np.ndarray = np.array([*map(as_text, self.cells), None], object)[:-1]
        return found

    @property
    def counts(self) -> np.ndarray:
        """How many rows hold each of the cells. Shapes: (different,) int64."""
        return np.bincount(self.codes[self.codes >= 0], minlength=len(self.cells))

    def spread(self, values: np.ndarray, missing: Any) -> np.ndarray:
        """To each row the value of its cell. Shapes: (different,) -> (rows,)."""
        found: np.ndarray = np.append(values, np.array([missing], values.dtype))[self.codes]
        return found


def distinct(column: pd.Series) -> Distinct:
    """The different cells of a column. Two of them can be one text, such as `a` with and without a blank before it."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        return Distinct(column.cat.codes.to_numpy().astype(np.int64), _cells(list(column.cat.categories), column.name))
    if column.dtype.kind == "O" and pd.api.types.infer_dtype(column, skipna=True) not in _ALIKE:
        missing = column.isna().to_numpy()
        keys = pd.Series([(type(cell), str(cell)) for cell in column], dtype=object)
        codes, _ = pd.factorize(keys.mask(missing))
        firsts = np.unique(codes, return_index=True)[1][int(missing.any()) :]
        return Distinct(codes, _cells([column.iloc[row] for row in firsts], column.name))
    codes, different = pd.factorize(shortest(column), use_na_sentinel=True)
    return Distinct(codes, _cells(list(different.astype(object)), column.name))


def shortest(column: pd.Series) -> pd.Series:
    """A column of float32 as the float64 of the shortest texts: 1.1, not 1.100000023841858; any other as it is."""
    if str(column.dtype).lower() != "float32":
        return column
    codes, different = pd.factorize(column.to_numpy(np.float32, na_value=np.nan), use_na_sentinel=True)
    written = np.append(np.array([float(str(one)) for one in different], np.float64), np.nan)
    return pd.Series(written[codes], index=column.index, name=column.name)


def places(column: pd.Series, missing: str) -> np.ndarray:
    """The place of each cell's text in the order of the alphabet; of a missing one that of a text.

    Shapes: (rows,) -> (rows,) int64.
    """
    one = distinct(column)
    texts = [*one.texts, *([missing] if (one.codes < 0).any() else [])]
    place = {text: i for i, text in enumerate(sorted(set(texts)))}
    return one.spread(np.array([place[text] for text in one.texts], np.int64), missing=place.get(missing, 0))


def _cells(cells: list[Any], name: Any) -> pd.Series:
    held = np.empty(len(cells), object)
    held[:] = cells
    return pd.Series(held, name=name)
