"""Rows of a table that an earlier run has had."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd


@dataclass(frozen=True)
class Known:
    """Rows that a `run` has had: `parts` says of each row of a table which part it was in.

    Shapes: of what `parts` gives (rows,) of train, validation, test, or "" where the row is new.
    """

    run: str
    parts: Callable[[pd.DataFrame], np.ndarray]
