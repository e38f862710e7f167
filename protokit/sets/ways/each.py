"""A network of its own for each set."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from protokit.sets.experiment import Experiment, Outcome
from protokit.sets.member import of_set
from protokit.workflow.record.folder import RunFolder
from protokit.workflow.result import Run
from protokit.workflow.run.networks import Trainers, train_all
from protokit.workflow.run.training import train_and_evaluate


def train_each(experiment: Experiment) -> Outcome:
    """Train a network for each set, one after the other; sets of equal shapes share one compiled training.

    Raises:
        TrainingError: the loss of a set was not finite.
    """
    trainers = Trainers(len(experiment.members))
    for i, member in enumerate(experiment.members):
        prepared = member.prepared
        if experiment.resume:
            folder = RunFolder.find(experiment.of("each"), member.recipe, prepared.table)
            if folder is not None and folder.complete:
                member.own = Run.open(folder.path)
                continue
            prepared = replace(prepared, folder=folder)
        experiment.shown.step(f"set {i + 1} of {len(experiment.members)}: {member.name}")
        with of_set(member.name):
            member.own = train_and_evaluate(prepared, experiment.shown, partial(train_all, trainers=trainers))
    own = {member.name: member.own for member in experiment.members if member.own is not None}
    return Outcome(
        "each",
        {member.name: member.tested()[0] for member in experiment.members},
        {name: run.path for name, run in own.items()},
    )
