"""Latitudes and longitudes as numbers."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import pandas as pd

from protokit.cells.angles import degrees as degrees_of
from protokit.cells.angles import pair
from protokit.represent.encoders.cells import Cells, missing_texts
from protokit.represent.encoders.distinct import distinct

_NAMED = re.compile(r"(?:^|.*[_\W])(?P<short>lat|lon|lng|long|latitude|longitude)", re.IGNORECASE)
_OF_BOTH = r"place|loc|location|position|pos|coords?|coordinates?|gps|geo|geopoint|geolocation|point|lat_?lon|lat_?lng"
_NAMED_BOTH = re.compile(rf"(?:^|.*[_\W])(?:{_OF_BOTH})(?:$|[_\W].*)", re.IGNORECASE)
_SIDES = ("NS", "EW")
_MARK = r"\d\s*['\"°º\u2032\u2033]*\s*"
_SAID = re.compile(rf"POINT\s*\(.*\)|.*{_MARK}[NS]\b.*{_MARK}[EW]\s*", re.IGNORECASE)  # texts that say what they are
_FINER = 0.8  # of the numbers are no whole degrees
RADIUS = 6371.0088  # kilometres, the mean of the earth's


def on_sphere(degrees: np.ndarray) -> np.ndarray:
    """Shapes: (rows, 2) latitude and longitude -> (rows, 3) on the unit sphere."""
    latitude, longitude = np.deg2rad(degrees).T
    level = np.cos(latitude)
    return np.stack([level * np.cos(longitude), level * np.sin(longitude), np.sin(latitude)], axis=1)


def kilometres(here: np.ndarray, there: np.ndarray) -> np.ndarray:
    """How far it is along the earth. Shapes: (rows, 3) and (points, 3) on the unit sphere -> (rows, points)."""
    chords = np.sqrt(((here[:, None] - there[None]) ** 2).sum(axis=2))
    found: np.ndarray = 2 * RADIUS * np.arcsin(np.minimum(chords / 2, 1.0))
    return found


def along_a_curve(degrees: np.ndarray) -> np.ndarray:
    """The place of each point on the curve of Morton (1966), NaN where missing. Shapes: (rows, 2) -> (rows,)."""
    missing = np.isnan(degrees).any(axis=1)
    turned = np.where(missing[:, None], 0, np.add(degrees, [90, 180])) / [180, 360]
    steps = np.minimum(turned % (1 + 1e-9) * 2**24, 2**24 - 1).astype(np.int64)
    found = np.zeros(len(degrees), np.int64)
    for bit in range(24):
        for axis in range(2):
            found |= (steps[:, axis] >> bit & 1) << (2 * bit + axis)
    return np.where(missing, np.nan, found)


def named_pairs(names: Sequence[str]) -> list[tuple[str, str]]:
    """The pairs of columns that are named as latitude and longitude, with the same words around."""
    found: dict[str, dict[str, str]] = {}
    for name in names:
        if match := _NAMED.fullmatch(name):
            short = match["short"].lower()
            around = name[: match.start("short")].lower()
            found.setdefault(around, {}).setdefault("latitude" if short.startswith("lat") else "longitude", name)
    return [(pair["latitude"], pair["longitude"]) for pair in found.values() if len(pair) == 2]


def marks_in(whole: pd.Series) -> tuple[str, ...]:
    """Texts in pairs that mean a missing number, in columns that are all but these numbers."""
    found: list[str] = []
    present = [cell for cell in whole if isinstance(cell, (tuple, list)) and len(cell) == 2]
    for axis in range(2):
        if any(isinstance(cell[axis], str) for cell in present):
            found += missing_texts(pd.Series([cell[axis] for cell in present], dtype=object))
    return tuple(dict.fromkeys(found))


def are_places(cells: Cells) -> bool:
    """Whether each cell of all rows is a latitude and a longitude, and the column's name or the cells say so."""
    named = _NAMED_BOTH.fullmatch(cells.name) is not None
    if cells.whole_lists is not None:
        return named and can_be_places(cells.whole_lists)
    texts = distinct(cells.whole).texts
    if cells.are_numbers or not (named or all(map(_SAID.fullmatch, texts))):
        return False
    return can_be_places([_parts(text) for text in texts])


def can_be_places(lists: Sequence[Sequence[object]]) -> bool:
    """Whether each list is two numbers in the range of a latitude and a longitude, hardly any of them whole."""
    if {len(one) for one in lists} != {2}:
        return False
    found = np.array([[_of_number(value) for value in one] for one in lists], float)
    within = bool((np.abs(found) <= [90, 180]).all())  # not so where one is no number
    return within and bool((found % 1 != 0).mean() >= _FINER)


def _parts(text: str) -> list[float]:
    return [degrees_of(of, side) for of, side in zip(pair(text) or (), _SIDES, strict=False)]


def _of_number(value: object) -> float:
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else np.nan
