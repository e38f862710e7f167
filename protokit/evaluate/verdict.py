"""Whether the network beat the best baseline, in a sentence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any, Literal

from protokit.core.names import number
from protokit.core.values import Interval, Predictions, Score
from protokit.evaluate import bootstrap
from protokit.evaluate.grouping import GROUP_METRICS
from protokit.evaluate.metrics import METRICS

Outcome = Literal["better", "worse", "cannot tell apart", "not compared"]
_FEW = 100
_FEW_BLOCKS = 20
_FEWEST_BLOCKS = 6  # where all of fewer lie on one side, chance alone puts them there in more than 1 of 20 cases


@dataclass(frozen=True)
class Verdict:
    """The outcome on the main metric. `difference` is network less baseline, positive when more."""

    target: str
    metric: str
    baseline: str | None
    outcome: Outcome
    difference: Interval | None
    sentence: str

    def as_plain(self) -> dict[str, Any]:
        """The verdict as JSON values."""
        return {
            "target": self.target,
            "metric": self.metric,
            "baseline": self.baseline,
            "outcome": self.outcome,
            "difference": self.difference.as_plain() if self.difference else None,
            "sentence": self.sentence,
        }


def judge(
    network: Predictions, baselines: Mapping[str, Predictions], metrics: Sequence[str], seed: int
) -> tuple[tuple[Score, ...], Verdict]:
    """Score the network and the baselines on the same rows; the first metric decides.

    The best baseline is the one with the best main score. The paired difference to it decides: where its
    interval holds 0, the two cannot be told apart.
    """
    models = {"": network, **baselines}
    asked = [(name, predictions) for name in metrics for predictions in models.values()]
    samples = iter(bootstrap.resampled(asked, seed))
    scores: list[Score] = []
    main_samples: dict[str, Any] = {}
    for name in metrics:
        metric = METRICS[name]
        found: dict[str, Interval] = {}
        for model, predictions in models.items():
            drawn = next(samples)
            found[model] = bootstrap.interval(metric(predictions), drawn)
            if name == metrics[0]:
                main_samples[model] = drawn
        own = found.pop("")
        scores.append(Score(network.target.name, name, metric.greater_is_better, own, found))
    return tuple(scores), _verdict(scores[0], main_samples, _Tested.of(network))


@dataclass(frozen=True)
class _Tested:
    """What the scores are of: so many rows or windows, in so many blocks that are independent."""

    rows: int
    blocks: int | None
    windows: bool

    @classmethod
    def of(cls, network: Predictions) -> _Tested:
        blocks = None if network.blocks is None else len(set(network.blocks.tolist()))
        return cls(len(network.truth), blocks, network.target.task == "forecasting")

    def __str__(self) -> str:
        one = self.rows == 1
        return f"{self.rows:,} test " + ("window" if self.windows else "row") + ("" if one else "s")

    @property
    def few(self) -> str:
        """What to say where there are too few to tell."""
        if self.blocks is None:
            return " So few rows say little." if self.rows < _FEW else ""
        if self.blocks >= _FEW_BLOCKS:
            return ""
        what = "forecasts that do not overlap" if self.windows else "blocks of rows"
        return f" Only {self.blocks:,} {what}: so few say little."


def _verdict(score: Score, samples: Mapping[str, Any], tested: _Tested) -> Verdict:
    sign = 1 if score.greater_is_better else -1
    own = score.network
    defined = {name: s for name, s in score.baselines.items() if isfinite(s.value)}
    if not isfinite(own.value):
        what = "cluster" if score.metric in GROUP_METRICS else "class"
        text = f"{score.metric} is undefined on these {tested}: they hold one {what} only."
        return Verdict(score.target, score.metric, None, "not compared", None, text)
    if not defined:
        text = f"{score.metric} {show(own)} on {tested}; no baseline to compare with."
        return Verdict(score.target, score.metric, None, "not compared", None, text)
    best = max(defined, key=lambda name: sign * defined[name].value)
    other = defined[best]
    difference = bootstrap.interval(own.value - other.value, samples[""] - samples[best])
    outcome: Outcome = "cannot tell apart"
    enough = tested.blocks is None or tested.blocks >= _FEWEST_BLOCKS
    if enough and (difference.low > 0 or difference.high < 0):
        outcome = "better" if sign * difference.value > 0 else "worse"
    start = {
        "better": f"The network beats the best baseline, {best}",
        "worse": f"The network is worse than the best baseline, {best}",
        "cannot tell apart": f"The network did not beat the best baseline, {best}: the two cannot be told apart",
        "not compared": "",
    }[outcome]
    text = (
        f"{start}: {score.metric} {number(own.value)} against {number(other.value)}, a difference of "
        f"{number(difference.value, sign=True)} (95% interval {number(difference.low, sign=True)} to "
        f"{number(difference.high, sign=True)}) on {tested}."
    ).replace("apart: ", "apart, ")
    text += tested.few
    return Verdict(score.target, score.metric, best, outcome, difference, text)


def show(interval: Interval) -> str:
    """A score with its bounds.

    >>> show(Interval(0.91267, 0.9, 0.92))
    '0.913 (0.900 to 0.920)'
    """
    return f"{number(interval.value)} ({number(interval.low)} to {number(interval.high)})"
