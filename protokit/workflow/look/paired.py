"""Runs held against each other: those on the same test rows, pair by pair."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from protokit.core.names import number
from protokit.core.values.arrays import Predictions
from protokit.core.values.signature import TargetSpec
from protokit.evaluate.certainty import bootstrap
from protokit.evaluate.certainty.comparison import Difference, Outcome, holm, over_folds, paired
from protokit.evaluate.metrics.metric import METRICS
from protokit.evaluate.verdict import bounds
from protokit.workflow.record.predictions import read_folds, read_predictions
from protokit.workflow.result import Run


@dataclass(frozen=True)
class Pair:
    """What is said of the first of two runs, by place among all that are compared; `p` allows for all pairs.

    `difference` is of the metric, the first run's less the second's.
    """

    first: int
    second: int
    target: str
    metric: str
    outcome: Outcome
    difference: Difference
    p: float


@dataclass(frozen=True)
class Tested:
    """What a run was tested on: the predictions of each target, and the fold of each test row where there are folds.

    `metrics` are those of each target, `ratio` the test rows for each training row of a fold.
    """

    test_set: str
    predictions: Mapping[str, Predictions]
    folds: np.ndarray | None
    metrics: Mapping[str, tuple[str, ...]]
    ratio: float

    @classmethod
    def of(cls, run: Run) -> Tested:
        """Read a run.

        Raises:
            DataError: its predictions cannot be read.
        """
        network, _, _ = read_predictions(run.path)
        found = run.results["metrics"]
        main = {verdict["target"]: verdict["metric"] for verdict in found["verdicts"]}
        metrics = {
            # the one that decided first: another one may be undefined on these rows
            name: tuple(dict.fromkeys([main[name], *(s["metric"] for s in found["scores"] if s["target"] == name)]))
            for name in network
        }
        test_set = run.results["looks"].get("test_set", str(run.path))
        ratio = found["rows"]["test"] / max(1, len(found["folds"])) / found["rows"]["train"]
        return cls(test_set, network, read_folds(run.path), metrics, ratio)

    def why_not(self, first: Tested, run: Run, first_run: Run) -> str | None:
        """Why a run cannot be held against the first of a group; None where it can."""
        specs, others = ({name: p.target for name, p in some.predictions.items()} for some in (self, first))
        if _tasks(specs) != _tasks(others):
            return f"they predict {_tasks(specs)} and {_tasks(others)}"
        if _inputs(run) != _inputs(first_run):
            return "their data is not the same"
        if self.test_set != first.test_set:
            return "their test rows are not the same: the split, or the seed that draws it, differs"
        for name, p in self.predictions.items():
            q = first.predictions[name]
            if (p.target.classes, p.target.columns, p.target.quantiles) != (
                q.target.classes, q.target.columns, q.target.quantiles,
            ):  # fmt: skip
                return f"the classes, columns or quantiles of {name} are not the same"
            if p.truth.shape != q.truth.shape or not np.array_equal(p.truth, q.truth):
                return "what is true of their test rows is not the same: the cleaning differs"
            if not _same_weights(p.weights, q.weights):
                return "their test rows do not count the same: the weights differ"
            if p.target.positive != q.target.positive:
                return f"the positive class of {name} is not the same"
            if any(not np.array_equal(p.units[unit], q.units[unit], equal_nan=True) for unit in p.units):
                return f"errors of {name} are not measured in the same unit: the season or the scale differs"
            if (main := first.metrics[name][0]) not in self.metrics[name]:
                return f"{main} of {name}, by which the first is judged, is not among the metrics of the other"
        return None


def _same_weights(one: np.ndarray | None, other: np.ndarray | None) -> bool:
    if one is None or other is None:
        return one is other
    return np.array_equal(one, other)


def groups(runs: Sequence[Run], tested: Sequence[Tested]) -> tuple[list[list[int]], list[str]]:
    """The places of runs that can be held against each other, and why each further group is apart from the first."""
    found: list[list[int]] = []
    reasons: list[str] = []
    for i, one in enumerate(tested):
        for group in found:
            if one.why_not(tested[group[0]], runs[i], runs[group[0]]) is None:
                group.append(i)
                break
        else:
            if found:
                first = found[0][0]
                reasons.append(str(one.why_not(tested[first], runs[i], runs[first])))
            found.append([i])
    return found, reasons


def pairs(group: Sequence[int], tested: Sequence[Tested]) -> list[Pair]:
    """Every pair of a group on the metric that the first of them is judged by, for each target."""
    found: list[tuple[str, str, int, int, Difference]] = []
    for target, metrics in tested[group[0]].metrics.items():
        compared = _differences(group, tested, target, metrics[0])
        found += [(target, metrics[0], i, j, difference) for i, j, difference in compared if difference.defined]
    together = holm([difference.p for *_, difference in found])
    return [
        Pair(i, j, target, metric, difference.outcome(bool(METRICS[metric].greater_is_better), p), difference, p)
        for (target, metric, i, j, difference), p in zip(found, together, strict=True)
    ]


def _differences(
    group: Sequence[int], tested: Sequence[Tested], target: str, name: str
) -> list[tuple[int, int, Difference]]:
    metric, first = METRICS[name], tested[group[0]]
    models = {i: tested[i].predictions[target] for i in group}
    if first.folds is not None:
        parts = [np.flatnonzero(first.folds == fold) for fold in np.unique(first.folds)]
        scores = {i: [metric(model, rows) for rows in parts] for i, model in models.items()}
        found = [(i, j, over_folds(scores[i], scores[j], first.ratio)) for i, j in combinations(group, 2)]
        if all(difference.defined for *_, difference in found):
            return found
    drawn = bootstrap.resampled([(name, model) for model in models.values()], 0)
    samples = dict(zip(group, drawn, strict=True))
    values = {i: metric(model) for i, model in models.items()}
    units = bootstrap.units(models[group[0]])
    return [(i, j, paired(values[i] - values[j], samples[i] - samples[j], units)) for i, j in combinations(group, 2)]


def sentence(pair: Pair, labels: Sequence[str], count: int, target: str = "") -> str:
    """What a person reads of a pair, one of `count`; `target` is named where there are several."""
    first, second = labels[pair.first], labels[pair.second]
    says = {
        "better": f"{first} is better than {second}",
        "worse": f"{first} is worse than {second}",
        "cannot tell apart": f"{first} and {second} cannot be told apart",
        "not compared": f"{first} and {second} are not compared",
    }[pair.outcome]
    gap = pair.difference.interval
    text = f"{target}{says}: a difference in {pair.metric} of {number(gap.value, sign=True)}{bounds(gap)}."
    if pair.outcome == "cannot tell apart" and (gap.low > 0 or gap.high < 0):
        text += f" Of {count} comparisons one is as large by chance."
    return text


def _tasks(specs: Mapping[str, TargetSpec]) -> str:
    return " and ".join(f"{name} ({spec.task})" for name, spec in specs.items())


def _inputs(run: Run) -> list[str] | str:
    """The digests of what a run was made from; its folder where they cannot be read."""
    try:
        found = json.loads((run.path / "environment.json").read_text(encoding="utf-8"))["inputs"]
        return sorted(found.values())
    except (OSError, ValueError, KeyError, AttributeError):
        return str(run.path)
