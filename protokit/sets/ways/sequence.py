"""Set after set, each a step that begins where the one before ended."""

from __future__ import annotations

from collections.abc import Mapping

from protokit.bundle.part import Part
from protokit.core.names import number
from protokit.core.values.arrays import Predictions
from protokit.core.values.said import Notice
from protokit.learn.parts.sets import BY_SIZE, Sequence, Shared, Ways
from protokit.learn.staging.freezing import Freezing
from protokit.sets.experiment import Experiment, Outcome, Step
from protokit.sets.growing.start import begin
from protokit.sets.joint.network import Joint
from protokit.sets.joint.training import train_jointly, weights_of
from protokit.sets.member import Member
from protokit.sets.ways.runs import joint_of, labelled, run_of
from protokit.workflow.record.predictions import read_predictions


def train_sequence(experiment: Experiment, way: Sequence) -> Outcome:
    """Train on one set after the other; after each step all sets so far are scored.

    Raises:
        SpecError: no layer with weights fits all sets, or an item to freeze is none of them.
        TrainingError: the loss was not finite.
    """
    joint, recipe = joint_of(experiment, way)
    members = {member.name: member for member in experiment.members}
    order = ordered(way, {name: member.fold.train.rows for name, member in members.items()})
    learned = _learned(experiment, order)
    order = [name for name in order if name not in learned]
    begun = begin(experiment, joint, way)
    steps: list[Step] = []
    folder = experiment.of("sequence")
    trained = None
    for i, name in enumerate(order):
        label = f"step {i + 1} of {len(order)}: {name}"
        experiment.shown.step(label)
        earlier = [*learned, *order[:i]] if way.rehearse else []
        weights = {name: 1.0, **{one: way.rehearse / len(earlier) for one in earlier}}
        trained = train_jointly(
            joint,
            recipe.learn,
            {one: members[one].fold for one in weights},
            weights,
            seed=recipe.seed,
            snapshot=folder / f"snapshot-{i + 1}.safetensors",
            key=f"{experiment.key} {i}",
            freeze=way.freeze_after_first if i or experiment.earlier else (),
            on_epoch=labelled(experiment, label),
        )
        known = [*learned, *order[: i + 1]]
        steps.append(Step(name, {one: _predicted(joint, members[one]) for one in known}))
    assert trained is not None, "there are several sets"
    said = _said(joint, way, order)
    runs = {name: run_of(experiment, one, joint, trained, "sequence", said) for name, one in members.items()}
    predictions = {name: read_predictions(path)[0] for name, path in runs.items()}
    return Outcome("sequence", predictions, runs, (said, *begun), joint.shared, joint.own, tuple(steps))


def hold_joint(experiment: Experiment, ways: Ways) -> None:
    """Hold that what is to be trained together can be, before anything is trained.

    Raises:
        SpecError: no layer with weights fits all sets, or an item to freeze is none of them; or sets learn otherwise.
    """
    together = [way for way in ways if isinstance(way, (Shared, Sequence))]
    if not together:
        return
    joint, recipe = joint_of(experiment, together[0])
    for way in together:
        if isinstance(way, Sequence):
            _hold_frozen(experiment, way, joint, next(iter(joint.networks)), recipe.learn.menu)


def ordered(way: Sequence, rows: Mapping[str, int]) -> list[str]:
    """The names of the sets in the order of the steps.

    >>> ordered(Sequence(order="size"), {"a": 10, "b": 30})
    ['b', 'a']
    """
    if way.order == BY_SIZE:
        return sorted(rows, key=lambda name: -rows[name])
    return list(way.order) or list(rows)


def _learned(experiment: Experiment, order: list[str]) -> list[str]:
    """Sets that an earlier experiment has learned, of which no row is new; none where that is all of them."""
    earlier = experiment.earlier
    found = [name for name in order if earlier and name in earlier.sets and not experiment.new_rows.get(name)]
    return found if len(found) < len(order) else []


def _predicted(joint: Joint, member: Member) -> Mapping[str, Predictions]:
    part = Part(member.fold.encoder, joint.networks[member.name], (weights_of(joint, member.name),))
    return part.predictions(member.fold.test)


def _hold_frozen(experiment: Experiment, way: Sequence, joint: Joint, first: str, menu: object) -> None:
    freezing = Freezing(joint.networks[first], menu)
    for pattern in way.freeze_after_first:
        if not any(name in joint.shared for name in freezing.found(pattern)):
            rule = f"{pattern!r} is none of the layers that the sets share"
            cure = f"one of: {', '.join(joint.shared[:12])}"
            raise experiment.error(way, rule, cure, "freeze_after_first")


def _said(joint: Joint, way: Sequence, order: list[str]) -> Notice:
    rule = f"sets were learned in the order {', '.join(order[:8])}{' ...' if len(order) > 8 else ''}; "
    rule += f"they share {', '.join(joint.shared[:6])}; "
    rule += (
        f"earlier sets count {number(way.rehearse)} beside each new one"
        if way.rehearse
        else "no earlier set is rehearsed"
    )
    return Notice(rule, (), "write sets: {sequence: {order: size, rehearse: 0.1}} for others")
