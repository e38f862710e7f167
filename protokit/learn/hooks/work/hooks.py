"""The hooks and callbacks of a training: made, called after each epoch, and what comes of that."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from protokit.core.errors import TrainingError
from protokit.core.libraries.backend import keras
from protokit.core.libraries.keras_inside import rate_of
from protokit.core.seeds import derive
from protokit.core.values.arrays import Arrays
from protokit.core.values.signature import Signature
from protokit.learn.hooks.callback import CallbackPart
from protokit.learn.hooks.work.called import Called, Reference, made
from protokit.learn.hooks.work.epoch_end import EpochEnd
from protokit.learn.hooks.work.memory import kept, put_back
from protokit.learn.hooks.work.run_end import RunEnd
from protokit.learn.plan import Plan, Progress

Row = dict[str, float]


@dataclass(frozen=True)
class Hooks:
    """What a recipe has called while one network is trained, and where that may write.

    `run` is the run's folder, `network` the fold and the number in it, from 1, where there are several. Of a training
    in stages: the `stage`, from 1, the rows of the history `before` it, and how many epochs come `later` at most.
    """

    after_epoch: tuple[Reference, ...]
    callbacks: tuple[Reference, ...]
    run: Path
    network: tuple[int, int] | None = None
    stage: int = 0
    before: tuple[Row, ...] = ()
    later: int = 0

    @property
    def folder(self) -> Path:
        """Where this network's hooks write."""
        return self.run if self.network is None else self.run / self.label

    @property
    def label(self) -> str:
        """What the network is called where there are several."""
        return "" if self.network is None else "network-{}-{}".format(*self.network)

    def in_stage(self, stage: int, before: Sequence[Row], later: int) -> Hooks:
        """Those of one stage of a training."""
        return replace(self, stage=stage, before=tuple(before), later=later)

    def made(self) -> tuple[list[Called], list[Called]]:
        """The hooks and the callbacks, as objects.

        Raises:
            DataError, MissingExtra: one cannot be made, or needs a package; with its path from `learn`.
        """
        hooks = [made("after_epoch", i, one, self.folder) for i, one in enumerate(self.after_epoch)]
        return hooks, [made("callbacks", i, one, self.folder) for i, one in enumerate(self.callbacks)]

    def finish(self, end: RunEnd) -> None:
        """Tell the callbacks that ask for it of the end of the run.

        Raises:
            TrainingError: one fails.
        """
        for one in replace(self, network=None).made()[1]:
            if hasattr(one.thing, "on_run_end"):
                with one.guarded("at the end of the run"):
                    one.thing.on_run_end(end)


@dataclass(frozen=True)
class Trainee:
    """What is trained, on how many rows and how; its validation rows, and ways to have it judged and to predict."""

    network: keras.Model
    plan: Plan
    rows: int
    validation: Arrays
    signature: Signature
    judged: Callable[[], AbstractContextManager[None]]
    predict: Callable[[keras.Model, dict[str, np.ndarray], Signature], dict[str, np.ndarray]]

    def predicted(self, inputs: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        """What the weights that are judged give."""
        with self.judged():
            return self.predict(self.network, dict(inputs), self.signature)


class Watching:
    """The hooks and callbacks of one training, while it goes on."""

    def __init__(self, hooks: Hooks, trainee: Trainee, progress: Progress) -> None:
        """Begin: what the objects remember of a training that goes on is put back."""
        self._said, self._of = hooks, trainee
        self._hooks, self._callbacks = hooks.made()
        own = [one for one in self._all if not one.is_house]
        if len(own) == len(progress.memory):
            for one, state in zip(own, progress.memory, strict=True):
                put_back(one.thing, state)
        trainee.network.stop_training = False
        params = {
            "epochs": self._epochs, "steps": trainee.plan.steps(trainee.rows), "verbose": 0,
            "folder": str(hooks.folder), "run": str(hooks.run), "network": hooks.label,
        }  # fmt: skip
        for one in self._callbacks:
            with one.guarded("before the training"):
                one.thing.set_params(params)
                one.thing.set_model(trainee.network)
                one.thing.on_train_begin()
        self._begin_epoch(progress)

    @property
    def _all(self) -> Iterator[Called]:
        yield from (*self._hooks, *self._callbacks)

    @property
    def _epochs(self) -> int:
        return len(self._said.before) + self._of.plan.epochs + self._said.later

    @property
    def of_batches(self) -> tuple[keras.callbacks.Callback, ...]:
        """What Keras's `fit` is given for the callbacks that see batches."""
        seeing = [one for one in self._callbacks if isinstance(one.part, CallbackPart) and one.part.of_batches]
        return tuple(map(_OfBatches, seeing))

    def after(self, progress: Progress) -> None:
        """Call all of them after an epoch; one of them may end the training.

        Raises:
            TrainingError: one fails, gives something that is no answer, or sets the learning rate.
        """
        network, epoch = self._of.network, len(self._said.before) + progress.epoch
        logs = {name: value for name, value in progress.history[-1].items() if name != "epoch"}
        asked: dict[str, str] = {}
        for one in self._hooks:
            with one.guarded(f"after epoch {epoch}"), self._same_rate(one):
                why = one.reason(one.thing(self._end(one, progress, epoch, logs)))
            if why is not None:
                asked[f"the hook {one.part.name}"] = why
        as_keras = {_as_keras(name): value for name, value in logs.items()}
        for one in self._callbacks:
            with one.guarded(f"after epoch {epoch}"), self._same_rate(one):
                one.thing.on_epoch_end(epoch - 1, dict(as_keras))
            if network.stop_training and not asked:
                asked[f"the callback {one.part.name}"] = ""
        network.reset_metrics()  # a hook may have scored rows
        progress.memory = [kept(one.thing) for one in self._all if not one.is_house]
        if asked:
            said = [who + (f": {why}" if why else "") for who, why in asked.items()]
            progress.done, progress.stopped = True, f"after epoch {epoch} by {', '.join(said)}"
        elif not progress.done:
            self._begin_epoch(progress)

    def end(self, progress: Progress) -> None:
        """The training has come to its end."""
        logs = {_as_keras(name): value for name, value in progress.history[-1].items() if name != "epoch"}
        for one in self._callbacks:
            with one.guarded("after the training"):
                one.thing.on_train_end(dict(logs))

    def _begin_epoch(self, progress: Progress) -> None:
        for one in self._callbacks:
            with one.guarded(f"before epoch {len(self._said.before) + progress.epoch + 1}"), self._same_rate(one):
                one.thing.on_epoch_begin(len(self._said.before) + progress.epoch)

    def _end(self, one: Called, progress: Progress, epoch: int, logs: Mapping[str, float]) -> EpochEnd:
        said, of = self._said, self._of
        fold, number = said.network or (1, 1)
        said.folder.mkdir(parents=True, exist_ok=True)
        done = progress.epoch

        def rows() -> list[Row]:
            stage = {"stage": said.stage} if said.stage else {}
            own = [{**row, "epoch": len(said.before) + row["epoch"], **stage} for row in progress.history[:done]]
            return [*map(dict, said.before), *own]

        return EpochEnd(
            epoch,
            self._epochs,
            dict(logs),
            progress.best_epoch == progress.epoch,
            of.network,
            said.folder,
            fold,
            number,
            said.stage,
            derive(of.plan.seed, "after_epoch", one.part.name, epoch),
            of.judged,
            of.validation,
            of.predicted,
            rows,
        )

    @contextmanager
    def _same_rate(self, one: Called) -> Iterator[None]:
        """Hold that the learning rate stays the schedule's: a training that goes on would have another."""
        before = self._rate()
        yield
        if self._rate() != before:
            cure = "write a schedule: learn: {schedule: ...}, one of your own by @protokit.schedule"
            rule = f"the {one.part.noun} {one.part.name!r} sets the learning rate, which is the schedule's"
            raise TrainingError(rule, place=one.part.place, cure=cure)

    def _rate(self) -> float:
        optimizer = getattr(self._of.network.optimizer, "inner_optimizer", self._of.network.optimizer)
        return float(np.asarray(keras.ops.convert_to_numpy(rate_of(optimizer))))


class _OfBatches(keras.callbacks.Callback):  # type: ignore[misc]
    """What `fit` calls within an epoch, handed on; all else is called by the training itself."""

    def __init__(self, one: Called) -> None:
        super().__init__()
        self._one = one

    def on_train_batch_begin(self, batch: int, logs: Mapping[str, float] | None = None) -> None:
        """See keras.callbacks.Callback."""
        self._hand("on_train_batch_begin", batch, logs)

    def on_train_batch_end(self, batch: int, logs: Mapping[str, float] | None = None) -> None:
        """See keras.callbacks.Callback."""
        self._hand("on_train_batch_end", batch, logs)

    def on_test_begin(self, logs: Mapping[str, float] | None = None) -> None:
        """See keras.callbacks.Callback."""
        self._hand("on_test_begin", logs)

    def on_test_end(self, logs: Mapping[str, float] | None = None) -> None:
        """See keras.callbacks.Callback."""
        self._hand("on_test_end", logs)

    def on_test_batch_begin(self, batch: int, logs: Mapping[str, float] | None = None) -> None:
        """See keras.callbacks.Callback."""
        self._hand("on_test_batch_begin", batch, logs)

    def on_test_batch_end(self, batch: int, logs: Mapping[str, float] | None = None) -> None:
        """See keras.callbacks.Callback."""
        self._hand("on_test_batch_end", batch, logs)

    def _hand(self, method: str, *given: object) -> None:
        with self._one.guarded(f"in {method}"):
            getattr(self._one.thing, method)(*given)


def _as_keras(name: str) -> str:
    return "val_" + name.removeprefix("validation_") if name.startswith("validation_") else name
