"""Latitudes and longitudes as numbers."""

from __future__ import annotations

import numpy as np

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
