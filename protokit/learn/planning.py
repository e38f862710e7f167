"""From what a recipe says of training, and the rows that there are, to a plan."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, TypeAlias

import numpy as np

from protokit.core.errors import DataError
from protokit.core.names import as_text
from protokit.core.values.arrays import Arrays
from protokit.core.values.signature import Signature, TargetSpec
from protokit.learn.order import in_files
from protokit.learn.parts.loss import ByTarget
from protokit.learn.parts.stop import Stop
from protokit.learn.plan import PLATEAU, Plan
from protokit.learn.words import Learn

OfClasses: TypeAlias = Literal["balanced"] | Mapping[object, float]
Weights: TypeAlias = OfClasses | ByTarget
EPOCHS, PATIENCE = 200, 20  # of at least so many batches, or more of them, and the same of PLATEAU:
BATCHES = 10
_ACCUMULATED = "gradient_accumulation_steps"


def plan_of(
    learn: Learn,
    signature: Signature,
    train: Arrays,
    validation: Arrays,
    seed: int,
    typical_rows: int | None = None,
) -> Plan:
    """The plan for given rows. `seed` is the network's; `typical_rows` are `train`'s by default."""
    rows = typical_rows or train.rows
    size = min(learn.batch_size or batch_size(rows), rows)
    if learn.devices:
        size -= size % learn.devices if size > learn.devices else 0  # each has as many rows
    # few batches change little: where an epoch is of few, as many more epochs are as one
    batches = -(-rows // size)
    times = max(1, -(-BATCHES // batches))
    epochs = EPOCHS * times if learn.epochs is None else learn.epochs
    if epochs:
        _hold_a_step(learn, epochs * batches)
    return Plan(
        epochs,
        size,
        seed,
        learn.schedule_name,
        patience_of(learn.stop, PATIENCE * times),
        learn.stop.monitor if learn.stop else "validation_loss",
        _weights(train, class_weights(learn.class_weights, signature, train)),
        _weights(validation, None),
        rows,
        PLATEAU * times,
        in_files(train.inputs),
        by_step=learn.by_step,
    )


def _hold_a_step(learn: Learn, batches: int) -> None:
    """Stop where gradients are added up over more batches than there are: no weight would ever change."""
    [(name, given)] = learn.optimizer.items() if isinstance(learn.optimizer, dict) else [(learn.optimizer, None)]
    added = (given if isinstance(given, dict) else {}).get(_ACCUMULATED) or 1
    if added > batches:
        rule = f"gradients of {added} batches are added up for each step, and the whole training has {batches}"
        cure = f"write {_ACCUMULATED}: {max(1, batches // 10)}, or more epochs"
        raise DataError(rule, cure=cure, place=f"learn.optimizer.{name}.{_ACCUMULATED}")


def patience_of(stop: Stop | None, usual: int) -> int | None:
    """Epochs without a better value after which training ends; None where it does not."""
    if stop is None or stop.patience is None:
        return None
    return stop.patience if isinstance(stop.patience, int) else usual


def _weights(arrays: Arrays, by_class: dict[str, np.ndarray] | None) -> dict[str, np.ndarray] | None:
    if arrays.weights is None:
        return by_class
    return {name: arrays.weights * (by_class[name] if by_class else 1) for name in arrays.targets}


def batch_size(rows: int) -> int:
    """Rows in a batch when the recipe says nothing: a fiftieth of the training rows, from 32 to 256.

    >>> batch_size(100), batch_size(5_000), batch_size(1_000_000)
    (32, 100, 256)
    """
    return max(32, min(256, rows // 50))


def class_weights(given: Weights | None, signature: Signature, train: Arrays) -> dict[str, np.ndarray] | None:
    """The weight of each training row by its class, with a mean of 1 over the rows when balanced.

    Rows count alike in targets without classes where others have some, and in those that are not named.

    Shapes: by the target's key, (rows,) float32.

    Raises:
        DataError: no target has classes, or not the ones that are weighted.
    """
    if given is None:
        return None
    found: dict[str, np.ndarray] = {}
    others = [target for target in signature.targets if target.has_classes]
    for target in signature.targets:
        own, truth = weights_of(given, target, several=len(others) > 1), train.truth[target.name]
        if not target.has_classes and (not others or own is not given):
            if own is None:
                continue
            why = "has several in each" if target.classes else "has no classes"
            rule = f"class weights are for rows of one class, and {target.name!r} {why}"
            raise DataError(rule, cure="remove learn.class_weights" if own is given else f"remove {target.name!r}")
        if own is not None and target.has_classes:
            found[target.key] = of_each_class(own, target, truth)[truth].astype(np.float32)
    ones = np.ones(train.rows, np.float32)
    return {target.key: found.get(target.key, ones) for target in signature.targets}


def weights_of(given: Weights | None, target: TargetSpec, *, several: bool = False) -> OfClasses | None:
    """What class weights say of one target; None where they say nothing of it.

    Of `several` targets of classes a mapping of classes alone does not say which it is for.

    Raises:
        DataError: it is not clear of which target the classes are.
    """
    if isinstance(given, ByTarget):
        return given.get(target.name)
    if several and isinstance(given, Mapping):
        rule = "class weights name classes, and several targets have some"
        raise DataError(rule, cure=f"write class_weights: {{{target.name}: {{CLASS: 2}}}}")
    return given


def of_each_class(given: OfClasses, target: TargetSpec, truth: np.ndarray) -> np.ndarray:
    """The weight of each class, by the classes of the training rows.

    Shapes: truth (rows,) -> (classes,).

    Raises:
        DataError: a class that is weighted is none of the target's.
    """
    if given == "balanced":
        counts = np.bincount(truth, minlength=len(target.classes))
        balanced: np.ndarray = len(truth) / (len(target.classes) * np.maximum(counts, 1))
        return balanced
    by_name = {as_text(name): weight for name, weight in given.items()}
    names = [as_text(name) for name in target.classes]
    if unknown := sorted(set(by_name) - set(names)):
        raise DataError(f"class weights: {target.name!r} has no class {unknown[0]!r}", cure=f"it has {names}")
    return np.array([by_name.get(name, 1.0) for name in names])
