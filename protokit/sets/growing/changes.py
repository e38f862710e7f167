"""What an experiment that goes on has changed for the sets that were known before: gained, or forgotten."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from pathlib import Path
from statistics import fmean

import numpy as np

from protokit.core.files import finite
from protokit.core.values.arrays import Predictions
from protokit.core.values.said import Notice
from protokit.evaluate.audit.kept_rows import NEW, PARTS, KeptRows
from protokit.evaluate.certainty import bootstrap
from protokit.evaluate.certainty.comparison import Difference, holm, paired
from protokit.evaluate.metrics.metric import METRICS
from protokit.evaluate.pooling import some_of
from protokit.recipe.sets.earlier import OWN, Earlier
from protokit.sets.contents import PlainChange, PlainSteps
from protokit.sets.experiment import Experiment, Outcome
from protokit.sets.growing.start import kept_of, places
from protokit.sets.judging import decided
from protokit.sets.member import Member
from protokit.workflow.record.predictions import read_predictions

_TEST = PARTS.index("test")


@dataclass(frozen=True)
class _Compared:
    change: PlainChange
    difference: Difference


def changes_of(experiment: Experiment, outcomes: Sequence[Outcome]) -> tuple[list[PlainChange], list[Notice]]:
    """The scores of sets on the test rows of the earlier experiment, as they were and as they are now.

    The chances of all these comparisons together are allowed for (Holm). Networks that were taken as they were have
    not changed, and are left out.
    """
    earlier = experiment.earlier
    if earlier is None:
        return [], []
    found: list[_Compared] = []
    unknown, others = list[str](), list[str]()
    for member in experiment.members:
        if member.name not in earlier.sets:
            continue
        rows, at = kept_of(earlier, member.name), places(earlier, member)
        if rows is None or at is None:
            unknown.append(member.name)
            continue
        for outcome in outcomes:
            taken = outcome.way == OWN and member.own is not None and _is_taken(earlier, member)
            path = earlier.run(member.name, outcome.way)
            if path is not None and not taken:
                now = outcome.predictions[member.name]
                was = _before(earlier, path, member.name, outcome.way)
                before = {name: p for name, p in was.items() if name in now}
                found += _compared(member, outcome.way, now, before, _same_rows(member, rows, at))
                others += [f"{name} of {member.name}" for name, p in before.items() if not _alike(p, now[name])]
    chances = holm([one.difference.p for one in found if one.difference.defined])
    for one, chance in zip([one for one in found if one.difference.defined], chances, strict=True):
        one.change["outcome"] = one.difference.outcome(one.change["greater_is_better"], chance)
        one.change["p"] = chance
    told = []
    if unknown:
        rule = (
            f"the earlier experiment keeps no hashes of the rows of {', '.join(unknown[:8])}: their test rows of then"
        )
        told = [Notice(f"{rule} cannot be found, and are not scored again", (), "run it again with this version")]
    if others:
        rule = f"the classes of {', '.join(dict.fromkeys(others))} are not those of then: not scored against it"
        told.append(Notice(rule, (), "give rows of the same classes"))
    return [one.change for one in found], told


def _alike(one: Predictions, other: Predictions) -> bool:
    """Whether two networks tell the same classes apart."""
    return (one.target.classes or ()) == (other.target.classes or ())


def _is_taken(earlier: Earlier, member: Member) -> bool:
    path = earlier.run(member.name, OWN)
    return path is not None and member.own is not None and path.name == member.own.path.name


def _same_rows(member: Member, rows: KeptRows, at: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The places among the test rows now, and those of the same rows among the test rows of then."""
    rank = np.cumsum(rows.parts == _TEST) - 1
    tested = at[member.fold.split.test]
    now = np.flatnonzero((tested != NEW) & (rows.parts[tested] == _TEST))
    then = rank[tested[now]]
    first = np.unique(then, return_index=True)[1]  # a further copy of a row is not scored twice
    return now[first], then[first]


def _before(earlier: Earlier, path: Path, name: str, way: str) -> dict[str, Predictions]:
    """What the earlier network said of the set's test rows; the stacked one has those of all sets below each other."""
    whole, _, _ = read_predictions(path)
    if way != "stacked":
        return dict(whole)
    sizes = [earlier.results["rows"][one]["test"] for one in earlier.sets]
    end = list(accumulate(sizes))[earlier.sets.index(name)]
    rows = np.arange(end - sizes[earlier.sets.index(name)], end)
    return {target: some_of(p, rows) for target, p in whole.items()}


def _compared(
    member: Member,
    way: str,
    now: Mapping[str, Predictions],
    before: Mapping[str, Predictions],
    same: tuple[np.ndarray, np.ndarray],
) -> Iterator[_Compared]:
    for target, was in before.items():
        metric = decided(member, target)[0]
        p, old = some_of(now[target], same[0]), some_of(was, same[1])
        if not len(same[0]) or not _alike(old, p):
            continue
        scores = p.target.of_task.brought(old.target, old.scores, p.target)
        earlier = replace(p, scores=scores, thresholds=None)
        (base, base_samples), (score, samples) = bootstrap.scored([(metric, earlier), (metric, p)], 0)
        difference = paired(score.value - base.value, samples - base_samples, bootstrap.units(p))
        yield _Compared(
            {
                "set": member.name,
                "way": way,
                "target": target,
                "metric": metric,
                "greater_is_better": bool(METRICS[metric].greater_is_better),
                "rows": len(same[0]),
                "before": finite(base.as_plain()),
                "now": finite(score.as_plain()),
                "difference": finite(difference.interval.as_plain()) if difference.defined else None,
                "outcome": "not compared",
                "p": None,
            },
            difference,
        )


def steps_after(earlier: Earlier | None, now: PlainSteps | None) -> PlainSteps | None:
    """A sequence that goes on: the steps of the earlier experiment, then those of this one."""
    was: PlainSteps | None = earlier.results.get("steps") if earlier is not None else None
    if was is None or now is None:
        return now
    order, scores = [*was["order"], *now["order"]], [*was["scores"], *now["scores"]]
    metrics = {**was["metrics"], **now["metrics"]}
    sign = {name: 1.0 if METRICS[metrics[name]].greater_is_better else -1.0 for name in metrics}

    def value(name: str, step: int) -> float:
        return sign[name] * (scores[step][name]["value"] or 0.0)

    names = [name for name in dict.fromkeys(order) if name in scores[-1]]
    last = len(order) - 1
    learned = {name: i for i, name in enumerate(order)}
    forgetting = {
        name: max(value(name, i) for i in range(last + 1) if name in scores[i]) - value(name, last) for name in names
    }
    back = [value(name, last) - value(name, learned[name]) for name in names if learned[name] < last]
    return {
        "order": order,
        "targets": {**was["targets"], **now["targets"]},
        "metrics": metrics,
        "scores": scores,
        "forgetting": forgetting,
        "backward_transfer": fmean(back) if back else None,
    }
