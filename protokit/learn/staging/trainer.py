"""Trains a network in stages, one after the other, each by a Trainer of its own on the same layers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from protokit.core.errors import TrainingError
from protokit.core.libraries.backend import keras
from protokit.core.seeds import derive
from protokit.core.values.arrays import Arrays
from protokit.core.values.signature import Signature
from protokit.learn.hooks.work.hooks import Hooks
from protokit.learn.plan import Plan, Progress
from protokit.learn.snapshot import values as values_of
from protokit.learn.staging.freezing import Freezing
from protokit.learn.train import Trained, Trainer
from protokit.learn.training.devices import scope
from protokit.learn.training.runtime import Values, structure
from protokit.learn.words import Learn

OnEpoch = Callable[[Progress, Plan], None]


class Trains(Protocol):
    """What trains a network as often as asked."""

    network: keras.Model

    def fits(self, network: keras.Model) -> bool:
        """See Trainer."""

    def train(
        self,
        train: Arrays,
        validation: Arrays,
        values: Values | None = None,
        *,
        seed: int | None = None,
        snapshot: Path | None = None,
        key: str = "",
        on_epoch: OnEpoch | None = None,
        hooks: Hooks | None = None,
    ) -> Trained:
        """See Trainer."""


@dataclass(frozen=True)
class _Stage:
    freeze: tuple[str, ...]
    trainer: Trainer


class StagedTrainer:
    """A network with the compiled training of each of its stages.

    A stage has its own optimizer, and a `keras.Model` of its own over the same layers: what was compiled for it is
    kept, as what is frozen is compiled in. Each begins at the best weights of the one before; what is worse by the
    validation rows is not taken.
    """

    def __init__(
        self,
        learn: Learn,
        network: keras.Model,
        signature: Signature,
        *,
        seed: int,
        trainings: int = 1,
        rows: int | None = None,
    ) -> None:
        """See Trainer.

        Raises:
            SpecError: what is to be frozen is not there; paths are from `learn`.
        """
        self.network, self._seed = network, seed
        self._structure = structure(network)
        self._freezing = Freezing(network, learn.menu)
        self._stages: list[_Stage] = []
        for i, one in enumerate(learn.in_stages):
            self._freezing.put(one.freeze)
            with scope(network):
                own = keras.Model(network.input, network.output, name=network.name) if i else network
            plain = one.model_copy(update={"freeze": ()})  # it is frozen here
            trainer = Trainer(plain, own, signature, seed=seed, trainings=trainings, rows=rows)
            self._stages.append(_Stage(one.freeze, trainer))

    def fits(self, network: keras.Model) -> bool:
        """See Trainer."""
        return structure(network) == self._structure

    def train(
        self,
        train: Arrays,
        validation: Arrays,
        values: Values | None = None,
        *,
        seed: int | None = None,
        snapshot: Path | None = None,
        key: str = "",
        on_epoch: OnEpoch | None = None,
        hooks: Hooks | None = None,
    ) -> Trained:
        """Train in all stages, from where a killed training stopped. See Trainer.

        Each stage keeps its state in a file of its own, beside `snapshot`.

        Raises:
            TrainingError: as a Trainer's, with the stage.
        """
        seed = self._seed if seed is None else seed
        values, found = values or Values(), list[Trained]()
        for i, stage in enumerate(self._stages):
            self._freezing.put(stage.freeze)
            try:
                trained = stage.trainer.train(
                    train,
                    validation,
                    values,
                    seed=derive(seed, "stage", i) if i else seed,
                    snapshot=snapshot and snapshot.with_name(f"{snapshot.stem}-stage-{i + 1}.safetensors"),
                    key=key,
                    on_epoch=self._shown(on_epoch, found, i, train, validation),
                    best=_best(found, stage.trainer),
                    hooks=hooks and self._in_stage(hooks, found, i, train, validation),
                )
            except TrainingError as error:
                where = f"in stage {i + 1}, " if len(self._stages) > 1 else ""
                raise TrainingError(where + error.rule, place=error.place, cure=error.cure, path=error.path) from None
            found.append(trained)
            # the best weights, and the states of the draws as the stage left them
            now = tuple(values_of(variable) for variable in self.network.variables)
            values = Values(now, dropout=values.dropout)
        return joined(found)

    def _in_stage(self, hooks: Hooks, before: Sequence[Trained], i: int, train: Arrays, validation: Arrays) -> Hooks:
        """The hooks of a stage, for which epochs are counted through."""
        if len(self._stages) == 1:
            return hooks
        return hooks.in_stage(i + 1, _history(before), self._later(i, train, validation))

    def _later(self, i: int, train: Arrays, validation: Arrays) -> int:
        """How many epochs come after a stage at most."""
        return sum(stage.trainer.plan(train, validation).epochs for stage in self._stages[i + 1 :])

    def _shown(
        self, on_epoch: OnEpoch | None, before: Sequence[Trained], i: int, train: Arrays, validation: Arrays
    ) -> OnEpoch | None:
        """Shows the epochs of a stage as those of the whole."""
        if on_epoch is None:
            return None
        done = sum(one.progress.epoch for one in before)
        later = self._later(i, train, validation)

        def show(progress: Progress, plan: Plan) -> None:
            on_epoch(replace(progress, epoch=done + progress.epoch), replace(plan, epochs=done + plan.epochs + later))

        return show


def _best(before: Sequence[Trained], trainer: Trainer) -> float | None:
    """What the weights that a stage begins at are worth, where it goes by the same value."""
    if not before or before[-1].plan.monitor != trainer.monitor:
        return None
    return before[-1].progress.best


def _history(found: Sequence[Trained]) -> list[dict[str, float]]:
    """The history of some stages: epochs are counted through."""
    history, done = list[dict[str, float]](), 0
    for i, one in enumerate(found):
        history += [{**row, "epoch": done + row["epoch"], "stage": i + 1} for row in one.progress.history]
        done += one.progress.epoch
    return history


def joined(found: Sequence[Trained]) -> Trained:
    """The stages of a training as one: epochs are counted through, the history says the stage of each."""
    if len(found) == 1:
        return found[0]
    history, best_epoch, done = _history(found), 0, 0
    for one in found:
        if one.progress.best_epoch:
            best_epoch = done + one.progress.best_epoch
        done += one.progress.epoch
    last = found[-1]
    said = list(dict.fromkeys(one.progress.how for one in found))
    how = said[0] if len(said) == 1 else "; ".join(f"stage {i + 1} {one.progress.how}" for i, one in enumerate(found))
    stopped = "; ".join(one.progress.stopped for one in found if one.progress.stopped)
    progress = replace(last.progress, epoch=done, history=history, best_epoch=best_epoch, how=how, stopped=stopped)
    plan = replace(last.plan, epochs=sum(one.plan.epochs for one in found))
    return Trained(last.weights, progress, plan, sum(one.compile_seconds for one in found))


def trainer_of(
    learn: Learn,
    network: keras.Model,
    signature: Signature,
    *,
    seed: int,
    trainings: int = 1,
    rows: int | None = None,
) -> Trains:
    """What trains a network as a recipe says: in stages, where it has some or freezes something.

    Raises:
        DataError: the loss is not for this task.
    """
    kind = StagedTrainer if learn.stages or learn.freeze else Trainer
    return kind(learn, network, signature, seed=seed, trainings=trainings, rows=rows)
