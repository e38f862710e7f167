"""Which columns a network relies on: what it loses when one of them is shuffled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from protokit.bundle.part import Part
from protokit.core.seeds import derive
from protokit.core.values.arrays import Arrays, Predictions
from protokit.core.values.inputs import STEP_IS_THERE
from protokit.core.values.said import Notice
from protokit.evaluate.certainty import bootstrap
from protokit.evaluate.metrics.metric import METRICS
from protokit.evaluate.scoring.confusion import once
from protokit.represent.encoder import Encoder
from protokit.represent.represented import Represented
from protokit.workflow.record.contents import PlainDrop

_MOST_ROWS = 500  # validation rows that are looked at
_ENOUGH_ROWS = 200  # of so many columns that not each can be looked at with more
_FEWEST_ROWS = 20
_LEAST, _MOST = 20_000, 50_000  # rows of all shuffled copies together, whatever the training took
_CELLS = 20_000_000  # of the copies that are held at a time
# metrics whose resamplings are cheap; where the main one is not, that of its task
_CHEAP = {
    "roc_auc", "accuracy", "log_loss", "brier_score", "hamming_loss", "mean_squared_error", "root_mean_squared_error",
    "mean_absolute_error", "r2", "mean_pinball_loss",
}  # fmt: skip


@dataclass(frozen=True)
class Relied:
    """By target: each column with the drop of the main metric when it is shuffled, the largest first."""

    drops: dict[str, list[PlainDrop]] = field(default_factory=dict)
    notices: tuple[Notice, ...] = ()


def importance(
    part: Part, fold: Represented, metrics: Mapping[str, Sequence[str]], seed: int, trained_rows: int = 0
) -> Relied:
    """How much a network relies on each column.

    Of validation rows, so that the test stays unseen; of one fold where there are several. The interval is of these
    rows. Of sequences the cells of a column are shuffled among all steps. Nothing for images, sounds and series, and
    where there is one column. As `trained_rows` rows went
    through the network in training, each time it was shown one, half as many go through it here, 20,000 to 50,000:
    where columns are too many for that, those are looked at whose shuffling moves the predictions of a few rows most.

    Source: Breiman, Random Forests, 2001; Fisher, Rudin and Dominici, All Models are Wrong, but Many are Useful, 2019.
    """
    encoder = part.encoder
    near = any(target.form == "embedding" for target in encoder.signature.targets)  # each copy has its own neighbours
    if not isinstance(encoder, Encoder) or part.clusters is not None or near:
        return Relied()
    columns = list(encoder.places)
    if len(columns) < 2 or {"image", "images", "audio"} & {spec.kind for spec in encoder.signature.inputs}:
        return Relied()
    generator = np.random.default_rng(derive(seed, "importance"))
    validation = fold.split.validation
    budget = min(_MOST, max(_LEAST, trained_rows // 2))
    count = min(len(validation), _MOST_ROWS, max(_ENOUGH_ROWS, budget // (len(columns) + 1)))
    if count < _FEWEST_ROWS:
        return Relied()
    chosen = np.sort(generator.choice(validation, count, replace=False))
    arrays = encoder.arrays(fold.frame.iloc[chosen].reset_index(drop=True))
    if fold.validation.weights is not None:
        arrays = replace(arrays, weights=fold.validation.weights[np.searchsorted(validation, chosen)])
    copies = _Copies(part, arrays, generator)
    notices: tuple[Notice, ...] = ()
    if (len(columns) + 1) * count > budget:
        few, most = max(2, budget // 2 // len(columns)), max(3, budget // 2 // count)
        moved = copies.moved(columns, few)
        best = sorted(columns, key=lambda name: -moved[name])[:most]
        rule = (
            f"importance: of {len(columns):,} columns the {most} were shuffled, on {count} validation rows, that move "
            f"the predictions of {few} of them most"
        )
        columns, notices = [name for name in columns if name in set(best)], (Notice(rule),)
    predicted = copies.predicted(columns, count)
    found: dict[str, list[PlainDrop]] = {}
    for target, each in predicted.items():
        main = metrics[target][0]
        name = main if main in _CHEAP else each[0].target.of_task.importance
        sign = 1.0 if METRICS[name].greater_is_better else -1.0
        values = [_value(name, one) for one in each]
        drawn = bootstrap.resampled([(name, one) for one in each], seed)
        drops = [
            bootstrap.interval(sign * (values[0] - value), sign * (drawn[0] - samples))
            for value, samples in zip(values[1:], drawn[1:], strict=True)
        ]
        if all(np.isfinite(drop.value) for drop in drops):
            rows = zip(columns, drops, strict=True)
            ordered = sorted(rows, key=lambda row: -row[1].value)
            found[target] = [{"column": column, "metric": name, "drop": drop.as_plain()} for column, drop in ordered]
    return Relied(found, notices)


class _Copies:
    """Predictions of the same rows, once as they are and once for each column that is shuffled among them."""

    def __init__(self, part: Part, arrays: Arrays, generator: np.random.Generator) -> None:
        self._part, self._arrays, self._generator = part, arrays, generator
        assert isinstance(part.encoder, Encoder)
        self._places = part.encoder.places
        self._there = {
            spec.name: arrays.inputs[spec.name][..., spec.columns.index(STEP_IS_THERE)] == 1
            for spec in part.encoder.signature.inputs
            if spec.kind == "sequence" and STEP_IS_THERE in spec.columns
        }

    def predicted(self, columns: Sequence[str], count: int) -> dict[str, list[Predictions]]:
        """By target: the predictions of the first `count` rows, then those with each column shuffled."""
        inputs = {name: values[:count] for name, values in self._arrays.inputs.items()}
        cells = sum(values.size for values in inputs.values())
        at_a_time = max(1, _CELLS // max(1, cells))
        copies = [None, *columns]
        found: dict[str, list[Predictions]] = {}
        for start in range(0, len(copies), at_a_time):
            some = copies[start : start + at_a_time]
            tiled = {name: np.concatenate([values] * len(some)) for name, values in inputs.items()}
            for i, column in enumerate(some):
                if column is None:
                    continue
                order = self._generator.permutation(count)
                for name, places in self._places[column]:
                    part = tiled[name][i * count : (i + 1) * count]
                    if places is None:
                        part[:] = inputs[name][order]
                    elif part.ndim == 3:  # of sequences
                        there = self._there[name][:count] if name in self._there else np.ones(part.shape[:2], bool)
                        steps = inputs[name][there]
                        steps[:, places] = steps[self._generator.permutation(len(steps))][:, places]
                        part[there] = steps
                    else:
                        part[:, places] = inputs[name][order][:, places]
            truth = {name: np.concatenate([values[:count]] * len(some)) for name, values in self._arrays.truth.items()}
            own = self._arrays.weights
            weights = None if own is None else np.concatenate([own[:count]] * len(some))
            said = self._part.predictions(Arrays(tiled, {}, truth, self._arrays.features, weights))
            for target, whole in said.items():
                parts = [_rows(whole, slice(i * count, (i + 1) * count)) for i in range(len(some))]
                found.setdefault(target, []).extend(parts)
        return found

    def moved(self, columns: Sequence[str], count: int) -> dict[str, float]:
        """How far shuffling each column moves the predictions of the first `count` rows, in shares of the farthest."""
        found = dict.fromkeys(columns, 0.0)
        for whole, *others in self.predicted(columns, count).values():
            far = np.array([np.abs(one.scores - whole.scores).mean() for one in others])
            for name, value in zip(columns, far / max(1e-300, far.max()), strict=True):
                found[name] = max(found[name], float(value))
        return found


def _value(metric: str, predictions: Predictions) -> float:
    fast = METRICS[metric].fast(predictions)
    if fast is None:
        return METRICS[metric](predictions)
    return float(fast(predictions, once(predictions))[0])


def _rows(p: Predictions, rows: slice) -> Predictions:
    """The predictions of some rows."""
    kept = {
        name: value[rows] for name, value in vars(p).items() if name not in {"target", "units"} and value is not None
    }
    return replace(p, **{**kept, "units": {name: values[rows] for name, values in p.units.items()}})
