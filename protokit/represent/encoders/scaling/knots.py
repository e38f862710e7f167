"""Where the numbers of the training rows lie: the knots at which what a network makes of a number may bend.

What they bring, and why half of them are at quantiles of the different numbers: docs/decisions/number-embeddings.md.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from protokit.core.values.inputs import Knots
from protokit.represent.encoders.scaling.scaler import ColumnScale, Scaler, rounded

_LEAST, _MOST = 8, 256  # knots of a column of many different numbers
_ROWS = 32  # training rows for each knot
_BUDGET = 4096  # knots of all columns together
_WORTH = 4  # knots that a column has to have room for; with fewer it goes plain
_BENDS = 3  # different numbers from which on a line can bend


def counts(rows: int, said: Sequence[int | None]) -> list[int]:
    """The most knots of each column: as `said`; where nothing is, by the training rows and the room that is left.

    >>> counts(1_000, [None, 5, 0]), counts(1_000_000, [None] * 64)[:2], counts(1_000_000, [None] * 5_000)[:2]
    ([31, 5, 0], [64, 64], [0, 0])
    """
    left = max(0, _BUDGET - sum(number for number in said if number is not None))
    room = left // max(1, sum(number is None for number in said))
    own = min(room, _MOST, max(_LEAST, rows // _ROWS)) if room >= _WORTH else 0
    return [own if number is None else number for number in said]


def knots_of(scaler: Scaler, numbers: np.ndarray, most: Sequence[int]) -> Knots | None:
    """The knots of numbers as they are scaled, of columns that may have some; None where there is no such column.

    Shapes: (training rows, columns), NaN where missing; `most` (columns,).
    """
    found = [_of_column(*one) for one in zip(numbers.T, scaler.columns, most, strict=True)]
    places = tuple(i for i, knots in enumerate(found) if knots)
    return Knots(places, max(map(len, found)), tuple(found[i] for i in places)) if places else None


def aligned(folds: Sequence[Knots | None]) -> list[Knots | None]:
    """The same knots with the same places and size in all folds: of columns that can bend in one of them."""
    by_place = [dict(zip(knots.places, knots.values, strict=True)) if knots else {} for knots in folds]
    places = sorted({place for one in by_place for place, values in one.items() if len(values) >= _BENDS})
    if not places:
        return [None] * len(folds)
    size = max(len(one.get(place, ())) for one in by_place for place in places)
    return [Knots(tuple(places), size, tuple(one.get(place, (0.0,)) for place in places)) for one in by_place]


def as_plain(knots: Knots | None) -> dict[str, object] | None:
    """Knots as JSON values, to the bit."""
    if knots is None:
        return None
    return {"size": knots.size, "places": list(knots.places), "values": [list(one) for one in knots.values]}


def from_plain(plain: Mapping[str, Any] | None) -> Knots | None:
    """The knots of `as_plain`.

    Raises:
        ValueError: there are not so many of each of these columns.
    """
    if plain is None:
        return None
    knots = Knots(tuple(plain["places"]), plain["size"], tuple(map(tuple, plain["values"])))
    if len(knots.places) != len(knots.values) or not all(1 <= len(one) <= knots.size for one in knots.values):
        raise ValueError("the knots are not those of their columns")
    return knots


def _of_column(numbers: np.ndarray, scale: ColumnScale, most: int) -> tuple[float, ...]:
    """Numbers of the rows, as they are scaled: all different ones, or half of them at even steps through the rows,
    half at even steps through the different numbers.
    """
    if most == 0:
        return ()
    ordered = np.sort(rounded(np.where(np.isnan(numbers), scale.median, numbers), scale.bits))
    different = ordered[np.concatenate([[True], ordered[1:] != ordered[:-1]])]
    if len(different) > most:
        different = np.concatenate([_picked(ordered, -(-most // 2)), _picked(different, most // 2)])
    scaled: np.ndarray = np.unique(scale.transform(different).astype(np.float32))
    return tuple(scaled.tolist())


def _picked(ordered: np.ndarray, many: int) -> np.ndarray:
    """So many of the numbers, at even steps, with the first and the last."""
    if many < 2:
        return ordered[:many]
    return ordered[np.arange(many, dtype=np.int64) * (len(ordered) - 1) // (many - 1)]
