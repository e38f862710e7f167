"""Whether the network beat the best baseline, in a sentence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import isfinite
from statistics import fmean

import numpy as np

from protokit.core.names import number
from protokit.core.values.arrays import Predictions
from protokit.core.values.scores import Interval, Score
from protokit.evaluate.certainty import bootstrap
from protokit.evaluate.certainty.comparison import LEVEL, Difference, Outcome, holm, of_none, over_folds, paired
from protokit.evaluate.certainty.skewed import dominated
from protokit.evaluate.metrics.metric import METRICS

_FEW = 100
_ROUNDING = 1e-4  # of the truth's standard deviation: what numbers of a network that are meant to be equal differ by
_FEW_BLOCKS = 20


@dataclass(frozen=True)
class Folds:
    """The main scores of each fold by baseline, the network's under "", and the test rows for each training row."""

    scores: Mapping[str, Sequence[float]]
    ratio: float


@dataclass(frozen=True)
class Verdict:
    """The outcome on the main metric. `difference` is network less baseline, positive when more.

    `p` is how often models that are equal would differ so much, where it is allowed for all that were compared. `equal`
    are baselines that predict what another one does, by its name: they were not compared.
    """

    target: str
    metric: str
    baseline: str | None
    outcome: Outcome
    difference: Interval | None
    sentence: str
    p: float | None = None
    equal: Mapping[str, str] = field(default_factory=dict)

    def as_plain(self) -> dict[str, object]:
        """The verdict as JSON values."""
        return {
            "target": self.target,
            "metric": self.metric,
            "baseline": self.baseline,
            "outcome": self.outcome,
            "difference": self.difference.as_plain() if self.difference else None,
            "p": self.p,
            "equal": dict(self.equal),
            "sentence": self.sentence,
        }


def judge(
    network: Predictions,
    baselines: Mapping[str, Predictions],
    metrics: Sequence[str],
    seed: int,
    folds: Folds | None = None,
) -> tuple[tuple[Score, ...], Verdict]:
    """Score the network and the baselines on the same rows; the first metric that can decides: see `deciding`.

    The best baseline is the one with the best main score. The paired difference to it decides: where its interval
    holds 0, the two cannot be told apart. That a baseline is better than the network is said only where it would be
    after allowing for how many there are to be the best of; a baseline that predicts what another one does is none
    more. With `folds`, the differences over folds decide.
    """
    models = {"": network, **baselines}
    pairs = [(name, predictions) for name in metrics for predictions in models.values()]
    scored = iter(bootstrap.scored(pairs, seed))
    scores: list[Score] = []
    main_samples: dict[str, np.ndarray] = {}
    main, told = deciding(network, metrics)
    for name in metrics:
        metric = METRICS[name]
        found: dict[str, Interval] = {}
        for model in models:
            found[model], drawn = next(scored)
            if name == main:
                main_samples[model] = drawn
        own = found.pop("")
        positive = network.target.positive_class if metric.of_positive else None
        scores.append(Score(network.target.name, name, metric.greater_is_better, own, found, positive))
    first = scores[metrics.index(main)]
    equal = _equal(baselines, main_samples)
    values = {"": first.network.value, **{name: one.value for name, one in first.baselines.items()}}
    over = 0
    units = bootstrap.units(network)
    compared = [name for name in baselines if name not in equal]
    differences = {
        name: of_none(values[""] - values[name])
        if _alike(network, baselines[name])
        else paired(values[""] - values[name], main_samples[""] - main_samples[name], units)
        for name in compared
    }
    if folds is not None:
        found_in = {name: over_folds(folds.scores[""], folds.scores[name], folds.ratio) for name in differences}
        if all(difference.defined for difference in found_in.values()):
            values = {name: fmean(some) for name, some in folds.scores.items()}
            differences, over = found_in, len(folds.scores[""])
    tested = _Tested.of(network, over)
    verdict = _verdict(first, values, differences, tested)
    if not isfinite(values[""]):
        why = METRICS[main].why_undefined(network)
        return tuple(scores), replace(verdict, sentence=f"{first.metric} is undefined on these {tested}: {why}.")
    several = [f"{name} predicts these rows as {other} does, and is counted once." for name, other in equal.items()]
    return tuple(scores), replace(verdict, sentence=" ".join([*told, verdict.sentence, *several]), equal=equal)


def deciding(network: Predictions, metrics: Sequence[str]) -> tuple[str, list[str]]:
    """The metric that decides a verdict, and what there is to say of those before it.

    It is the first that is defined on these rows, and of whose squared errors a few rows do not make most, so that an
    interval of it holds; where there is none, the first that is defined, or the first.
    """
    known: list[str] = []
    said: dict[str, str] = {}
    for name in metrics:
        metric = METRICS[name]
        if metric.greater_is_better is None:
            continue
        if not isfinite(metric(network)):
            said[name] = f"{name} is undefined on these rows: {metric.why_undefined(network)}"
            continue
        known.append(name)
        errors = metric.per_row(network) if metric.squared else None
        share = None if errors is None else dominated(errors, network.weights)
        if share is None:
            break
        said[name] = f"a hundredth of the rows makes {share:.0%} of {name}, so that no interval of it holds"
    best = next((name for name in known if name not in said), next(iter(known), metrics[0]))
    told = [said[name] for name in metrics[: metrics.index(best)] if name in said]
    if told:
        return best, [f"{'; '.join(told)}; {best} decides.".replace("a hundredth", "A hundredth", 1)]
    return best, [said[best][:1].upper() + said[best][1:] + "."] if best in said and best in known else []


def _equal(baselines: Mapping[str, Predictions], samples: Mapping[str, np.ndarray]) -> dict[str, str]:
    """Baselines that predict what an earlier one does, by its name."""
    found: dict[str, str] = {}
    kept: list[str] = []
    for name, p in baselines.items():
        other = next((other for other in kept if _same(p, baselines[other], samples[name], samples[other])), None)
        if other is None:
            kept.append(name)
        else:
            found[name] = other
    return found


def _alike(p: Predictions, q: Predictions) -> bool:
    """Whether two models predict the same numbers but for rounding: on exact relations one of them always wins."""
    if p.target.classes or p.target.form in ("survival", "inputs", "embedding") or p.scores.shape != q.scores.shape:
        return False
    apart = np.abs(p.scores - q.scores).max(axis=0, initial=0.0)  # each number in its own unit
    return bool((apart <= _ROUNDING * np.std(p.truth, axis=0)).all())


def _same(p: Predictions, q: Predictions, first: np.ndarray, second: np.ndarray) -> bool:
    if p.scores.shape == q.scores.shape and p.target.form not in ("clusters", "embedding"):
        size = float(np.abs(q.scores).max(initial=0.0))
        if np.allclose(p.scores, q.scores, rtol=1e-9, atol=1e-9 * size):
            return True
    if not p.target.has_classes and p.target.form != "clusters":
        return False
    # of classes as they are called, and of clusters, the scores behind them do not count
    _, one = np.unique(p.labels, return_inverse=True)
    _, other = np.unique(q.labels, return_inverse=True)
    if p.target.form == "clusters":
        together = np.unique(np.stack([one, other]), axis=1).shape[1]
        alike = together == len(np.unique(one)) == len(np.unique(other))
    else:
        alike = np.array_equal(p.labels, q.labels)
    return bool(alike and np.allclose(first, second, rtol=1e-9, atol=0, equal_nan=True))


@dataclass(frozen=True)
class _Tested:
    """What the scores are of: so many rows or windows, in so many blocks that are independent."""

    rows: int
    blocks: int | None
    windows: bool
    folds: int = 0  # whose differences were compared

    @classmethod
    def of(cls, network: Predictions, folds: int) -> _Tested:
        blocks = None if network.blocks is None else bootstrap.units(network)
        return cls(len(network.truth), blocks, network.target.form == "steps", folds)

    def __str__(self) -> str:
        one = self.rows == 1
        return f"{self.rows:,} test " + ("window" if self.windows else "row") + ("" if one else "s")

    @property
    def few(self) -> str:
        """What to say where there are too few to tell."""
        if self.folds:
            return " Two folds say little." if self.folds == 2 else ""
        if self.blocks is None:
            return " So few rows say little." if self.rows < _FEW else ""
        if self.blocks >= _FEW_BLOCKS:
            return ""
        if self.blocks == 1:
            return f" One {'forecast' if self.windows else 'block of rows'} says nothing of how the next ones vary."
        what = "forecasts that do not overlap" if self.windows else "blocks of rows"
        return f" Only {self.blocks:,} {what}: so few say little."


def _verdict(
    score: Score, values: Mapping[str, float], differences: Mapping[str, Difference], tested: _Tested
) -> Verdict:
    sign = 1 if score.greater_is_better else -1
    own = values[""]
    defined = [name for name in differences if isfinite(values[name])]
    name = f"{score.metric} of {score.positive!r}" if score.positive else score.metric
    if not isfinite(own):
        return Verdict(score.target, score.metric, None, "not compared", None, "")
    if not defined:
        text = f"{name} {show(score.network)} on {tested}; no baseline to compare with."
        return Verdict(score.target, score.metric, None, "not compared", None, text)
    best = max(defined, key=lambda name: sign * values[name])
    found = differences[best]
    adjusted = dict(zip(defined, holm([differences[name].p for name in defined]), strict=True))
    # to be better than the best of several is harder than any of them; to be worse is easier
    p = found.p if sign * found.interval.value > 0 else adjusted[best]
    outcome = found.outcome(sign > 0, p) if found.defined else "cannot tell apart"
    start = {
        "better": f"The network beats the best baseline, {best}",
        "worse": f"The network is worse than the best baseline, {best}",
        "cannot tell apart": f"The network did not beat the best baseline, {best}: the two cannot be told apart",
        "not compared": "",
    }[outcome]
    difference = found.interval
    text = (
        f"{start}: {name} {number(own)} against {number(values[best])}"
        f"{f' on average over {tested.folds} folds' if tested.folds else ''}, a difference of "
        f"{number(difference.value, sign=True)}{bounds(difference)} on {tested}."
    ).replace("apart: ", "apart, ")
    if outcome == "cannot tell apart" and found.p < LEVEL <= p:
        text += f" The best of {len(defined)} equals is as far ahead by chance."
    text += tested.few
    return Verdict(score.target, score.metric, best, outcome, difference, text, p)


def bounds(difference: Interval) -> str:
    """The bounds of a difference in a sentence; nothing where it has none.

    >>> bounds(Interval(0.1, -0.05, 0.25))
    ' (95% interval -0.050 to +0.250)'
    """
    if not isfinite(difference.low + difference.high):
        return ""
    return f" (95% interval {number(difference.low, sign=True)} to {number(difference.high, sign=True)})"


def show(interval: Interval) -> str:
    """A score with its bounds, where it has any.

    >>> show(Interval(0.91267, 0.9, 0.92))
    '0.913 (0.900 to 0.920)'
    """
    if not isfinite(interval.low + interval.high):
        return number(interval.value)
    return f"{number(interval.value)} ({number(interval.low)} to {number(interval.high)})"
