"""Few rows through an encoder of a table's columns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from protokit.core.values.arrays import Features
from protokit.represent.encoder import Encoder
from protokit.represent.encoders.scaling.scaler import outside
from protokit.represent.encoding import Encoding
from protokit.represent.few.columns import few_numbers
from protokit.represent.few.table import FewCells
from protokit.represent.kind import NumberColumn, Unusual
from protokit.represent.kinds.boolean import Boolean
from protokit.represent.kinds.category import Category
from protokit.represent.kinds.number import Number

Encoded = tuple[dict[str, np.ndarray], Features]
_FORMS = ("classes", "labels", "number", "quantiles", "survival", "vector")  # said of a row without looking at it


class FewEncoder:
    """An encoder of numbers, truth values and categories, as few rows go through it."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        numeric = sum(isinstance(one, NumberColumn) for one in encoder.columns)
        self._knots = [encoder.scaler.knots(i) for i in range(numeric)]
        self._marked = encoder.scaler.marked.tolist()
        self._levels = tuple(len(one.levels) + 1 for one in encoder.columns if isinstance(one, Category))

    @classmethod
    def of(cls, encoder: Encoding) -> FewEncoder | None:
        """That of an encoder; None where it has other columns, makes rows of others, or is asked for more of them."""
        if type(encoder) is not Encoder or encoder.own or encoder.grouping is not None:
            return None
        if not all(type(one) in (Number, Boolean, Category) for one in encoder.columns):
            return None
        tasks = [target.spec.of_task for target in encoder.targets]
        return cls(encoder) if all(one.form in _FORMS and not one.beside for one in tasks) else None

    def encode(self, cells: Mapping[str, FewCells], rows: int) -> tuple[Encoded, dict[str, Unusual]] | None:
        """What `Encoder.encode` and `unusual` give of the rows; None where they are to be asked."""
        numbers, codes = list[list[float]](), list[np.ndarray]()
        unusual: dict[str, Unusual] = {}
        for column in self._encoder.columns:
            own = cells[column.column]
            if isinstance(column, NumberColumn):
                if (found := few_numbers(column, own)) is None:
                    return None
                unusual[column.column] = self._unusual(len(numbers), column, own, found)
                numbers.append(found)
            elif isinstance(column, Category):
                if not own.alike:
                    return None
                places, unusual[column.column] = column.of_few(own.values)
                codes.append(places)
        of_numbers = np.ascontiguousarray(np.array(numbers, np.float64).reshape(-1, rows).T)
        of_codes = np.stack(codes, axis=1) if codes else np.zeros((rows, 0), np.int64)
        features = Features(of_numbers, of_codes, self._levels)
        return (self._encoder.inputs_of(features), features), unusual

    def _unusual(self, place: int, column: NumberColumn, cells: FewCells, numbers: list[float]) -> Unusual:
        """What of the numbers is not as the training rows were."""
        knots, gone = self._knots[place], cells.values.count(None)
        usual = Unusual(len(numbers) - gone)
        low, high = (knots[0], knots[-1]) if len(knots) else (0.0, 0.0)
        if not (gone and not self._marked[place]) and all(not (one < low or one > high) for one in numbers):
            return usual
        how: dict[str, Any] = {"measured": column.in_own_unit, "columns": len(self._knots)}
        lost = 0 if self._marked[place] else gone
        return usual.ranged(outside(np.array(numbers), knots, gone=lost, **how))
