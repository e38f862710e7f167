"""How sure a score of pairs of rows is, such as that of clusters against labels: by halves of the rows.

A row that the bootstrap draws twice agrees with itself, so that its resamplings of such a score are too high. A half
that is drawn without repeats has no row twice, and the spread of its scores around that of all rows is that of all rows
around the truth.

Source: Politis, Romano and Wolf, Subsampling, 1999; Shao and Wu, A general theory for jackknife variance estimation,
1989 (halves: the jackknife that leaves out half).
"""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt

import numpy as np

from protokit.core.seeds import derive
from protokit.core.values.arrays import Predictions
from protokit.evaluate.metrics.metric import METRICS


def resampled(models: Sequence[tuple[str, Predictions]], seed: int, count: int) -> list[np.ndarray]:
    """Metrics on halves of the rows, brought to the spread and the place that those of as many rows would have.

    Rows that belong together are in one half together. Metrics that change with the number of rows are brought back by
    how much halves differ from the whole.

    Shapes: for each (resamplings,), NaN where undefined on one.
    """
    first = models[0][1]
    rows = len(first.truth)
    member = np.arange(rows) if first.blocks is None else np.unique(first.blocks, return_inverse=True)[1]
    units = int(member.max()) + 1
    kept = max(1, units // 2)
    scale = sqrt(kept / max(1, units - kept))
    generator = np.random.Generator(np.random.PCG64(derive(seed, "halves", rows)))
    chosen = []
    for _ in range(count):
        half = np.zeros(units, bool)
        half[generator.permutation(units)[:kept]] = True
        chosen.append(np.flatnonzero(half[member]))
    found = []
    for name, predictions in models:
        metric = METRICS[name]
        value = metric(predictions)
        samples = np.array([metric(predictions, some) for some in chosen])
        middle = np.nanmean(samples) if np.isfinite(samples).any() else value
        found.append(2 * value - middle + scale * (samples - middle))
    return found
