"""A bank of compiled trainings: compile once, train many recipes.

A search trains hundreds of settings of a few architectures. What is compiled is kept under all that is compiled in
(`architecture_of`); the rest are inputs of the training. A training from the bank gives the bits that a fresh Trainer
gives, in whatever order trainings come. For a known architecture nothing is built: its initial weights for a seed are
kept, or drawn again (`InitialWeights`).
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from protokit.core.errors import ProtokitError
from protokit.core.libraries.backend import keras, tf
from protokit.core.values.arrays import Arrays
from protokit.core.values.signature import Signature
from protokit.learn.bank.architecture import Architecture, architecture_of, weighing
from protokit.learn.bank.initial_weights import InitialWeights
from protokit.learn.plan import Plan, Progress
from protokit.learn.train import Trained, Trainer, network_of
from protokit.learn.training.runtime import Values
from protokit.learn.words import Learn
from protokit.menu import catalogue
from protokit.menu.expand import expand
from protokit.menu.items import Outline

MOST = 64  # architectures whose programs are kept; one takes some megabytes
MOST_BYTES = 256 << 20  # of initial weights


@dataclass
class Known:
    """An architecture with its trainer, and where its networks begin, by the data and the seed."""

    trainer: Trainer
    made: dict[str, InitialWeights | None] = field(default_factory=dict)
    initial: OrderedDict[tuple[str, int], tuple[np.ndarray, ...]] = field(default_factory=OrderedDict)

    @property
    def network(self) -> keras.Model:
        """The network, with the weights that it was given last."""
        return self.trainer.network

    @property
    def bytes(self) -> int:
        """Those of the initial weights that are kept."""
        return sum(one.nbytes for some in self.initial.values() for one in some)


@dataclass(frozen=True)
class Begun:
    """A training that the bank has all for: what is compiled, and the values that it begins from.

    `known` is whether the architecture was there, `seconds` what building took.
    """

    architecture: Architecture
    entry: Known
    values: Values
    known: bool
    seconds: float

    @property
    def network(self) -> keras.Model:
        """The network; after a training it holds the best weights."""
        return self.entry.network


class Bank:
    """Compiled trainings; those used longest ago are forgotten first."""

    def __init__(self, most: int = MOST) -> None:
        """`most` is how many architectures are kept."""
        self._most = most
        self._known: OrderedDict[str, Known] = OrderedDict()

    def __len__(self) -> int:
        return len(self._known)

    def begin(
        self,
        learn: Learn,
        menu: Outline,
        signature: Signature,
        train: Arrays,
        validation: Arrays,
        *,
        seed: int,
        rows: int | None = None,
    ) -> Begun:
        """Find or make what trains a menu on such rows. `rows` are about as many as each training will have.

        Raises:
            SpecError: the menu does not fit the data.
            DataError: the loss is not for this task.
        """
        started = time.monotonic()
        weighs = weighing(learn, train, validation)
        architecture = architecture_of(learn, menu, signature, weighs=f"{weighs} {rows}")
        entry = self._known.get(architecture.key)
        known = entry is not None
        of_data = (_of_data(signature), seed)
        if entry is None or not self._drawn(entry, *of_data):
            network = network_of(
                menu, signature, seed=seed, precision=learn.precision, seed_tensorflow=_is_foreign(menu)
            )
            made, variables = InitialWeights.of(network, seed), Values.of(network).variables
            if entry is None:
                entry = Known(Trainer(learn, network, signature, seed=seed, rows=rows, timed=False))
                self._known[architecture.key] = entry
            entry.made[of_data[0]] = made
            assert variables is not None
            entry.initial[of_data] = variables
        self._known.move_to_end(architecture.key)
        self._make_room()
        values = Values(
            entry.initial[of_data], architecture.learning_rate, architecture.weight_decay, architecture.dropout
        )
        return Begun(architecture, entry, values, known, time.monotonic() - started)

    def train(
        self,
        begun: Begun,
        learn: Learn,
        train: Arrays,
        validation: Arrays,
        *,
        seed: int,
        snapshot: Path | None = None,
        key: str = "",
        on_epoch: Callable[[Progress, Plan], None] | None = None,
    ) -> Trained:
        """Train what was begun, by `learn`. See `Trainer.train`.

        Raises:
            TrainingError: the loss was not finite; or there was no memory.
        """
        try:
            return begun.entry.trainer.train(
                train,
                validation,
                begun.values,
                seed=seed,
                snapshot=snapshot,
                key=key,
                on_epoch=on_epoch,
                learn=learn,
            )
        except (ProtokitError, KeyboardInterrupt):
            raise
        except (MemoryError, tf.errors.OpError):
            self.forget(begun)  # nobody knows in what state it is
            raise

    def forget(self, begun: Begun) -> None:
        """Forget an architecture: the next training of it is compiled anew."""
        self._known.pop(begun.architecture.key, None)

    def _drawn(self, entry: Known, data: str, seed: int) -> bool:
        """Whether the initial weights of a seed are there, or can be drawn."""
        if (data, seed) not in entry.initial:
            made = entry.made.get(data)
            if made is None:
                return False
            entry.initial[data, seed] = made.values(seed)
        entry.initial.move_to_end((data, seed))
        return True

    def _make_room(self) -> None:
        while len(self._known) > self._most:
            self._known.popitem(last=False)
        entries = list(self._known.values())
        total = sum(entry.bytes for entry in entries)
        for entry in entries:
            while total > MOST_BYTES and len(entry.initial) > 1:
                _, dropped = entry.initial.popitem(last=False)
                total -= sum(one.nbytes for one in dropped)


def _of_data(signature: Signature) -> str:
    """What of the data the initial weights are made of: knots, and vectors of words."""
    knots = [spec.knots.values for spec in signature.inputs if spec.knots]
    vectors = [id(spec.vectors.values) for spec in signature.inputs if spec.vectors]
    hazards = [(target.times, target.hazards) for target in signature.targets]
    return repr((knots, vectors, hazards)) if knots or vectors or any(map(any, hazards)) else ""


def _is_foreign(menu: Outline) -> bool:
    """Whether a layer is of another package: nobody knows how it draws its weights."""
    entries = (catalogue.find("layers", node.kind) for node in expand(menu).nodes)
    return any(entry is not None and entry.own is not None for entry in entries)
