"""Places on the earth."""

# mypy: disable-error-code=no-any-return
# types here are for people who read a script: no library is told twice what it gives
from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from protokit.workflow.eject.texts.cells import numbers_of


def on_sphere(degrees: np.ndarray) -> np.ndarray:
    """Latitude and longitude as a point of the unit sphere: no border parts 179 from -179. Shapes: (rows, 2 -> 3)."""
    latitude, longitude = np.deg2rad(degrees).T
    level = np.cos(latitude)
    return np.stack([level * np.cos(longitude), level * np.sin(longitude), np.sin(latitude)], axis=1)


def earth_of(latitude: pd.Series, longitude: pd.Series, points: Sequence[tuple[float, float]]) -> np.ndarray:
    """Places on the sphere, and how far each of some points is in kilometres. Shapes: -> (rows, 3 + points)."""
    degrees = np.concatenate([numbers_of(latitude), numbers_of(longitude)], axis=1)
    degrees[np.isnan(degrees).any(axis=1)] = np.nan
    here, there = on_sphere(degrees), on_sphere(np.array(points, float).reshape(-1, 2))
    chords = np.sqrt(((here[:, None] - there[None]) ** 2).sum(axis=2))
    return np.concatenate([here, 2 * 6371.0088 * np.arcsin(np.minimum(chords / 2, 1.0))], axis=1)
