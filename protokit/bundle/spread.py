"""How much what networks say differs from one time to the next: columns beside those of a prediction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from protokit.core.errors import SpecError
from protokit.core.values.signature import TargetSpec
from protokit.learn.inspection.dropout import dropouts

Columns = Mapping[str, np.ndarray | pd.Series]
BOUNDS = (0.05, 0.95)  # nine answers of ten lie between them
_NONE = {"mask": "a mask has no column of numbers", "clusters": "clusters are found in what dropout is not in"}


def hold_samples(samples: object, networks: Sequence[object], targets: Sequence[TargetSpec]) -> None:
    """Hold that networks can be asked several times.

    Raises:
        SpecError: it is no number of times, a network has no dropout, or the target says no numbers.
    """
    if isinstance(samples, bool) or not isinstance(samples, int) or samples < 2:
        raise SpecError.one(f"samples is a whole number of at least 2, not {samples!r}", "write samples=50")
    if why := next((_NONE[target.form] for target in targets if target.form in _NONE), None):
        raise SpecError.one(f"samples say how sure a network is of numbers, and {why}", "leave samples out")
    if not all(map(dropouts, networks)):
        rule = "the network has no dropout: it says the same each time"
        cure = "train it with a {Dropout: 0.1} in learn.menu, or average several: learn: {networks: 5}"
        raise SpecError.one(rule, cure)


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
