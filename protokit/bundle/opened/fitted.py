"""What was learned, opened: the networks, and a table on its way into them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd

from protokit.bundle.input_schema import InputSchema
from protokit.bundle.opened import gradients
from protokit.bundle.opened.averaging import brought
from protokit.bundle.opened.keras_copy import copied
from protokit.bundle.opened.labelled import Labelled, arrays_of
from protokit.bundle.opened.learned import Encoded, Learned, knowing
from protokit.bundle.part import Part
from protokit.core.errors import SpecError
from protokit.core.libraries.backend import keras
from protokit.core.names import counted
from protokit.core.plain import without_numpy
from protokit.core.seeds import derive
from protokit.core.values.arrays import Arrays
from protokit.evaluate.audit.kept_rows import KeptRows
from protokit.menu.menu import Menu


@dataclass(frozen=True)
class Fitted(Learned):
    """Networks with everything that comes before them. See `Model`."""

    menu: Menu
    parts: tuple[Part, ...]
    precision: str = "float32"
    input_schema: InputSchema | None = None
    compiled: Mapping[str, object] | None = field(default=None, compare=False)  # see `keras_copy.compiled_words`
    kept_rows: KeptRows | None = field(default=None, compare=False, repr=False)  # those that it was made of

    def __post_init__(self) -> None:
        """A later table's numbers are read as training's were written."""
        object.__setattr__(self, "input_schema", knowing(self.input_schema, self.parts))

    @cached_property
    def network(self) -> keras.Model:
        """A Keras model with the weights of the first of the networks, as `to_keras(network=0)` gives it.

        It is the same object each time, and yours: it may be trained on, and what the model predicts stays as it is.
        """
        return self.to_keras(network=0)

    @property
    def networks(self) -> int:
        """How many networks are averaged."""
        return sum(len(part.weights) for part in self.parts)

    def answers(
        self, frame: pd.DataFrame, encoded: Encoded, samples: int | None = None, seed: int = 0
    ) -> list[dict[str, np.ndarray]]:
        """What each network says of a table's rows, as `encoder.encode` has them; `predict` makes the mean of it.

        >>> rows, _ = model.rows(birds)
        >>> [said["species"].shape for said in model.answers(rows, [model.encoder.encode(rows)])]
        [(80, 2)]
        """
        drawn: list[dict[str, np.ndarray]] = []
        for i, (part, some) in enumerate(zip(self.parts, encoded, strict=True)):
            own = derive(seed, "part", i)
            said = [part.scores(*some)] if samples is None else part.sampled(*some, samples, own)
            drawn += [brought(self.parts[0], part, one) for one in said]
        return drawn

    def to_keras(self, *, network: int | None = None) -> keras.Model:
        """A new Keras model with the trained weights, compiled with the recipe's loss, optimizer and metrics.

        It takes `arrays(table).inputs` and gives what the networks say on average, or one of them by its place. It
        lives its own life: nothing that is done to it changes what this model predicts, nor the other way round. Its
        learning rate is where the recipe's schedule starts. A model that an earlier version wrote comes uncompiled.

        >>> network = model.to_keras()
        >>> network.count_params(), [layer.name for layer in network.layers][-1]
        (57, 'output')

        Raises:
            SpecError: there is no such network, each fold has encoders of its own and none is chosen, or a loss of
                one's own is not registered here.
        """
        part, place = self._part_of(network)
        return copied(self.menu, part, self.precision, self.compiled, place)

    def arrays(self, table: object, *, network: int | None = None) -> Arrays:
        """A table as the network takes it: `inputs` by name, and `targets` where the table has the truth.

        `fit` of what `to_keras` gives takes `inputs` and, of one target, its only value in `targets`. With folds,
        `network` says whose encoders are used.

        >>> arrays = model.arrays(birds)
        >>> {name: array.shape for name, array in arrays.inputs.items()}, list(arrays.targets)
        ({'numbers': (80, 5)}, ['species'])

        Raises:
            SpecError: each fold has encoders of its own, and no network is chosen.
            DataError: a column is missing, or a cell is not what its column is.
        """
        return arrays_of(self._part_of(network)[0], self.rows(table)[0])

    def gradients(self, table: object, *, network: int = 0) -> dict[str, np.ndarray]:
        """The gradient of the mean loss over a table with the truth in it, for each weight by its path in Keras.

        They come in the order of `to_keras(network=...).trainable_variables`. Dropout is off, as in prediction.

        >>> {path: gradient.shape for path, gradient in model.gradients(birds).items()}
        {'dense_1/kernel': (5, 8), 'dense_1/bias': (8,), 'output/kernel': (8, 1), 'output/bias': (1,)}

        Shapes: those of the weights.

        Raises:
            SpecError: there is no such network, or it was kept without its loss.
            DataError: a column is missing.
        """
        if network is None:
            raise SpecError.one("gradients are those of one network", "say which: network=0")
        if self.compiled is None:
            raise SpecError.one("this model was kept without its loss", "run its recipe again")
        part, _ = self._part_of(network)
        if part.clusters is not None:
            raise SpecError.one(
                "gradients are of a loss, and clusters have none of a later table", "take arrays, or embed"
            )
        rows, _ = Labelled.of(part, self.rows(table)[0]).arrays(part)
        copy = self.to_keras(network=network)
        paths = {id(one): own.path for one, own in zip(copy.weights, part.network.weights, strict=True)}
        names = [paths[id(one)] for one in copy.trainable_variables]
        return dict(zip(names, gradients.of_weights(copy, rows), strict=True))

    def _part_of(self, network: int | None) -> tuple[Part, int | None]:
        """The part that a network belongs to, with its place there.

        Raises:
            SpecError: there is none, or there are several parts to choose from.
        """
        network = without_numpy(network)
        if network is None:
            if len(self.parts) > 1:
                rule = f"each of the {len(self.parts)} folds has encoders of its own"
                raise SpecError.one(rule, f"choose one of the {counted(self.networks, 'network')}: network=0")
            return self.parts[0], None
        if isinstance(network, bool) or not isinstance(network, int) or not 0 <= network < self.networks:
            rule = f"there is no network {network!r}: the model has {self.networks}"
            raise SpecError.one(rule, f"a number from 0 to {self.networks - 1}")
        for part in self.parts:
            if network < len(part.weights):
                return part, network
            network -= len(part.weights)
        raise AssertionError("it was among them")
