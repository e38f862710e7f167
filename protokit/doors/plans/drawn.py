"""The plan of a model that draws rows: the random numbers that it makes them of are an input."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import pandas as pd

from protokit.bundle.opened.fitted import Fitted
from protokit.core.errors import SpecError
from protokit.core.libraries.backend import keras
from protokit.core.libraries.keras_inside import run_through
from protokit.core.values.prediction_batch import predicted_at_once
from protokit.doors.arithmetic.arithmetic import Arithmetic
from protokit.doors.graph.columns.noise import OfNoise
from protokit.doors.interface import interface_of
from protokit.doors.plan import Plan
from protokit.menu.network.noise.noise import SEED, Noise
from protokit.represent.kinds.number import Number

Value = TypeVar("Value")
NOISE = "noise"


@dataclass(frozen=True)
class DrawnPlan(Plan):
    """A model that draws rows. With the random numbers of `predict` a file says what that says."""

    @classmethod
    def of(cls, model: Fitted) -> DrawnPlan:
        """See Plan.of."""
        own = interface_of(model, "drawn")
        if NOISE in own.raw:
            rule = f"a column is called {NOISE!r}, as the input of random numbers is"
            raise SpecError.one(rule, "rename it: collect: {clean: [{rename: ...}]}")
        [encoder] = own.encoders  # several draws are not averaged
        [units] = [layer.units for layer in model.parts[0].network.layers if isinstance(layer, Noise)]
        at_once = predicted_at_once(model.signature)
        noise = OfNoise(Number(NOISE), units=units, at_once=at_once)
        return cls((encoder,), ({**own.columns[0], NOISE: noise},), own.targets, model)

    @property
    def outside(self) -> list[str]:
        """See Plan."""
        noise = self.raw[NOISE]
        assert isinstance(noise, OfNoise), "it is the plan's own"
        drawn = f"random numbers, {noise.units} of a standard normal distribution for each row; `predict` takes those "
        return [f"{drawn}of keras.random.normal((rows, {noise.units}), seed={SEED}), of {noise.at_once:,} rows at most"]

    def rows(self, table: pd.DataFrame) -> pd.DataFrame:
        """See Plan: with the random numbers that `predict` takes."""
        noise = self.raw[NOISE].drawn(np.random.default_rng(0), len(table), np.empty(0))
        known = table[[name for name in self.raw if name != NOISE]]
        return known.assign(**{NOISE: noise.to_numpy()})

    def encoded(self, a: Arithmetic[Value], part: int, raw: Mapping[str, Value]) -> Mapping[str, Value]:
        """See Plan."""
        return {**super().encoded(a, part, raw), NOISE: raw[NOISE]}

    def network(self, part: int, seed: int) -> keras.Model:
        """See Plan: with an input in place of what is drawn."""
        whole = super().network(part, seed)
        [layer] = [one for one in whole.layers if isinstance(one, Noise)]
        noise = keras.Input((layer.units,), dtype="float32", name=NOISE)
        given = {name: keras.Input(one.shape[1:], dtype=one.dtype, name=name) for name, one in whole.input.items()}

        def called(operation: keras.Operation) -> object:
            if operation is not layer:
                return operation
            if layer.alone:
                return lambda *_, **__: noise
            return lambda inputs, **_: keras.layers.Concatenate(name=layer.name)([inputs, noise])

        return keras.Model({**given, NOISE: noise}, run_through(whole, given, called))
