"""Looks into a trained network on a few rows: its layers, and its losses beside those of a constant."""

from __future__ import annotations

import functools
import operator
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from protokit.core.checkup import LayerCheck, Measured
from protokit.core.libraries.backend import BACKEND, keras
from protokit.core.libraries.keras_state import seeded
from protokit.core.seeds import derive
from protokit.core.values.arrays import Arrays
from protokit.core.values.signature import Signature, TargetSpec
from protokit.learn.compiling import loss_of
from protokit.learn.inspection import layer_numbers as layers
from protokit.learn.inspection.layer_numbers import Outputs
from protokit.learn.plan import Plan
from protokit.learn.snapshot import assign, values
from protokit.learn.targets import reconstruction
from protokit.learn.words import Learn

_ROWS, _VALIDATION_ROWS = 512, 1024
_NUMBERS = 2_000_000  # that all layers give for all rows together, but at least so many rows:
_FEWEST = 64
_FOR_CONSTANT = 50_000  # rows
_AT_A_TIME = 256


@dataclass(frozen=True)
class Rows:
    """Some rows of a part of the data, with what the network gives for them.

    Shapes:
        places: (some,) positions in the part, ascending.
        outputs: (some, *shape of the target) by the target's name.
    """

    places: np.ndarray
    outputs: Mapping[str, np.ndarray]


@dataclass(frozen=True)
class Probe:
    """What was found; losses as in `Checkup`."""

    layers: tuple[LayerCheck, ...]
    train: Rows
    validation: Rows
    constant: float
    validation_constant: float
    start: float
    trained: float
    penalty_start: float
    penalty: float
    gain: Measured


def probe(
    network: keras.Model,
    learn: Learn,
    signature: Signature,
    train: Arrays,
    validation: Arrays,
    start: Sequence[np.ndarray],
    kept: Sequence[np.ndarray],
    plan: Plan,
) -> Probe:
    """Look into a network at its initial weights, `start`, and at those that training kept.

    No weight, seed or metric is changed: the network is afterwards as it was before.
    """
    before = tuple(values(variable) for variable in network.variables)
    fewer = max(_FEWEST, _NUMBERS // layers.numbers(network))
    seen = some_rows(train, min(_ROWS, fewer), plan.seed)
    held = some_rows(validation, min(_VALIDATION_ROWS, 2 * fewer), plan.seed)
    losses = _Losses(learn, signature)
    where = layers.places(network)
    batch = {name: part[seen] for name, part in train.inputs.items()}
    truth = {key: part[seen] for key, part in train.targets.items()}
    try:
        with seeded(plan.seed, tensorflow=False):
            assign(list(network.weights), tuple(kept))
            now = layers.look(network, where, batch, lambda outputs: losses.total(truth, outputs))
            outputs = losses.arrays(_forward(network, validation, held))
            # a head that starts at zero would let no gradient through: it is probed as it came out of training
            began = [k if k.ndim > 1 and not s.any() else s for s, k in zip(start, kept, strict=True)]
            assign(list(network.weights), tuple(began))
            then = layers.look(network, where, batch, lambda outputs: losses.total(truth, outputs))
            assign(list(network.weights), tuple(start))
            first = losses.arrays(_forward(network, train, seen))
    finally:
        assign(list(network.variables), before)
    trained = losses.arrays(now.outputs)
    own = {key: None if plan.weights is None else plan.weights[key][seen] for key in truth}
    checked = {key: part[held] for key, part in validation.targets.items()}
    best = {t.key: losses.constant(t, train, plan) for t in signature.targets}
    flat = np.sum([losses.by_row(key, checked[key], best[key][1]) for key in checked], axis=0)
    reached = np.sum([losses.by_row(key, checked[key], outputs[key]) for key in checked], axis=0)
    saved = flat - reached
    return Probe(
        layers.checks(where, now, then, start, kept, plan.batch_size),
        Rows(seen, {t.name: trained[t.key] for t in signature.targets}),
        Rows(held, {t.name: outputs[t.key] for t in signature.targets}),
        constant=sum(loss for loss, _ in best.values()),
        validation_constant=float(flat.mean()),
        start=sum(_mean(losses.by_row(key, truth[key], first[key]), own[key]) for key in truth),
        trained=sum(_mean(losses.by_row(key, truth[key], trained[key]), own[key]) for key in truth),
        penalty_start=then.penalty,
        penalty=now.penalty,
        gain=Measured(float(saved.mean()), float(saved.std() / max(1, len(saved)) ** 0.5)),
    )


def some_rows(arrays: Arrays, most: int, seed: int) -> np.ndarray:
    """Positions of some rows, ascending; all where there are few."""
    generator = np.random.Generator(np.random.PCG64(derive(seed, "probe")))
    chosen: np.ndarray = np.sort(generator.permutation(arrays.rows)[:most])
    return chosen


class _Losses:
    """The losses of a recipe row by row, by the target's key."""

    def __init__(self, learn: Learn, signature: Signature) -> None:
        self.targets = signature.targets
        self._losses = {target.key: loss_of(learn, target) for target in signature.targets}
        self._counts = {target.key: learn.loss_weight(target.name) for target in signature.targets}

    def _by_key(self, outputs: Outputs) -> Mapping[str, keras.KerasTensor]:
        return outputs if isinstance(outputs, dict) else {self.targets[0].key: outputs}

    def total(self, truth: Mapping[str, np.ndarray], outputs: Outputs) -> keras.KerasTensor:
        """The mean loss, as a tensor."""
        by_key = self._by_key(outputs).items()
        found = [self._losses[key](truth[key], given) * self._counts[key] for key, given in by_key]
        return functools.reduce(operator.add, [keras.ops.cast(one, "float32") for one in found])

    def arrays(self, outputs: Outputs) -> dict[str, np.ndarray]:
        """Outputs as NumPy arrays."""
        return {key: np.asarray(keras.ops.convert_to_numpy(v), np.float32) for key, v in self._by_key(outputs).items()}

    def by_row(self, key: str, truth: np.ndarray, outputs: np.ndarray) -> np.ndarray:
        """Shapes: (rows, ...), (rows, ...) -> (rows,)."""
        loss = self._losses[key]
        given = np.broadcast_to(outputs, (len(truth), *outputs.shape[1:]))
        wanted, shaped = _shaped(np.asarray(truth), given)
        pair = (wanted, shaped) if BACKEND == "tensorflow" else map(keras.ops.convert_to_tensor, (wanted, shaped))
        found = np.asarray(keras.ops.convert_to_numpy(loss.call(*pair)), np.float64)
        found = found.reshape(len(truth), -1) if found.ndim else np.full((len(truth), 1), found)  # one for all rows
        by_row: np.ndarray = found.mean(axis=1) * self._counts[key]
        return by_row

    def constant(self, target: TargetSpec, train: Arrays, plan: Plan) -> tuple[float, np.ndarray]:
        """The least loss on training rows of what says the same for every row, and what it says, as one row."""
        rows = some_rows(train, _FOR_CONSTANT, plan.seed) if train.rows > _FOR_CONSTANT else slice(None)
        truth = np.asarray(train.targets[target.key][rows])
        weights = None if plan.weights is None else plan.weights[target.key][rows]
        one_hot = _one_hot(target, truth) if _coded(target) else truth
        mean = np.average(one_hot.astype(np.float64), axis=0, weights=weights).reshape(-1)
        said = [mean, np.median(one_hot, axis=0).reshape(-1)]
        if target.of_task.probabilities:
            sure = np.clip(mean, 1e-7, 1 - 1e-7)
            said.append(np.log(sure) if _coded(target) else np.log(sure / (1 - sure)))  # where the loss takes logits
        if target.form == "quantiles":
            said = [np.quantile(truth, target.quantiles)]
        if target.form == "inputs":
            said = [reconstruction.constant(target.parts, truth)]
        if target.form == "embedding":
            return np.log(2.0), np.eye(1, *target.shape, dtype=np.float32)  # all rows in one place
        if target.form == "survival":
            said = [np.zeros(target.shape)]  # the hazard of all
        if target.form in ("tags", "tokens"):
            shares = np.bincount(truth[truth >= 0], minlength=len(target.classes)) / max(1, (truth >= 0).sum())
            said = [np.broadcast_to(shares, target.shape)]
        found = []
        for one in said:
            row = one.astype(np.float32).reshape(1, *target.shape)
            loss = _mean(self.by_row(target.key, truth, row), weights)
            found.append((loss if np.isfinite(loss) else np.inf, row))
        return min(found, key=lambda pair: pair[0])


def _one_hot(target: TargetSpec, truth: np.ndarray) -> np.ndarray:
    """Shapes: (rows, 1), or (rows, height, width), of places -> (rows, *shape of the target)."""
    places = truth.reshape(len(truth), *target.shape[:-1]).astype(int)
    found: np.ndarray = np.eye(len(target.classes))[places]
    return found


def _coded(target: TargetSpec) -> bool:
    return target.of_task.coded


def _shaped(truth: np.ndarray, given: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Truth of the outputs' rank: losses of one number would spread (rows,) against (rows, 1)."""
    if truth.ndim == given.ndim - 1 and given.shape[-1] == 1:
        truth = truth[..., None]
    return truth, given


def _forward(network: keras.Model, arrays: Arrays, rows: np.ndarray) -> Outputs:
    """What the network gives for some rows, as for prediction."""
    found = []
    for start in range(0, len(rows), _AT_A_TIME):
        some = {name: part[rows[start : start + _AT_A_TIME]] for name, part in arrays.inputs.items()}
        found.append(network(some, training=False))
    whole: Outputs = keras.tree.map_structure(lambda *parts: keras.ops.concatenate(parts), *found)
    return whole


def _mean(by_row: np.ndarray, weights: np.ndarray | None) -> float:
    """The mean loss as training has it: the sum of the weighted losses over the count of rows."""
    return float((by_row if weights is None else by_row * weights).mean())
