"""The hand that does the trials of a search: it keeps what it has read, represented and compiled between them."""

from __future__ import annotations

import json
import time
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from math import inf, isfinite
from pathlib import Path
from typing import Any

import numpy as np

from protokit.bundle.part import Part
from protokit.core.errors import SpecError, TrainingError
from protokit.core.libraries.backend import keras, tf
from protokit.core.outside import access
from protokit.core.values.tables import Table
from protokit.evaluate.choices import Choices
from protokit.learn.bank.bank import Bank, Begun
from protokit.learn.plan import Plan, Progress
from protokit.learn.snapshot import assign, values
from protokit.recipe.recipe import Recipe
from protokit.recipe.space import Space
from protokit.represent.represented import Represented
from protokit.search.comparison import Comparison
from protokit.search.splits import Splits
from protokit.workers.crew import Plain, Report
from protokit.workflow.cache.entries import key_of
from protokit.workflow.cache.table import read_table
from protokit.workflow.check import as_recipe
from protokit.workflow.run.representing import represent, setting_of

RECIPE, TABLE = "recipe.yaml", "table"
_KEPT = 8  # ways to represent the table


class Ended(Exception):
    """The trial was told to end at a rung."""


@dataclass(frozen=True)
class MakeTrials:
    """Makes the hand of a search in a process of its own, from the search's folder."""

    folder: str

    def __call__(self) -> Trials:
        """The hand."""
        return Trials.open(Path(self.folder))


@dataclass
class _Rows:
    """The table as settings of one kind see it, and how these are compared."""

    splits: Splits
    comparison: Comparison


@dataclass
class Trials:
    """Trains settings of a recipe's slots, one after the other. See `protokit.workers.crew.Hand`.

    A trial is one network on the recipe's own training rows, also where the recipe trains several, or in folds: of
    folds it takes the first. The winner is trained as the recipe says.
    """

    recipe: Recipe
    table: Table
    folder: Path
    bank: Bank = field(default_factory=Bank)
    _space: Space = field(init=False)
    _rows: OrderedDict[str, _Rows] = field(default_factory=OrderedDict)

    @classmethod
    def open(cls, folder: Path) -> Trials:
        """The hand of the search in a folder: its recipe, and the table that was written beside it.

        Raises:
            DataError: the table is not there, or damaged.
            SpecError: the recipe cannot be read.
        """
        return cls(as_recipe(folder / RECIPE), read_table(folder / TABLE), folder)

    def __post_init__(self) -> None:
        self._space = Space(self.recipe)
        if self.recipe.learn.form == "clusters":
            rule = "clusters of one network cannot be held against those of another: there is nothing to search by"
            raise self.recipe.error(("learn", "task"), rule, "search a network with a target, or run the recipe")

    def do(self, task: Plain, report: Report) -> Plain:
        """Train the setting of a task, and say how good it is on its validation rows.

        Raises:
            SpecError: its values are not of the slots, or make no network for this data.
            DataError: the data does not fit the setting.
            TrainingError: the loss was not finite, or there was no memory.
        """
        try:
            with access.named_by("recipe", self.recipe.reach):  # a worker's thread begins with none
                return _Trial(self, task, report).result()
        except (MemoryError, tf.errors.ResourceExhaustedError):
            cure = "lower learn.batch_size, or the widest layers of the menu"
            raise TrainingError("there was no memory for this trial", cure=cure) from None

    def settled(self, values: Mapping[str, object]) -> Recipe:
        """The recipe with values in its slots."""
        return self._space.settled(values)

    def rows_of(self, settled: Recipe) -> _Rows:
        """The table as a setting represents it, kept by what of a recipe matters there."""
        key = json.dumps([settled.represent.as_plain(), repr(setting_of(settled))], sort_keys=True, default=repr)
        if key not in self._rows:
            fold = represent(settled, self.table)[0]
            splits = Splits(settled, fold)
            self._rows[key] = _Rows(splits, Comparison.of(self.recipe, fold.encoder.signature))
            while len(self._rows) > _KEPT:
                self._rows.popitem(last=False)
        self._rows.move_to_end(key)
        return self._rows[key]


class _Trial:
    """One trial, from its task to its result."""

    def __init__(self, trials: Trials, task: Mapping[str, Any], report: Report) -> None:
        self._task, self._report = task, report
        self._started, self._cpu = time.monotonic(), time.process_time()
        settled = trials.settled(task["values"])
        rows = trials.rows_of(settled)
        self._fold: Represented = rows.splits.of(int(task["split"]))
        self._split = 0 if rows.splits.why_not else int(task["split"])
        self._comparison = rows.comparison
        own = rows.splits.fold
        signature = own.encoder.signature
        self._recipe = settled.fitted(signature, own.train.rows)
        wanted = settled.evaluate
        self._choices = Choices(wanted.calibrate is not None, wanted.threshold)
        self._represented = time.monotonic()
        try:
            self._begun: Begun = trials.bank.begin(
                self._recipe.learn,
                self._recipe.network,
                signature,
                self._fold.train,
                self._fold.validation,
                seed=int(task["seed"]),
                rows=own.train.rows,
                folder=self._recipe.folder,
            )
        except SpecError as error:
            raise self._recipe.in_menu(error) from None
        self._bank = trials.bank
        self._rungs = {int(rung) for rung in task.get("rungs") or ()}
        snapshot = task.get("snapshot")
        self._snapshot = trials.folder / str(snapshot) if snapshot else None
        self._best: tuple[np.ndarray, ...] = ()
        self._progress = Progress()
        self._reported: tuple[float, float | None] = (inf, None)

    def result(self) -> dict[str, object]:
        """The trial trained, or its part until it was told to end."""
        learn, compiled, ended = self._recipe.learn, 0.0, False
        started = time.monotonic()
        try:
            trained = self._bank.train(
                self._begun,
                learn,
                self._fold.train,
                self._fold.validation,
                seed=int(self._task["seed"]),
                snapshot=self._snapshot,
                key=self._key(),
                on_epoch=self._after_epoch,
            )
            compiled, self._best, self._progress = trained.compile_seconds, trained.weights, trained.progress
        except Ended:
            ended = True
        except Exception:  # it has failed; whatever else ends it leaves the snapshot, from which it goes on
            self._forget_snapshot()
            raise
        done = time.monotonic()
        value, score = self._reported if ended else self._judged(self._best)
        self._forget_snapshot()
        if not isfinite(value):
            raise TrainingError("the loss of the validation rows was never finite", cure="lower the learning rate")
        best = self._progress.history[self._progress.best_epoch - 1]
        scores = {n.removeprefix("validation_"): v for n, v in best.items() if n.startswith("validation_")}
        loss = scores.pop("loss")
        if score is not None:
            scores[self._comparison.name] = score
        return {
            "value": value,
            "loss": loss,
            "scores": scores,
            "epochs": self._progress.epoch,
            "best_epoch": self._progress.best_epoch,
            "parameters": self._begun.network.count_params(),
            "architecture": self._begun.architecture.short,
            "known": self._begun.known,
            "split": self._split,
            "seconds": {
                "represent": self._represented - self._started,
                "build": self._begun.seconds,
                "trace": compiled,
                "train": done - started - compiled,
            },
            "cpu": time.process_time() - self._cpu,
        }

    def _after_epoch(self, progress: Progress, plan: Plan) -> None:
        self._progress = progress
        network = self._begun.network
        if not self._comparison.by_loss and self._rungs and progress.best_epoch == progress.epoch:
            self._best = _weights(network)
        if progress.epoch not in self._rungs:
            return
        self._reported = self._at_rung(network)
        if not self._report(progress.epoch, self._reported[0]) and not progress.done:
            raise Ended

    def _at_rung(self, network: keras.Model) -> tuple[float, float | None]:
        if self._comparison.by_loss or not self._best:
            return self._judged(self._best)
        now = _weights(network)
        found = self._judged(self._best)
        assign(network.weights, now)
        return found

    def _judged(self, best: tuple[np.ndarray, ...]) -> tuple[float, float | None]:
        """The value that the trial is compared by, at the weights of its best epoch, and the metric that it is of."""
        progress = self._progress
        if progress.best_epoch == 0:
            return inf, None
        if self._comparison.by_loss:
            return progress.history[progress.best_epoch - 1]["validation_loss"], None
        part = Part(self._fold.encoder, self._begun.network, (best,))
        said = part.predictions(self._fold.validation)
        score = self._comparison.score({name: self._choices.settled(p) for name, p in said.items()})
        return self._comparison.turned(score), score

    def _key(self) -> str:
        """What a snapshot belongs to."""
        task = self._task
        return key_of(self._begun.architecture.key, task["values"], task["split"], task["seed"], self._recipe.seed)

    def _forget_snapshot(self) -> None:
        if self._snapshot is not None:
            self._snapshot.unlink(missing_ok=True)


def _weights(network: keras.Model) -> tuple[np.ndarray, ...]:
    return tuple(values(weight) for weight in network.weights)
