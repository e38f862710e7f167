"""From rows to a trained model without a folder: what `fit` of an estimator does.

Trainings of one architecture share what is compiled, between estimators too: the clones of a search compile once. Each
gives the bits that it gives alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from threading import RLock

import numpy as np
import pandas as pd

from protokit.bundle.input_schema import InputSchema
from protokit.bundle.model import Model
from protokit.bundle.opened.averaging import needed
from protokit.bundle.opened.keras_copy import compiled_words
from protokit.bundle.part import Part
from protokit.core.errors import DataError, SpecError
from protokit.core.outside import access
from protokit.core.seeds import derive
from protokit.core.values.tables import Split
from protokit.evaluate.choices import Choices
from protokit.learn.backends.process import is_elsewhere
from protokit.learn.bank.bank import Bank
from protokit.learn.train import Trained
from protokit.recipe.recipe import Recipe
from protokit.represent.encoders.times import asked
from protokit.represent.represented import Represented
from protokit.represent.split_way import SPLITS, SplitTable
from protokit.represent.splitting import with_each_class
from protokit.workflow.check import hold_backend
from protokit.workflow.record.results import Networks
from protokit.workflow.run.collecting import collected, texts_of
from protokit.workflow.run.evaluation import settled
from protokit.workflow.run.evaluation_plan import EvaluationPlan
from protokit.workflow.run.networks import count_of, dealt_to, of_few_rows, with_clusters
from protokit.workflow.run.representing import represent

BANK = Bank()
LOCK = RLock()  # networks of one architecture are one object, which holds whichever weights were used last
_STEPS = 4  # of a doubling: numbers of rows that count as about as many
_FOR_RUNS = ("stages", "freeze", "from_", "after_epoch", "callbacks", "devices")


@dataclass(frozen=True)
class Learned:
    """A trained model, the values of each epoch of its first network, and what was decided, in words."""

    model: Model
    history: tuple[Mapping[str, float], ...]
    notices: tuple[str, ...]


def learn(recipe: Recipe, frame: pd.DataFrame) -> Learned:
    """Train the networks of a recipe on the rows of a frame, of which a share is for validation and none for a test.

    Raises:
        SpecError: a word of the recipe does not fit the data, or is for a run.
        DataError: the data is not what the recipe says.
        TrainingError: the loss was not finite.
    """
    hold_backend(recipe)
    _hold(recipe)
    with LOCK, access.named_by("recipe", recipe.reach):
        recipe.check_menu()
        table = collected(recipe, frame)
        [fold] = represent(recipe, table, dealt=_dealt(recipe, table.frame))
        recipe, few = of_few_rows(recipe.fitted(fold.encoder.signature, fold.train.rows), (fold,))
        networks = _trained(recipe, fold)
        if recipe.learn.form == "clusters":
            networks = with_clusters(recipe, networks, (fold,))
        choices = Choices(recipe.evaluate.calibrate is not None, recipe.evaluate.threshold)
        networks = settled(EvaluationPlan({}, {}, choices), networks, (fold,))
        written = (texts_of(recipe), table.clean, recipe.represent.written_numbers, table.notations)
        schema = InputSchema.of(recipe.collect, needed(networks.parts), *written)
        words = recipe.learn
        model = Model(recipe.network, networks.parts, words.precision, schema, compiled_words(words))
        told = dict.fromkeys(map(str, (*table.notices, *fold.notices, *few, *networks.notices)))
        return Learned(model, tuple(networks.trained[0][0].progress.history), tuple(told))


def _hold(recipe: Recipe) -> None:
    """Refuse what only a run does.

    Raises:
        SpecError: there is such a word.
    """
    for word in _FOR_RUNS:
        if getattr(recipe.learn, word):
            name = word.rstrip("_")
            raise recipe.error(("learn", name), f"{name} is for `protokit.run`, and no estimator does it", "remove it")
    if is_elsewhere(recipe.learn.backend):
        rule = f"an estimator trains in this process, which is not on {recipe.learn.backend}"
        raise recipe.error(("learn", "backend"), rule, "remove it, or use protokit.run")


def _dealt(recipe: Recipe, frame: pd.DataFrame) -> np.ndarray:
    """Which rows are for training and which for validation, in words.

    Shapes: (rows,).

    Raises:
        SpecError: the validation rows are said, and not their share.
        DataError: there are too few.
    """
    split, target = recipe.represent.split, recipe.represent.targets
    if recipe.represent.series is not None:
        return np.full(len(frame), "train", object)  # which of their windows are for validation goes by time
    if not isinstance(split.validation, float):
        rule = "an estimator takes a share of the rows that it is fitted on for validation"
        raise recipe.error(("represent", "split", "validation"), rule, "write validation: 0.2")
    classes = frame[target[0]] if recipe.learn.form == "classes" else None
    way = SPLITS[split.way or ("stratified" if classes is not None else "random")]
    if not way.draws_test:
        rule = f"rows that are split by {way.name} say their part themselves"
        raise recipe.error(("represent", "split", "by"), rule, "remove it: an estimator learns from all of its rows")
    table = SplitTable(frame, split.way_column, classes, asked(recipe.represent, split.way_column))
    with recipe.document.placing():
        way.check(table)
        rows = np.arange(len(frame))
        if len(rows) < 2:
            raise DataError("one row is too few: some are for training, some for validation", cure="bring more rows")
        train, validation = way.take(table, rows, split.validation, derive(recipe.seed, "split", "validation"))
    found = Split(np.sort(train), np.sort(validation), rows[:0], way.name)
    if classes is not None and way.any_row_anywhere:
        found = with_each_class(found, rows, table.strata, ("validation",))
    parts = np.full(len(frame), "train", object)
    parts[found.validation] = "validation"
    return parts


def _trained(recipe: Recipe, fold: Represented) -> Networks:
    """The networks of a recipe, trained by what is compiled for others of their kind.

    Raises:
        SpecError: the menu does not fit the data.
        TrainingError: the loss was not finite.
    """
    count = count_of(recipe)
    dealt = (dealt_to(recipe, fold, count),) if recipe.learn.deal else ()
    trained: list[Trained] = []
    for i in range(count):
        seed = recipe.seed if i == 0 else derive(recipe.seed, "network", i)
        own = dealt[0][i] if dealt else fold
        try:
            begun = BANK.begin(
                recipe.learn, recipe.network, fold.encoder.signature, own.train, own.validation,
                seed=seed, rows=_about(fold.train.rows), folder=recipe.folder,
            )  # fmt: skip
        except SpecError as error:
            raise recipe.in_menu(error) from None
        trained.append(BANK.train(begun, recipe.learn, own.train, own.validation, seed=seed))
    part = Part(fold.encoder, begun.network, tuple(one.weights for one in trained))
    return Networks((part,), (tuple(trained),), dealt=dealt)


def _about(rows: int) -> int:
    """About how many rows there are, and never more than that: folds of a search then share what is compiled."""
    return int(2 ** (int(np.log2(rows) * _STEPS + 1e-9) / _STEPS))
