"""Own inputs and an own head for each set around layers that all share, trained at once."""

from __future__ import annotations

from collections.abc import Mapping

from protokit.core.values.said import Notice
from protokit.learn.parts.sets import Shared
from protokit.sets.experiment import Experiment, Outcome
from protokit.sets.growing.start import begin
from protokit.sets.joint.network import Joint
from protokit.sets.joint.training import train_jointly
from protokit.sets.ways.runs import joint_of, labelled, run_of
from protokit.workflow.record.predictions import read_predictions


def train_shared(experiment: Experiment, way: Shared) -> Outcome:
    """Train the networks of all sets at once.

    Raises:
        SpecError: no layer with weights fits all sets.
        TrainingError: the loss was not finite.
    """
    joint, recipe = joint_of(experiment, way)
    counts = shares(way, {member.name: member.fold.train.rows for member in experiment.members})
    experiment.shown.step("all sets at once, around shared layers")
    begun = begin(experiment, joint, way)
    folder = experiment.of("shared")
    trained = train_jointly(
        joint,
        recipe.learn,
        {member.name: member.fold for member in experiment.members},
        counts,
        seed=recipe.seed,
        snapshot=folder / "snapshot.safetensors",
        key=experiment.key,
        on_epoch=labelled(experiment),
    )
    said = _said(joint, way, counts)
    runs = {member.name: run_of(experiment, member, joint, trained, "shared", said) for member in experiment.members}
    predictions = {name: read_predictions(path)[0] for name, path in runs.items()}
    return Outcome("shared", predictions, runs, (said, *begun), joint.shared, joint.own)


def shares(way: Shared, rows: Mapping[str, int]) -> dict[str, float]:
    """How much each set counts, adding up to 1.

    >>> shares(Shared("sqrt"), {"a": 400, "b": 100})["a"]
    0.6666666666666666
    """
    power = {"sqrt": 0.5, "size": 1.0, "equal": 0.0}[way.sample]
    counts = {name: count**power * (way.weights or {}).get(name, 1.0) for name, count in rows.items()}
    total = sum(counts.values())
    return {name: count / total for name, count in counts.items()}


def _said(joint: Joint, way: Shared, counts: Mapping[str, float]) -> Notice:
    few = ", ".join(joint.shared[:6]) + (f" and {len(joint.shared) - 6} more" if len(joint.shared) > 6 else "")
    own = f"its own {', '.join(joint.own[:6])} of the menu, and " if joint.own else ""
    most, least = max(counts, key=lambda n: counts[n]), min(counts, key=lambda n: counts[n])
    rule = (
        f"all {len(counts)} sets share {few}; each has {own}its own head; "
        f"sets count from {counts[least]:.2f} ({least}) to {counts[most]:.2f} ({most})"
    )
    return Notice(rule, (), "write sets: {shared: {sample: size}}, equal, or weights, for others")
