"""From networks that were trained together to a run of each set."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from protokit.bundle.part import Part
from protokit.core.libraries.backend import keras
from protokit.core.values.said import Notice
from protokit.learn.parts.sets import Way
from protokit.learn.train import Trained
from protokit.recipe.recipe import Recipe
from protokit.recipe.sets.members import of_set
from protokit.represent.represented import Represented
from protokit.sets.experiment import Experiment
from protokit.sets.joint.network import Joint
from protokit.sets.joint.training import OnEpoch, weights_of
from protokit.sets.member import Member
from protokit.show.progress import Progress
from protokit.workflow.record.folder import RunFolder
from protokit.workflow.record.results import Networks
from protokit.workflow.run.training import train_and_evaluate
from protokit.workflow.warm.start import WarmStart


def joint_of(experiment: Experiment, way: Way) -> tuple[Joint, Recipe]:
    """The untrained networks of all sets, and the first one's recipe as it fits its data.

    Raises:
        SpecError: what the sets say of learning differs, or no layer with weights fits all of them.
    """
    members = list(experiment.members)
    words = [one.recipe.learn.model_copy(update={"task": None, "menu": "auto", "from_": None}) for one in members]
    if odd := next((i for i, said in enumerate(words) if said != words[0]), None):
        word = next(key for key in type(words[0]).model_fields if getattr(words[odd], key) != getattr(words[0], key))
        whose = f"of {members[odd].name!r} is not that of {members[0].name!r}"
        rule = f"the sets are trained in one program, and learn.{word.rstrip('_')} {whose}"
        raise experiment.error(way, rule, "write it once for all sets, or sets: each")
    signatures = {one.name: one.fold.encoder.signature for one in members}
    fitted = {one.name: one.recipe.fitted(signatures[one.name], one.fold.train.rows) for one in members}
    joint = Joint.of(fitted, signatures)
    if not joint.shared:
        rule = "no layer of the menu has the same shape in all sets: there is nothing to share"
        cure = "let the menu have a second hidden layer, or write sets: each"
        raise experiment.error(way, rule, cure)
    return joint, fitted[members[0].name]


def labelled(experiment: Experiment, label: str = "") -> OnEpoch:
    """Shows the epochs of a joint training."""
    return lambda progress, plan: experiment.shown.epoch(
        progress.epoch, plan.epochs, progress.history[-1]["loss"], progress.history[-1]["validation_loss"], label
    )


def run_of(experiment: Experiment, member: Member, joint: Joint, trained: Trained, way: str, said: Notice) -> Path:
    """Score a set's network as it is now, and keep it as a run of the set."""
    weights = weights_of(joint, member.name)
    one = experiment.begun(member, way).with_learn(networks=1)  # no other rows are dealt
    prepared = replace(member.prepared, recipe=one, out=experiment.of(way), folder=None)
    if experiment.resume:
        folder = RunFolder.find(experiment.of(way), one, prepared.table)
        if folder is not None and folder.complete:
            return folder.path
        prepared = replace(prepared, folder=folder)

    def train(
        recipe: Recipe,
        first: keras.Model,
        folds: Sequence[Represented],
        folder: RunFolder,
        shown: Progress,
        start: WarmStart | None = None,
    ) -> Networks:
        part = Part(folds[0].encoder, first, (weights,))
        return Networks((part,), ((replace(trained, weights=weights),),), (said,))

    with of_set(member.name):
        return train_and_evaluate(prepared, experiment.shown, train).path
