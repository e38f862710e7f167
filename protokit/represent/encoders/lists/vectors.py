"""A column of vectors or matrices of one size: scaled numbers."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from protokit.core.errors import DataError
from protokit.core.names import counted
from protokit.core.values.inputs import InputSpec
from protokit.represent.encoders.cells import row_of, wrong
from protokit.represent.encoders.lists.cells import values_of
from protokit.represent.kind import InputColumn, Unusual

_FURTHEST = 10.0  # spreads from the mean: numbers beyond are cut
_UNLIKE = 100.0  # so many times the spread of another number, numbers of a vector are in units of their own
_ROWS = 4096  # that are read at a time
_A_VECTOR = "a vector, which is a list of numbers"
_LARGEST = 1e50  # of training: the squares of larger numbers, of which spreads are made, overflow
_PARTED = re.compile(r"[\s,;|]+")


@dataclass(frozen=True)
class VectorColumn(InputColumn):
    """Vectors (`shape` of one number) or matrices (rows and columns), less their means, by their spreads.

    `centers` and `scales` are of each number of a vector, of each column of a matrix. Where training rows lack a
    vector, `marked`, a last number is 1 in rows that do; a missing vector is the mean one, and so is a missing number,
    which some vectors of training rows have where there are `gaps` (and of older models it is not known).
    """

    name = "vector"
    shape: tuple[int, ...]
    centers: tuple[float, ...]
    scales: tuple[float, ...]
    marked: bool = False
    gaps: bool = True

    @classmethod
    def fit(cls, cells: pd.Series, scale: str | None = None) -> VectorColumn:
        """Learns the size, that of most rows, and mean and spread of each number.

        `scale` says whether each number is divided by a spread of its own (`each`), all by one (`together`), or none.

        Raises:
            DataError: a cell is no vector, or one of another size than most.
        """
        shapes: dict[tuple[int, ...], int] = {}
        gone = _missing(cells)
        for cell in cells[~gone]:
            if (one := _array(cell)) is not None and one.size:
                shapes[one.shape] = shapes.get(one.shape, 0) + 1
        if not shapes:
            if odd := [row for row in np.flatnonzero(~gone) if _array(cells.iloc[row]) is None]:
                raise wrong(cells, int(odd[0]), _A_VECTOR)
            return cls(str(cells.name), (1,), (0.0,), (0.0,))
        shape = max(shapes, key=lambda one: shapes[one])
        if len(shape) > 2:
            rule = f"{cells.name!r} holds arrays of {len(shape)} dimensions: vectors have one, and matrices two"
            raise DataError(rule, cure=f"flatten them, or columns: {{{cells.name}: image}}")
        found = cls(str(cells.name), shape, (0.0,) * shape[-1], (1.0,) * shape[-1], bool(gone.any()))
        count, total, squares = np.zeros(shape[-1]), np.zeros(shape[-1]), np.zeros(shape[-1])
        with np.errstate(over="ignore", invalid="ignore"):
            for i, part in enumerate(found._parts(cells)):
                there = ~np.isnan(part)
                if (far := (np.abs(part) > _LARGEST).any(axis=1)).any():
                    row = i * _ROWS + int(far.argmax()) * shape[-1] // int(np.prod(shape))
                    raise wrong(cells, row, f"of numbers between -{_LARGEST:.0e} and {_LARGEST:.0e}")
                count += there.sum(axis=0)
                total += np.where(there, part, 0.0).sum(axis=0)
            centers = np.nan_to_num(total / np.maximum(count, 1))
            for part in found._parts(cells):
                squares += np.nan_to_num((part - centers) ** 2, nan=0.0).sum(axis=0)
            spreads = np.nan_to_num(np.sqrt(squares / np.maximum(count, 1)))
            spreads[spreads <= 1e-12 * np.abs(centers)] = 0.0  # of one number in every row, but for the last bits
            scales = _scales(spreads, scale)
        gaps = bool((count < int((~gone).sum()) * int(np.prod(shape[:-1]))).any())
        return replace(found, centers=tuple(centers.tolist()), scales=tuple(scales.tolist()), gaps=gaps)

    @property
    def left_out(self) -> str:
        """Where all training rows have the same vector."""
        return "" if any(self.scales) else "no training row has another vector than others"

    @property
    def spec(self) -> InputSpec:
        """What the network takes: one of the columns that a chain starts from, a matrix as a sequence of its rows."""
        if len(self.shape) == 2:
            names = tuple(str(i + 1) for i in range(self.shape[1]))
            return InputSpec(self.column, self.shape, "float32", names, 0, "sequence")
        return InputSpec(self.column, (len(self.names),), "float32", self.names)

    @property
    def names(self) -> tuple[str, ...]:
        """Of each number: the column, and its place from 1."""
        if len(self.shape) == 2:
            rows, columns = self.shape
            return tuple(f"{self.column} {i + 1},{k + 1}" for i in range(rows) for k in range(columns))
        marks = [f"{self.column} missing"] if self.marked else []
        return (*(f"{self.column} {i + 1}" for i in range(self.shape[0])), *marks)

    def array(self, cells: pd.Series) -> np.ndarray:
        """Shapes: (rows,) -> (rows, size) float32, with a mark of missing vectors where training rows lack some; or
        (rows, rows of a matrix, columns).

        Raises:
            DataError: a cell is no vector, or one of another size.
        """
        found = np.empty((len(cells), *self.shape), np.float32)
        centers, scales = np.array(self.centers), np.array(self.scales)
        divided, start = np.where(scales > 0, scales, 1.0), 0
        for part in self._parts(cells):
            with np.errstate(over="ignore"):
                scaled = (part - centers) / divided
            scaled = np.nan_to_num(np.clip(np.where(scales > 0, scaled, 0.0), -_FURTHEST, _FURTHEST))
            rows = len(part) * self.shape[-1] // max(1, int(np.prod(self.shape)))
            found[start : start + rows] = scaled.reshape(-1, *self.shape)
            start += rows
        if len(self.shape) == 2 or not self.marked:
            return found
        return np.concatenate([found, _missing(cells).astype(np.float32)[:, None]], axis=1)

    def unusual(self, cells: pd.Series) -> Unusual:
        """How many vectors have numbers far from those of the training rows, or are missing where none was."""
        there, notes = ~_missing(cells), list[str]()
        found = self.array(cells[there])[:, : self.shape[0]]
        if far := int((np.abs(found) >= _FURTHEST).any(axis=tuple(range(1, found.ndim))).sum()):
            beyond = f"numbers more than {_FURTHEST:.0f} spreads from the training rows' mean: they are cut there"
            notes.append(f"{counted(far, 'vector', 'have')} {beyond}")
        if not self.marked and (gone := int((~there).sum())):
            mean = "and no training row's was: the mean vector stands for them"
            notes.append(f"{counted(gone, 'vector', 'are')} missing, {mean}")
        if not self.gaps and (some := sum(self._lacking(part) for part in self._parts(cells[there]))):
            mean = "and none of a training row does: the mean stands for it"
            notes.append(f"{counted(some, 'vector', 'lack')} a number, {mean}")
        return Unusual(int(cells.notna().sum()), notes=tuple(notes))

    def audited(self, cells: pd.Series) -> pd.Series:
        """A text for each different vector."""
        from hashlib import blake2b

        bytes_of = [one.tobytes() for one in self.array(cells)]
        texts = np.array([blake2b(one, digest_size=12).hexdigest() for one in bytes_of] + [None], object)[:-1]
        texts[_missing(cells)] = None
        return pd.Series(texts, cells.index, dtype=object, name=cells.name)

    def _lacking(self, part: np.ndarray) -> int:
        """Of how many vectors a number is missing. Shapes: part (numbers / columns, columns)."""
        return int(np.isnan(part).reshape(-1, int(np.prod(self.shape))).any(axis=1).sum())

    def _parts(self, cells: pd.Series) -> list[np.ndarray]:
        """The numbers of some rows at a time, NaN where missing. Shapes: (numbers / columns, columns) float64."""
        return [self._numbers(cells.iloc[i : i + _ROWS]) for i in range(0, len(cells), _ROWS)]

    def _numbers(self, cells: pd.Series) -> np.ndarray:
        found = np.full((len(cells), *self.shape), np.nan)
        gone = _missing(cells)
        for row, cell in enumerate(cells):
            if gone[row]:
                continue
            one = _array(cell)
            if one is None:
                raise wrong(cells, row, _A_VECTOR)
            if not one.size:
                continue
            if one.shape != self.shape:
                raise self._of_other_size(cells, row, one.shape)
            found[row] = one
            if np.isinf(found[row]).any():
                raise wrong(cells, row, "a list of finite numbers")
        return found.reshape(-1, self.shape[-1])

    def _of_other_size(self, cells: pd.Series, row: int, shape: tuple[int, ...]) -> DataError:
        rule = f"column {self.column!r}, row {row_of(cells, row)}: a {_named(shape)}, where the others hold"
        cure = f"mend the cell or leave it empty; lists of codes of several lengths are columns: {{{self.column}: set}}"
        return DataError(f"{rule} a {_named(self.shape)}", cure=cure)


def _named(shape: tuple[int, ...]) -> str:
    if len(shape) == 1:
        return f"vector of {counted(shape[0], 'number')}"
    return "matrix of " + " x ".join(map(str, shape))


def _scales(spreads: np.ndarray, scale: str | None) -> np.ndarray:
    """What numbers are divided by, 0 where they are the same in every row.

    All are divided by one where their spreads are alike, so that those that vary little, such as the last components
    of a decomposition, stay small; each by its own where they must be of different units.
    """
    vary = np.sort(spreads[spreads > 0])
    if not len(vary):
        return spreads
    if scale is None:
        low, high = vary[int(0.1 * (len(vary) - 1))], vary[-1 - int(0.1 * (len(vary) - 1))]
        scale = "each" if high > _UNLIKE * low else "together"
    if scale == "each":
        return spreads
    one = 1.0 if scale == "none" else vary[-1] * float(np.sqrt(np.mean((vary / vary[-1]) ** 2)))
    return np.where(spreads > 0, one, 0.0)


def _missing(cells: pd.Series) -> np.ndarray:
    """Which cells hold no vector: they are missing, an empty text or an empty list. Shapes: (rows,) bool."""
    found: np.ndarray = cells.isna().to_numpy().copy()
    for row, cell in enumerate(cells):
        if isinstance(cell, str):
            found[row] = not cell.strip() or cell.strip() == "[]"
        elif isinstance(cell, np.ndarray):
            found[row] = cell.size == 0
        elif isinstance(cell, (list, tuple)):
            found[row] = not cell
    return found


def numbers_of(text: str) -> list[object] | None:
    """The numbers of a text with blanks or marks between them; None where there is something else."""
    found = _array(text)
    return None if found is None or found.ndim != 1 else [*found.tolist()]


def _array(cell: object) -> np.ndarray | None:
    """A cell as float64 of its own shape; None where it is no list of numbers."""
    if isinstance(cell, np.ndarray) and cell.ndim and cell.dtype.kind in "iufb":
        return cell.astype(np.float64)
    values = values_of(cell)
    if values is None and isinstance(cell, str):
        values = [*_PARTED.split(cell.strip())]
    if values is None:
        return None
    try:
        return np.array(values, dtype=np.float64)
    except (ValueError, TypeError, OverflowError):
        return None
