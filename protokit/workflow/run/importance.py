"""Which columns a network relies on: what it loses when one of them is shuffled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from protokit.bundle.model import Part
from protokit.core.seeds import derive
from protokit.core.values import Predictions
from protokit.evaluate.certainty import bootstrap
from protokit.evaluate.metrics.metric import METRICS
from protokit.represent.encoder import Encoder
from protokit.represent.represented import Represented
from protokit.workflow.record.contents import PlainDrop

_MOST_ROWS = 500  # validation rows that are looked at
_FEWEST_ROWS = 20
_MOST_COPIES = 50_000  # rows of all shuffled copies together
# metrics whose resamplings are cheap; where the main one is not, that of its task
_CHEAP = {
    "roc_auc", "accuracy", "log_loss", "brier_score", "hamming_loss", "mean_squared_error", "root_mean_squared_error",
    "mean_absolute_error", "r2", "mean_pinball_loss",
}  # fmt: skip
CHEAP_OF = {
    "binary": "log_loss",
    "multiclass": "log_loss",
    "multilabel": "hamming_loss",
    "regression": "root_mean_squared_error",
    "quantile": "mean_pinball_loss",
}


def importance(
    part: Part, fold: Represented, metrics: Mapping[str, Sequence[str]], seed: int
) -> dict[str, list[PlainDrop]]:
    """By target: each column with the drop of the main metric when it is shuffled, the largest first.

    Of validation rows, so that the test stays unseen; of one fold where there are several. The interval is of these
    rows. Nothing for images, sequences and series, and where there is one column.

    Source: Breiman, Random Forests, 2001; Fisher, Rudin and Dominici, All Models are Wrong, but Many are Useful, 2019.
    """
    encoder = part.encoder
    if not isinstance(encoder, Encoder) or encoder.grouping or part.clusters is not None:
        return {}
    columns = [name for name, kind in encoder.kinds.items()]
    if len(columns) < 2 or {"image", "sequence"} & {*encoder.kinds.values()}:
        return {}
    generator = np.random.default_rng(derive(seed, "importance"))
    validation = fold.split.validation
    count = min(len(validation), _MOST_ROWS, _MOST_COPIES // len(columns))
    if count < _FEWEST_ROWS:
        return {}
    chosen = np.sort(generator.choice(validation, count, replace=False))
    frame = fold.frame.iloc[chosen].reset_index(drop=True)
    copies = [frame]
    for name in columns:
        shuffled = frame[name].take(generator.permutation(count)).reset_index(drop=True)
        copies.append(frame.copy(deep=False))
        copies[-1][name] = shuffled
    predicted = part.predictions(encoder.arrays(pd.concat(copies, ignore_index=True)))
    found: dict[str, list[PlainDrop]] = {}
    for target, whole in predicted.items():
        main = metrics[target][0]
        name = main if main in _CHEAP else CHEAP_OF[whole.target.task]
        sign = 1.0 if METRICS[name].greater_is_better else -1.0
        each = [_rows(whole, slice(i * count, (i + 1) * count)) for i in range(len(copies))]
        values = [METRICS[name](one) for one in each]
        drawn = bootstrap.resampled([(name, one) for one in each], seed)
        drops = [
            bootstrap.interval(sign * (values[0] - value), sign * (drawn[0] - samples))
            for value, samples in zip(values[1:], drawn[1:], strict=True)
        ]
        if all(np.isfinite(drop.value) for drop in drops):
            rows = zip(columns, drops, strict=True)
            ordered = sorted(rows, key=lambda row: -row[1].value)
            found[target] = [{"column": column, "metric": name, "drop": drop.as_plain()} for column, drop in ordered]
    return found


def _rows(p: Predictions, rows: slice) -> Predictions:
    """The predictions of some rows."""
    kept = {
        name: value[rows] for name, value in vars(p).items() if name not in {"target", "units"} and value is not None
    }
    return replace(p, **{**kept, "units": {name: values[rows] for name, values in p.units.items()}})
