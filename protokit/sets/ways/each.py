"""A network of its own for each set."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from protokit.core.errors import TrainingError
from protokit.recipe.sets.members import of_set
from protokit.sets.experiment import Experiment, Outcome
from protokit.sets.many.run_all import run_all
from protokit.workflow.record.folder import RunFolder
from protokit.workflow.result import Run
from protokit.workflow.run.networks import Trainers, train_all
from protokit.workflow.run.training import train_and_evaluate


def train_each(experiment: Experiment) -> Outcome:
    """Train a network for each set, one after the other; sets of equal shapes share one compiled training.

    Raises:
        TrainingError: the loss of a set was not finite.
    """
    if experiment.workers != 1:
        return _by_workers(experiment)
    trainers = Trainers(1)  # each set's network has the bits that it has alone, or from another worker
    for i, member in enumerate(experiment.members):
        if member.own is not None:  # taken from an earlier experiment
            continue
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
    return _outcome(experiment)


def _by_workers(experiment: Experiment) -> Outcome:
    """Each network trained by whichever worker is free.

    Raises:
        TrainingError: a set's network could not be trained.
    """
    members = [member for member in experiment.members if member.own is None]
    if not members:
        return _outcome(experiment)
    recipes, folder = [member.recipe for member in members], experiment.of("each")
    table = run_all(recipes, workers=experiment.workers, out=folder, resume=True, cache=experiment.cache)
    for member, one in zip(members, table, strict=True):
        if one.path is None:
            raise TrainingError(f"set {member.name!r}: {one.reason}", cure="mend it, and go on with resume")
        member.own = Run.open(folder / one.path.relative_to(folder.resolve()))  # workers know no relative folder
    return _outcome(experiment)


def _outcome(experiment: Experiment) -> Outcome:
    own = {member.name: member.own for member in experiment.members if member.own is not None}
    return Outcome(
        "each",
        {member.name: member.tested()[0] for member in experiment.members},
        {name: run.path for name, run in own.items()},
    )
