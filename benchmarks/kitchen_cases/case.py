"""A thing of a researcher, and how it is trained by protokit and by plain Keras on the same rows and weights."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pandas as pd
from ruamel.yaml import YAML

from protokit.core.seeds import derive
from protokit.core.values.arrays import Arrays
from protokit.core.values.signature import Signature
from protokit.learn.planning import plan_of
from protokit.learn.staging.trainer import Trains, trainer_of
from protokit.learn.training.data_feed import VALIDATION_BATCH
from protokit.menu.network.inputs import embedding_width
from protokit.recipe.recipe import Recipe
from protokit.represent.represented import Represented
from protokit.workflow.run.collecting import collected
from protokit.workflow.run.networks import network_for
from protokit.workflow.run.representing import represent

Stage = Callable[[keras.Model], None]
Losses = list[dict[str, float]]


@dataclass(frozen=True)
class Case:
    """One of the twelve.

    Attributes:
        name: in words.
        recipe: as one writes it, in YAML.
        table: makes rows; what belongs to them goes into the folder.
        plain: the same network in Keras, compiled, for what the rows are like.
        own: what a recipe of Python holds under `learn` beside the text: a person's own code.
        helpers: functions that this code calls.
        equal: whether nothing random differs, so that losses are the same.
        stages: how plain Keras makes each stage ready; by `compile`.
        rows: of the table that the speed is measured on.
        need: the ratio of speeds to show.
    """

    name: str
    recipe: str
    table: Callable[[int, Path], pd.DataFrame]
    plain: Callable[[Signature], keras.Model]
    own: Mapping[str, Any] = field(default_factory=dict)
    helpers: tuple[Callable[..., Any], ...] = ()
    equal: bool = True
    stages: tuple[Stage, ...] = ()
    rows: int = 6000
    need: float = 1.0

    @property
    def lines(self) -> tuple[int, int]:
        """How many lines a person writes: of the recipe, and of Python."""
        things = [one for given in self.own.values() for one in (given if isinstance(given, list) else [given])]
        python = "\n".join(map(inspect.getsource, [*things, *self.helpers]))
        recipe, code = (sum(bool(line.strip()) for line in text.splitlines()) for text in (self.recipe, python))
        return recipe, code

    def data(self, **learn: Any) -> dict[str, Any]:
        """The recipe as data, with the person's own code in it; `learn` says other words, such as fewer epochs."""
        found: dict[str, Any] = YAML(typ="safe").load(self.recipe)
        found["learn"] = {**found["learn"], **self.own, **learn}
        return found


@dataclass(frozen=True)
class Both:
    """The rows, the weights to begin with, and all that both engines are given."""

    case: Case
    recipe: Recipe
    rows: Represented
    weights: list[np.ndarray]

    @classmethod
    def of(cls, case: Case, frame: pd.DataFrame, folder: Path, **learn: Any) -> Both:
        """Represented as in a run of the recipe. Photos and the like lie in the folder."""
        recipe = Recipe.parse(case.data(**learn), folder=folder)
        [rows] = represent(recipe, collected(recipe, frame))
        network = network_for(recipe, rows.encoder.signature)
        return cls(case, recipe, rows, network.get_weights())

    @property
    def signature(self) -> Signature:
        """What the rows are like."""
        return self.rows.encoder.signature

    def trainer(self) -> Trains:
        """protokit's, on a network that begins at the weights."""
        network = network_for(self.recipe, self.signature)
        return trainer_of(self.recipe.learn, network, self.signature, seed=self.recipe.seed)

    def plain(self) -> keras.Model:
        """Plain Keras's, with the weights; it has further ones of its own where the training step has."""
        made = self.case.plain(self.signature)
        if self.case.equal:
            made.set_weights(self.weights)
        return made

    def losses(self) -> Losses:
        """The history of plain Keras, by protokit's names, where its batches come in protokit's order.

        As in protokit, all validation rows are one batch, which is another number where the loss looks at a whole
        batch, and a stage begins at the best weights of the one before.
        """
        network, found = self.plain(), list[dict[str, float]]()
        (x, y), validation = given(self.rows.train), given(self.rows.validation)
        stages = self.case.stages or (None,)
        for i, (prepare, learn) in enumerate(zip(stages, self.recipe.learn.in_stages, strict=True)):
            seed = derive(self.recipe.seed, "stage", i) if i else self.recipe.seed
            plan = plan_of(learn, self.signature, self.rows.train, self.rows.validation, seed, None)
            if prepare:
                prepare(network)
            best = (np.inf, network.get_weights())
            for epoch in range(plan.epochs):
                order = np.asarray(plan.order(epoch, self.rows.train.rows)[:])
                logs = network.fit(
                    {name: values[order] for name, values in x.items()},
                    {name: values[order] for name, values in y.items()} if isinstance(y, dict) else y[order],
                    batch_size=plan.batch_size,
                    shuffle=False,
                    validation_data=validation,
                    validation_batch_size=VALIDATION_BATCH,
                    verbose=0,
                ).history
                found.append({name.replace("val_", "validation_", 1): values[0] for name, values in logs.items()})
                if found[-1]["validation_loss"] < best[0]:
                    best = (found[-1]["validation_loss"], network.get_weights())
            network.set_weights(best[1])
        return found


def given(rows: Arrays) -> tuple[dict[str, np.ndarray], Any]:
    """Inputs and targets as Keras's `fit` takes them."""
    x = {name: np.asarray(values) for name, values in rows.inputs.items()}
    y = {name: np.asarray(values) for name, values in rows.targets.items()}
    return x, next(iter(y.values())) if len(y) == 1 else y


def differences(ours: Sequence[Mapping[str, float]], theirs: Losses) -> list[float]:
    """The largest relative difference of the losses, and of what else both histories have, after each epoch."""
    names = {"validation_loss", *(ours[0].keys() & theirs[0].keys())}
    return [
        max(abs(one[name] - other[name]) / max(abs(other[name]), 1e-3) for name in names)
        for one, other in zip(ours, theirs, strict=True)
    ]


def inputs(signature: Signature) -> dict[str, keras.KerasTensor]:
    """An input of Keras for each of what the rows have."""
    return {one.name: keras.Input(one.shape, dtype=one.dtype, name=one.name) for one in signature.inputs}


def levels(signature: Signature, name: str) -> int:
    """How many codes an input has."""
    return next(one.levels for one in signature.inputs if one.name == name)


def width(signature: Signature) -> int:
    """How many numbers a category is embedded in."""
    [spec] = [one for one in signature.inputs if one.name == "categories"]
    return embedding_width(spec.levels, len(spec.columns))
