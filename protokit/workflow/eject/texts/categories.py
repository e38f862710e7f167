"""Categories as codes."""

# mypy: disable-error-code=no-any-return
# types here are for people who read a script: no library is told twice what it gives
from __future__ import annotations

from collections import Counter

import numpy as np


def levels_of(texts: np.ndarray) -> list[str | None]:
    """The levels that at least three training rows have, in the order of the alphabet; a missing cell is the last."""
    counts = Counter(texts.tolist())
    missing = counts.pop(None, 0)
    levels = sorted(text for text, count in counts.items() if count >= 3)
    return [*levels, None] if missing >= 3 else [*levels]


def codes_of(texts: np.ndarray, levels: list[str | None]) -> np.ndarray:
    """The code of each text: from 1 for the levels, 0 for what is rare or was never seen. Shapes: (rows,)."""
    code = {level: i + 1 for i, level in enumerate(levels)}
    return np.array([code.get(text, 0) for text in texts])


def one_hot(codes: np.ndarray, levels: int) -> np.ndarray:
    """A number for each level: 1 for that of the row, else 0. Shapes: (rows,) -> (rows, levels)."""
    return np.eye(levels + 1, dtype=np.float32)[codes][:, 1:]


def width_of(levels: int, columns: int) -> int:
    """How many numbers an embedding makes of each category."""
    return max(2, min(32, round(4 * (levels / columns) ** 0.25)))
