"""Trains the networks of a run: one, or one for each fold and each seed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from protokit.bundle.model import Part
from protokit.core.errors import SpecError
from protokit.core.libraries.backend import keras
from protokit.core.seeds import derive
from protokit.core.values.signature import Signature
from protokit.learn.clustering.clusters import Clusters
from protokit.learn.train import Trainer, network_of
from protokit.learn.training.runtime import Values
from protokit.recipe.recipe import Recipe
from protokit.represent.represented import Represented
from protokit.show.progress import Progress
from protokit.workflow.record.folder import RunFolder
from protokit.workflow.record.results import Networks


def network_for(recipe: Recipe, signature: Signature, seed: int | None = None) -> keras.Model:
    """The untrained network of a recipe for some data. `seed` is the recipe's when not given.

    Raises:
        SpecError: the menu does not fit the data, at its line.
    """
    seed = recipe.seed if seed is None else seed
    try:
        return network_of(recipe.network, signature, seed=seed, precision=recipe.learn.precision)
    except SpecError as error:
        raise recipe.in_menu(error) from None


def with_clusters(recipe: Recipe, networks: Networks, folds: Sequence[Represented]) -> Networks:
    """The networks with the clusters that are found in what they make of the training rows."""
    learn, parts, notices = recipe.learn, [], []
    for part, fold in zip(networks.parts, folds, strict=True):
        codes = part.codes(fold.train.inputs)
        clusters, told = Clusters.fit(codes, learn.cluster_by, learn.clusters, recipe.seed)
        parts.append(replace(part, clusters=clusters))
        notices += told
    return Networks(tuple(parts), networks.trained, tuple(notices))


def train_all(
    recipe: Recipe, first: keras.Model, folds: Sequence[Represented], folder: RunFolder, shown: Progress
) -> Networks:
    """Train a network for each fold and seed; `first` is the one of the first fold and seed, already built.

    All of the same shape share one compiled program.
    """
    seeds = [recipe.seed, *(derive(recipe.seed, "network", i) for i in range(1, recipe.learn.seeds))]
    total = len(folds) * len(seeds)
    trainers: list[Trainer] = []
    # all are built before the first is trained: to build sets TensorFlow's seed, which costs compiled functions dear
    built: list[list[tuple[Trainer, Values]]] = [[] for _ in folds]
    for i, fold in enumerate(folds):
        for j, seed in enumerate(seeds):
            network = first if i == j == 0 else network_for(recipe, fold.encoder.signature, seed)
            values = Values.of(network)
            if not any(known.fits(network) for known in trainers):
                rows, signature = folds[0].train.rows, fold.encoder.signature
                trainers.append(Trainer(recipe.learn, network, signature, seed=recipe.seed, trainings=total, rows=rows))
            built[i].append((next(known for known in trainers if known.fits(network)), values))
    parts, trained = [], []
    for i, fold in enumerate(folds):
        found = []
        for j, seed in enumerate(seeds):
            trainer, values = built[i][j]
            label = f"network {i * len(seeds) + j + 1} of {total}" if total > 1 else ""
            found.append(
                trainer.train(
                    fold.train,
                    fold.validation,
                    values,
                    seed=seed,
                    snapshot=folder.snapshot(i, j),
                    key=folder.key,
                    on_epoch=lambda p, plan, label=label: shown.epoch(  # type: ignore[misc]
                        p.epoch, plan.epochs, p.history[-1]["loss"], p.history[-1]["validation_loss"], label
                    ),
                )
            )
        parts.append(Part(fold.encoder, built[i][0][0].network, tuple(one.weights for one in found)))
        trained.append(tuple(found))
    return Networks(tuple(parts), tuple(trained))


def trained_rows(networks: Networks, folds: Sequence[Represented]) -> int:
    """How many rows went through the first network in training, each counted in every epoch."""
    return folds[0].train.rows * networks.trained[0][0].progress.epoch
