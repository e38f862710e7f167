"""The second half of a run: networks trained, looked at by the doctor, scored against the baselines, and kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from protokit.bundle.model import Model
from protokit.bundle.opened.averaging import needed
from protokit.bundle.opened.keras_copy import compiled_words
from protokit.bundle.writing import save
from protokit.core.libraries.backend import keras
from protokit.core.memory import release_unused
from protokit.core.values.said import Notice
from protokit.learn.inspection.middle import told_of_middle
from protokit.learn.targets.triplet import told_of_batches
from protokit.menu.network.backbones.backbone import weights_of
from protokit.recipe.recipe import Recipe
from protokit.represent.represented import Represented
from protokit.show.progress import Progress
from protokit.workflow.record.failure import reason_kept
from protokit.workflow.record.folder import RunFolder
from protokit.workflow.record.hooks import hold_hooks, hooks_of, run_end
from protokit.workflow.record.results import Networks
from protokit.workflow.record.writing import write_results
from protokit.workflow.result import Run
from protokit.workflow.run.baselines import Baselines
from protokit.workflow.run.collecting import intake_of
from protokit.workflow.run.doctoring import doctor, initial
from protokit.workflow.run.evaluation import evaluate, settled
from protokit.workflow.run.explained import explained
from protokit.workflow.run.importance import importance
from protokit.workflow.run.networks import (
    TrainAll,
    network_for,
    of_few_rows,
    train_all,
    trained_rows,
    with_clusters,
)
from protokit.workflow.run.preparation import Prepared
from protokit.workflow.warm.rows import kept_rows
from protokit.workflow.warm.start import WarmStart


def train_and_evaluate(prepared: Prepared, shown: Progress, train: TrainAll = train_all) -> Run:
    """Train the networks, score them, and keep all of it in the run's folder. `train` is what trains them.

    Raises:
        SpecError: the menu does not fit the data; nothing was written.
        TrainingError: the loss was not finite.
    """
    folds, stopwatch = prepared.folds, prepared.stopwatch
    signature = folds[0].encoder.signature
    recipe, few = of_few_rows(prepared.recipe.fitted(signature, folds[0].train.rows), folds)
    built = network_for(recipe, signature)
    hold_hooks(recipe)
    start_at = WarmStart.of(recipe)
    if start_at is not None:
        start_at.put(built, folds[0].encoder)
    folder = prepared.folder
    if folder is None:  # only now: a menu that does not fit writes nothing
        given = (prepared.recipe, recipe, prepared.table, prepared.baselines, weights_of(built))
        folder = RunFolder.create(prepared.out, *given)
    stopwatch.lap("build")
    with reason_kept(folder.path):
        return _in_folder(prepared, recipe, few, built, folder, shown, start_at, train)


def _in_folder(
    prepared: Prepared,
    recipe: Recipe,
    few: Sequence[Notice],
    built: keras.Model,
    folder: RunFolder,
    shown: Progress,
    start_at: WarmStart | None,
    train: TrainAll,
) -> Run:
    """Train, score and keep a network that fits; `few` is what was decided for it."""
    table, folds, findings, plan = prepared.table, prepared.folds, prepared.findings, prepared.plan
    stopwatch = prepared.stopwatch
    start = initial(built)
    shown.step("training")
    with Baselines(recipe, folds, plan) as baselines:  # fitted beside the training where cores allow
        networks = train(recipe, built, folds, folder, shown, start_at)
        stopwatch.lap("learn")
    stopwatch.lap("baselines")  # what they took longer than the training beside them
    if recipe.learn.form == "clusters":
        networks = with_clusters(recipe, networks, folds)
    if folds[0].sample is not None:
        release_unused()
    stopwatch.lap("learn")
    shown.step("evaluating")
    as_trained, networks = networks, settled(plan, networks, folds)
    made_of = (intake_of(recipe, table, needed(networks.parts)), compiled_words(recipe.learn), kept_rows(recipe, folds))
    model = Model(recipe.network, networks.parts, recipe.learn.precision, *made_of)
    results = evaluate(recipe, table, folds, networks, plan, baselines)
    relied = importance(networks.first, folds[0], plan.metrics, recipe.seed, trained_rows(networks, folds))
    results = replace(results, details={**results.details, "importance": relied.drops})
    why, unexplained = explained(networks.first, folds[0], results.predictions, recipe.evaluate.explain, recipe.seed)
    if why:
        results = replace(results, details={**results.details, "explained": why})
    of_middle = _told(built, networks, folds[0])
    networks = replace(networks, notices=(*few, *networks.notices, *of_middle, *relied.notices, *unexplained))
    stopwatch.lap("evaluate")
    doctor(recipe, as_trained, folds, start, folder, results, findings)
    stopwatch.lap("doctor")
    save(model, folder.path / "model")
    if (hooks := hooks_of(recipe, folder.path, None)) is not None:
        hooks.finish(run_end(folder.path, prepared.recipe, results.scores))
    write_results(folder, recipe, table, folds, findings, networks, results, stopwatch)
    return Run.open(folder.path, model=model)


def _told(built: keras.Model, networks: Networks, fold: Represented) -> list[Notice]:
    """What is said of a network for inputs that are given back, or rows that are near each other."""
    signature, plan = fold.encoder.signature, networks.trained[0][0].plan
    target = signature.targets[0]
    if target.form == "embedding":
        return told_of_batches(target.name, np.asarray(fold.train.targets[target.key]), plan.batch_size)
    return told_of_middle(built, signature)
