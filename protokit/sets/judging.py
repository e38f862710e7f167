"""Each way held against each set's own network and its baselines, on the set's test rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

from protokit.core.files import finite
from protokit.core.plain import PlainInterval
from protokit.core.values.arrays import Predictions
from protokit.core.values.scores import Interval
from protokit.evaluate.certainty import bootstrap
from protokit.evaluate.certainty.comparison import Difference, holm, paired
from protokit.evaluate.metrics.metric import METRICS
from protokit.evaluate.verdict import judge
from protokit.sets.contents import PlainCell, PlainSteps
from protokit.sets.experiment import Outcome, Step
from protokit.sets.member import Member


@dataclass(frozen=True)
class _Compared:
    cell: PlainCell
    difference: Difference | None


def cells(members: Sequence[Member], outcomes: Sequence[Outcome], folder: str) -> list[PlainCell]:
    """The score of each way for each target of each set, and what it is against the set's own network.

    The chances of all these comparisons together are allowed for (Holm).
    """
    found: list[_Compared] = []
    for member in members:
        own, baselines = member.tested()
        for target, mine in own.items():
            metric, against = decided(member, target)
            models = [(metric, outcome.predictions[member.name][target]) for outcome in outcomes]
            scored = bootstrap.scored([(metric, mine), *models], 0)
            base, base_samples = scored[0]
            for outcome, (_, p), (score, samples) in zip(outcomes, models, scored[1:], strict=True):
                difference = None
                if outcome.way != "each":
                    units = bootstrap.units(mine)
                    difference = paired(score.value - base.value, samples - base_samples, units)
                _, verdict = judge(p, baselines[target], [metric], 0)
                cell: PlainCell = {
                    "set": member.name,
                    "way": outcome.way,
                    "target": target,
                    "metric": metric,
                    "greater_is_better": bool(METRICS[metric].greater_is_better),
                    "rows": len(mine.truth),
                    "score": _plain(score),
                    "run": str(outcome.runs[member.name].relative_to(folder)),
                    "against_own": {},
                    "against_baseline": finite(verdict.as_plain()) if outcome.way != "each" else dict(against),
                }
                found.append(_Compared(cell, difference))
    compared = [one for one in found if one.difference is not None and one.difference.defined]
    together = holm([one.difference.p for one in compared if one.difference is not None])
    for one, chance in zip(compared, together, strict=True):
        assert one.difference is not None, "these are compared"
        said = one.difference.outcome(one.cell["greater_is_better"], chance)
        one.cell["against_own"] = {"outcome": said, "difference": _plain(one.difference.interval), "p": chance}
    for one in found:
        if one.difference is not None and not one.difference.defined:
            one.cell["against_own"] = {"outcome": "not compared", "difference": None, "p": None}
    return [one.cell for one in found]


def decided(member: Member, target: str) -> tuple[str, Mapping[str, object]]:
    """The metric that decided the verdict of a set's own network, and that verdict."""
    assert member.own is not None, "the own network is trained first"
    verdict = next(one for one in member.own.results["metrics"]["verdicts"] if one["target"] == target)
    return verdict["metric"], dict(verdict)


def steps(members: Sequence[Member], found: Sequence[Step]) -> PlainSteps | None:
    """The scores after each step of a sequence, how much was forgotten, and the backward transfer.

    A set's forgetting is the best score that it had less its last one; backward transfer is the mean, over all sets but
    the last, of the last score less that of the step in which the set was learned. Both are positive when more is
    gained or lost as the metric counts.

    Source: Lopez-Paz and Ranzato, Gradient episodic memory for continual learning, 2017.
    """
    if not found:
        return None
    order = [step.set for step in found]
    target = {member.name: next(iter(member.tested()[0])) for member in members}
    metric = {member.name: decided(member, target[member.name])[0] for member in members}
    scores: list[dict[str, Interval]] = []
    for step in found:
        scores.append(
            {
                name: bootstrap.scored([(metric[name], _own(members, name, target[name], by_target[target[name]]))], 0)[
                    0
                ][0]
                for name, by_target in step.predictions.items()
            }
        )
    sign = {name: 1.0 if METRICS[metric[name]].greater_is_better else -1.0 for name in order}
    last = scores[-1]
    forgetting = {
        name: max(sign[name] * one[name].value for one in scores if name in one) - sign[name] * last[name].value
        for name in order
    }
    back = [sign[name] * (last[name].value - scores[i][name].value) for i, name in enumerate(order[:-1])]
    return {
        "order": order,
        "targets": target,
        "metrics": metric,
        "scores": [{name: _plain(value) for name, value in one.items()} for one in scores],
        "forgetting": forgetting,
        "backward_transfer": fmean(back) if back else None,
    }


def _own(members: Sequence[Member], name: str, target: str, p: Predictions) -> Predictions:
    """Predictions with the positive class and the like of the set's own run."""
    own = next(member for member in members if member.name == name).tested()[0][target]
    return Predictions(own.target, own.truth, p.scores, own.units, own.blocks, own.reference, None, own.weights)


def _plain(interval: Interval) -> PlainInterval:
    plain: PlainInterval = finite(interval.as_plain())
    return plain
