"""Trains the networks of a run: one, or one for each fold and each seed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any, Protocol

from protokit.bundle.part import Part
from protokit.core.errors import SpecError
from protokit.core.libraries.backend import keras
from protokit.core.seeds import derive
from protokit.core.values.said import Notice
from protokit.core.values.signature import Signature
from protokit.learn.clustering.clusters import Clusters
from protokit.learn.staging.freezing import hold_freezes
from protokit.learn.staging.trainer import Trains, trainer_of
from protokit.learn.train import Trainer, network_of
from protokit.learn.training import devices
from protokit.learn.training.runtime import Values
from protokit.learn.words import DEALT
from protokit.menu import catalogue
from protokit.menu.expand import expand
from protokit.menu.house_menu import HOUSE_MENUS
from protokit.recipe.consistency import cannot_deal
from protokit.recipe.recipe import Recipe
from protokit.represent.represented import Represented
from protokit.represent.splitting import dealt_validation, says_validation
from protokit.show.progress import Progress
from protokit.workflow.record.folder import RunFolder
from protokit.workflow.record.hooks import hooks_of
from protokit.workflow.record.results import Networks
from protokit.workflow.warm.start import WarmStart


def network_for(
    recipe: Recipe, signature: Signature, seed: int | None = None, layers: dict[str, Any] | None = None
) -> keras.Model:
    """The untrained network of a recipe for some data. `seed` is the recipe's when not given.

    `layers` are those that it shares with other networks: see `protokit.menu.network.build.build`.

    Raises:
        SpecError: the menu does not fit the data, or has nothing of what is to be frozen, at its line.
    """
    seed = recipe.seed if seed is None else seed
    try:
        with devices.together(recipe.learn, signature):
            how: dict[str, Any] = {"precision": recipe.learn.precision, "folder": recipe.folder, "layers": layers}
            network = network_of(recipe.network, signature, seed=seed, seed_tensorflow=not is_shared(recipe), **how)
        devices.synchronize(network)
    except SpecError as error:
        raise recipe.in_menu(error) from None
    try:
        hold_freezes(network, recipe.learn)
    except SpecError as error:
        raise recipe.document.error([fault.under(("learn",)) for fault in error.faults]) from None
    return network


def with_clusters(recipe: Recipe, networks: Networks, folds: Sequence[Represented]) -> Networks:
    """The networks with the clusters that are found in what they make of the training rows."""
    learn, parts, notices = recipe.learn, [], []
    for part, fold in zip(networks.parts, folds, strict=True):
        codes = part.codes(fold.train.inputs)
        clusters, told = Clusters.fit(codes, learn.cluster_by, learn.clusters, recipe.seed)
        parts.append(replace(part, clusters=clusters))
        notices += told
    return Networks(tuple(parts), networks.trained, (*networks.notices, *notices))


class TrainAll(Protocol):
    """What trains the networks of a run: see `train_all`."""

    def __call__(
        self,
        recipe: Recipe,
        first: keras.Model,
        folds: Sequence[Represented],
        folder: RunFolder,
        shown: Progress,
        start: WarmStart | None = None,
    ) -> Networks:
        """See `train_all`."""
        ...


class Trainers:
    """Compiled trainings that runs share: of the same words of `learn`, for networks of the same shape.

    Which rows they are for is set when one is handed out. Those used longest ago are forgotten first.
    """

    def __init__(self, runs: int, most: int = 32) -> None:
        """`runs` are how many are to come: worth compiling more for. `most` are kept."""
        self._runs, self._most, self._known = runs, most, list[tuple[object, Trains]]()

    def of(
        self, recipe: Recipe, network: keras.Model, signature: Signature, trainings: int, rows: int | None
    ) -> Trains:
        """One that fits, made where there is none.

        Raises:
            DataError: the loss is not for this task.
        """
        learn, targets = recipe.learn, signature.targets
        times = [(target.times, target.hazards) for target in targets]  # losses may be made of them
        in_stages = rows if learn.stages or learn.freeze else None
        kind = (repr(learn.as_plain()), recipe.seed, targets, times, trainings, in_stages)
        found = next((one for one in self._known if one[0] == kind and one[1].fits(network)), None)
        if found is None:
            of_all = trainings * self._runs
            found = kind, trainer_of(learn, network, signature, seed=recipe.seed, trainings=of_all, rows=rows)
        else:
            self._known.remove(found)
        self._known = [*self._known, found][-self._most :]
        trainer = found[1]
        if isinstance(trainer, Trainer):
            trainer.rows, trainer.alone = rows, True
        return trainer


def is_shared(recipe: Recipe) -> bool:
    """Whether a training may be compiled for several runs: nothing in it is of another package or a person's own.

    Nobody knows what such a thing draws, or keeps from one training to the next.
    """
    own = (node.kind for node in expand(recipe.network).nodes)
    foreign = any(entry is not None and entry.own is not None for entry in map(partial(catalogue.find, "layers"), own))
    return not foreign and recipe.learn.training_step is None and not any(True for _ in recipe.learn.parts())


def train_all(
    recipe: Recipe,
    first: keras.Model,
    folds: Sequence[Represented],
    folder: RunFolder,
    shown: Progress,
    start: WarmStart | None = None,
    trainers: Trainers | None = None,
) -> Networks:
    """Train a network for each fold and seed; `first` is the one of the first fold and seed, already built.

    All begin at the `start`, where the recipe names one; it is read where it is not given.

    All of the same shape share one compiled program, with other runs too where they share the `trainers`.
    """
    count = count_of(recipe)
    seeds = [recipe.seed, *(derive(recipe.seed, "network", i) for i in range(1, count))]
    dealt = tuple(dealt_to(recipe, fold, count) for fold in folds) if recipe.learn.deal else ()
    total = len(folds) * len(seeds)
    start = start or WarmStart.of(recipe)
    notices: dict[Notice, None] = {}
    trainers = trainers if trainers is not None and is_shared(recipe) else Trainers(1)
    rows = folds[0].train.rows
    # all are built before the first is trained: to build may set TensorFlow's seed, which costs compiled functions dear
    built: list[list[tuple[Trains, Values]]] = [[] for _ in folds]
    for i, fold in enumerate(folds):
        for j, seed in enumerate(seeds):
            network = first if i == j == 0 else network_for(recipe, fold.encoder.signature, seed)
            if start is not None:
                notices |= dict.fromkeys(start.told(start.put(network, fold.encoder, i, j), fold.encoder))
            values = Values.of(network)
            built[i].append((trainers.of(recipe, network, fold.encoder.signature, total, rows), values))
    if (of_devices := devices.told(recipe.learn, folds[0].encoder.signature)) is not None:
        notices[of_devices] = None
    parts, trained = [], []
    for i, fold in enumerate(folds):
        found = []
        for j, seed in enumerate(seeds):
            trainer, values = built[i][j]
            own = dealt[i][j] if dealt else fold
            label = f"network {i * len(seeds) + j + 1} of {total}" if total > 1 else ""
            found.append(
                trainer.train(
                    own.train,
                    own.validation,
                    values,
                    seed=seed,
                    snapshot=folder.snapshot(i, j),
                    key=folder.key,
                    hooks=hooks_of(recipe, folder.path, (i, j) if total > 1 else None),
                    on_epoch=lambda p, plan, label=label: shown.epoch(  # type: ignore[misc]
                        p.epoch, plan.epochs, p.history[-1]["loss"], p.history[-1]["validation_loss"], label
                    ),
                )
            )
            if said := found[-1].progress.stopped:
                of = f"the training of {label}" if label else "the training"
                notices[Notice(f"{of} was ended {said}", (), "remove it from the recipe to train on")] = None
        network = built[i][0][0].network
        if devices.mirrored(network) > 1:  # what predicts lies on one
            network = network_for(recipe.with_learn(devices=None), fold.encoder.signature)
        parts.append(Part(fold.encoder, network, tuple(one.weights for one in found)))
        trained.append(tuple(found))
    return Networks(tuple(parts), tuple(trained), tuple(notices), dealt=dealt)


def of_few_rows(recipe: Recipe, folds: Sequence[Represented]) -> tuple[Recipe, tuple[Notice, ...]]:
    """The recipe with dealt networks, where it says nothing of them, takes a house menu and has few rows."""
    learn, fold, written = recipe.learn, folds[0], recipe.document.data
    old = written.get("learn") if isinstance(written, dict) else None
    if isinstance(old, dict) and "seeds" in old:
        return recipe, (Notice("learn.seeds is called networks now", (), f"write networks: {learn.networks}"),)
    rows, specs = len(fold.frame), fold.encoder.signature
    house = HOUSE_MENUS[recipe.network.house] if recipe.network.house else None
    if learn.networks or learn.deal or house is None or {spec.kind for spec in specs.inputs} != {house.takes}:
        return recipe, ()
    if rows >= house.few_rows(specs) or fold.sample is not None or _not_dealt(recipe, fold):
        return recipe, ()
    rule = f"{rows:,} rows are few: {DEALT} networks with different validation rows are averaged"
    notice = Notice(rule, (), "or write learn: {networks: 1}, for one network on the training rows")
    return recipe.with_learn(networks=DEALT, deal="validation"), (notice,)


def _not_dealt(recipe: Recipe, fold: Represented) -> str | None:
    """Why networks cannot have different validation rows, with the data beside the recipe; None where they can."""
    split = recipe.represent.split
    if says_validation(fold.frame, split):
        return f"the column {split.way_column!r} says what the validation rows are: they cannot be dealt"
    return cannot_deal(recipe.represent, recipe.learn)


def count_of(recipe: Recipe) -> int:
    """How many networks a recipe has for each fold."""
    return recipe.learn.networks or (DEALT if recipe.learn.deal else 1)


def dealt_to(recipe: Recipe, fold: Represented, count: int) -> tuple[Represented, ...]:
    """The rows of each network of a fold: the same, with other ones for validation.

    The encoder is that of the fold: it has seen inputs of rows by which the other networks are stopped, but no network
    is stopped by a row that it has learned from.
    """
    if fold.sample is not None:
        rule, cure = "the training rows lie on the disk, and are not dealt anew", "remove deal"
        raise recipe.error(("learn", "deal"), rule, cure)
    if why := _not_dealt(recipe, fold):
        raise recipe.error(("learn", "deal"), why, "remove deal, or let the column say train and test alone")
    targets = fold.encoder.signature.targets
    name = next((target.name for target in targets if target.has_classes), None)
    classes = None if name is None else fold.frame[name]
    found = dealt_validation(fold.split, fold.frame, recipe.represent.split, classes, count, recipe.seed)
    return (fold, *(fold.with_validation(rows) for rows in found[1:]))


def trained_rows(networks: Networks, folds: Sequence[Represented]) -> int:
    """How many rows went through the first network in training, each counted in every epoch."""
    return folds[0].train.rows * networks.trained[0][0].progress.epoch
