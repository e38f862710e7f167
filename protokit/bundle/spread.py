"""How much what networks say differs from one time to the next: columns beside those of a prediction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from protokit.core.values.signature import TargetSpec

Columns = Mapping[str, np.ndarray | pd.Series]
BOUNDS = (0.05, 0.95)  # nine answers of ten lie between them


def spread(each: Sequence[Columns], targets: Sequence[TargetSpec]) -> dict[str, np.ndarray]:
    """The standard deviation of each number that is predicted, and of what is no probability its bounds.

    Shapes: by `COLUMN std`, `COLUMN sampled 0.05`, `COLUMN sampled 0.95`, (rows,).
    """
    found: dict[str, np.ndarray] = {}
    for name, first in each[0].items():
        target = next((one for one in targets if _is_of(name, one)), None)
        if target is None or np.asarray(first).dtype.kind != "f":
            continue
        said = np.stack([np.asarray(columns[name], np.float64) for columns in each])
        found[f"{name} std"] = said.std(axis=0, ddof=1)
        if not target.of_task.probabilities:
            low, high = np.quantile(said, BOUNDS, axis=0)
            found |= {f"{name} sampled {level:g}": bound for level, bound in zip(BOUNDS, (low, high), strict=True)}
    return found


def _is_of(column: str, target: TargetSpec) -> bool:
    return any(column == name or str(column).startswith(f"{name} ") for name in (target.name, *target.columns))
