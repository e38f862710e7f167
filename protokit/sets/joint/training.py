"""Trains the networks of several sets at once, through one compiled program."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from protokit.core.values.arrays import Arrays
from protokit.learn.parts.loss import ByTarget
from protokit.learn.plan import Plan, Progress
from protokit.learn.snapshot import values
from protokit.learn.staging.freezing import Freezing
from protokit.learn.train import Trained, Trainer
from protokit.learn.words import Learn
from protokit.represent.represented import Represented
from protokit.sets.joint.arrays import Rows, side_by_side
from protokit.sets.joint.network import Joint, target_of

OnEpoch = Callable[[Progress, Plan], None]


class JointTrainer(Trainer):
    """A Trainer whose rows count as those of `Rows` do."""

    sides: tuple[Rows, Rows]

    def plan(self, train: Arrays, validation: Arrays, seed: int | None = None, learn: Learn | None = None) -> Plan:
        """See Trainer."""
        found = super().plan(train, validation, seed, learn)
        own, checked = self.sides
        weights = {
            key: some * (1 if found.weights is None else found.weights[key]) for key, some in own.weights.items()
        }
        return replace(found, weights=weights, validation_weights=checked.weights)


def train_jointly(
    joint: Joint,
    learn: Learn,
    folds: Mapping[str, Represented],
    weights: Mapping[str, float],
    *,
    seed: int,
    snapshot: Path,
    key: str,
    freeze: tuple[str, ...] = (),
    on_epoch: OnEpoch | None = None,
) -> Trained:
    """Train some sets at once, each counting by its weight: joint batches, with as many rows of every set.

    The networks of `joint` hold the best weights afterwards; those of the result are the joint model's.

    Raises:
        TrainingError: the loss was not finite.
    """
    names = list(weights)
    network, signature = joint.model(names), joint.signature(names)
    train, validation = (
        side_by_side(joint, {name: getattr(folds[name], part) for name in names}, seed)
        for part in ("train", "validation")
    )
    freezing = Freezing(network, learn.menu)
    freezing.put(freeze)
    trainer = JointTrainer(joint_words(learn, joint, weights), network, signature, seed=seed, rows=train.arrays.rows)
    trainer.sides = train, validation
    trained = trainer.train(train.arrays, validation.arrays, snapshot=snapshot, key=key, on_epoch=on_epoch)
    freezing.put(())
    return trained


def joint_words(learn: Learn, joint: Joint, weights: Mapping[str, float]) -> Learn:
    """What a recipe says under `learn`, for the targets of several sets."""
    total = sum(weights.values())
    targets = {name: [target.name for target in joint.signatures[name].targets] for name in weights}
    counts = {
        target_of(name, target): weights[name] / total * learn.loss_weight(target)
        for name, some in targets.items()
        for target in some
    }
    new: dict[str, Any] = {"loss_weights": counts, "start": "zero", "networks": None, "deal": None, "metrics": ()}
    new |= {"after_epoch": (), "callbacks": (), "sets": None}
    for word in ("loss", "class_weights"):
        if isinstance(said := getattr(learn, word), ByTarget):
            by_name = {target_of(name, t): said[t] for name, some in targets.items() for t in some if t in said}
            new[word] = ByTarget(by_name)
    if len(counts) == 1:
        new["loss_weights"] = None
    return learn.model_copy(update=new)


def weights_of(joint: Joint, name: str) -> tuple[np.ndarray, ...]:
    """The weights of a set's network, as they are now."""
    return tuple(values(weight) for weight in joint.networks[name].weights)
