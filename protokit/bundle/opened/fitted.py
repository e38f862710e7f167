"""What was learned, opened: the networks, and a table on its way into them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd

from protokit.bundle.input_schema import InputSchema
from protokit.bundle.opened import gradients
from protokit.bundle.opened.averaging import needed, settled
from protokit.bundle.opened.keras_copy import copied
from protokit.bundle.opened.labelled import Labelled, arrays_of, target_columns
from protokit.bundle.part import Part
from protokit.collect.files.nested import filled
from protokit.collect.frames import as_frame, told_of_zones
from protokit.core.errors import SpecError
from protokit.core.libraries.backend import keras
from protokit.core.names import counted
from protokit.core.plain import without_numpy
from protokit.core.values.arrays import Arrays
from protokit.core.values.said import Notice
from protokit.core.values.signature import Signature
from protokit.evaluate.audit.kept_rows import KeptRows
from protokit.menu.menu import Menu
from protokit.represent.encoder import Encoder
from protokit.represent.encoding import Encoding


@dataclass(frozen=True)
class Fitted:
    """Networks with everything that comes before them. See `Model`."""

    menu: Menu
    parts: tuple[Part, ...]
    precision: str = "float32"
    input_schema: InputSchema | None = None
    compiled: Mapping[str, object] | None = field(default=None, compare=False)  # see `keras_copy.compiled_words`
    kept_rows: KeptRows | None = field(default=None, compare=False, repr=False)  # those that it was made of

    def __post_init__(self) -> None:
        """A later table's numbers are read as training's were written."""
        if self.input_schema is not None:
            found = {name: reading for part in self.parts for name, reading in part.encoder.notations.items()}
            object.__setattr__(self, "input_schema", self.input_schema.knowing(found))

    @property
    def signature(self) -> Signature:
        """What the network takes and gives; that of the first part where folds differ in their columns' levels."""
        return self.parts[0].encoder.signature

    @property
    def encoder(self) -> Encoding:
        """What was learned of the columns; that of the first part, with means of the parts' thresholds and spreads."""
        first = self.parts[0].encoder
        if len(self.parts) == 1 or not isinstance(first, Encoder):
            return first
        of_parts = [part.encoder.signature.targets for part in self.parts]
        return first.settled({specs[0].name: settled(specs) for specs in zip(*of_parts, strict=True)})

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

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that a table must have."""
        return self.input_schema.columns if self.input_schema else needed(self.parts)

    @property
    def kinds(self) -> dict[str, str]:
        """What each column is that is learned from, or that holds the truth."""
        learned = {name: kind for part in self.parts for name, kind in part.encoder.kinds.items()}
        return {**target_columns(self.parts[0].encoder), **learned}

    def rows(self, table: object) -> tuple[pd.DataFrame, list[Notice]]:
        """A table as the encoders take it, read and cleaned as the recipe's was; and what was decided in that.

        Columns of the truth come with it, where they are there.

        Raises:
            DataError: a column is missing, or a cell is not what a step says.
        """
        frame, notices = filled(as_frame(table), self.columns), list[Notice]()
        if self.input_schema is not None:
            notices = list(told_of_zones(frame[[name for name in self.input_schema.columns if name in frame.columns]]))
            frame, told = self.input_schema.read(frame, self.kinds)
            notices += told
            frame = self.input_schema.cleaned(frame, needed(self.parts), notices.append)
        return frame, notices

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
