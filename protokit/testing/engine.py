"""The contract of an engine."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np

from protokit.core.values.arrays import Arrays, Features
from protokit.core.values.inputs import InputSpec
from protokit.core.values.signature import Signature, TargetSpec
from protokit.learn import train as trainer_module
from protokit.learn.engine import ENGINES, Engine
from protokit.learn.plan import Plan, Progress
from protokit.learn.train import Trained, Trainer, network_of
from protokit.learn.words import Learn
from protokit.menu.menu import Menu
from protokit.testing.contract import contract

_ROWS, _EPOCHS, _STOPPED_AFTER = 80, 4, 2
_SIGNATURE = Signature((InputSpec("numbers", (3,), "float32", tuple("abc")),), (TargetSpec("y", "binary", (0, 1)),))


class _Stopped(Exception):
    pass


@contract
def check_engine(engine: type[Engine]) -> None:
    """Whether an engine keeps its contract: the same bits each time, also where a training was stopped and went on.

    Raises:
        AssertionError: with a sentence that says what is not kept.
    """
    name = engine.name
    assert ENGINES.find(name) is engine, f"{name}: it is not registered; decorate it with @ENGINES.add"
    assert engine.about and "\n" not in engine.about, f"{name}: `about` is one sentence"
    for weighted in (False, True):
        whole = _check(name, weighted=weighted)
        if name != "keras":
            _as_keras(name, whole, weighted=weighted)


def _check(name: str, *, weighted: bool) -> Trained:
    whole, again = _trained(name, weighted=weighted), _trained(name, weighted=weighted)
    assert whole.progress.epoch == _EPOCHS, f"{name}: it does not stop where `after_epoch` returns False"
    assert whole.progress.engine == name and whole.progress.how, f"{name}: `how` does not say how it trains"
    losses = [row["loss"] for row in whole.progress.history]
    assert losses[-1] < losses[0], f"{name}: the loss does not fall: {losses}"
    scores = {"loss", "accuracy", "validation_loss", "validation_accuracy", "learning_rate", "epoch"}
    assert set(whole.progress.history[0]) == scores, f"{name}: the scores are {sorted(whole.progress.history[0])}"
    assert _alike(whole, again), f"{name}: the same seed gives other bits"
    with tempfile.TemporaryDirectory() as folder:
        snapshot = Path(folder) / "snapshot.safetensors"
        before, trainer_module._BETWEEN_SAVES = trainer_module._BETWEEN_SAVES, -1.0
        try:
            _trained(name, snapshot, weighted=weighted, stop=True)
        except _Stopped:
            pass
        finally:
            trainer_module._BETWEEN_SAVES = before
        assert _alike(whole, _trained(name, snapshot, weighted=weighted)), f"{name}: a resumed training has other bits"
    return whole


def _as_keras(name: str, whole: Trained, *, weighted: bool) -> None:
    """Weighted or not, the losses are those of Keras's own train step on the same batches."""
    one, two = (
        [row[key] for row in training.progress.history for key in _COMPARED]
        for training in (whole, _trained("keras", weighted=weighted))
    )
    assert np.allclose(one, two, rtol=1e-4), f"{name}: its scores are not those of Keras's fit: {one}, not {two}"


_COMPARED = ("loss", "validation_loss")


def _trained(name: str, snapshot: Path | None = None, *, weighted: bool, stop: bool = False) -> Trained:
    learn = Learn(menu=Menu([{"Dense": {"units": 4, "activation": "tanh"}}]), engine=name, epochs=_EPOCHS, stop=None,
                  batch_size=16, optimizer={"Adam": 0.05}, schedule="cosine")  # fmt: skip
    trainer = Trainer(learn, network_of(learn.menu, _SIGNATURE, seed=0), _SIGNATURE, seed=0)
    train, validation = _arrays(_ROWS - 3, 0, weighted), _arrays(_ROWS // 2, 1, weighted)

    def on_epoch(progress: Progress, plan: Plan) -> None:
        if stop and progress.epoch > _STOPPED_AFTER:
            raise _Stopped

    return trainer.train(train, validation, snapshot=snapshot, key="k", on_epoch=on_epoch)


def _arrays(rows: int, seed: int, weighted: bool) -> Arrays:
    generator = np.random.Generator(np.random.PCG64(seed))
    x = generator.normal(size=(rows, 3)).astype("float32")
    y = (x[:, :1] > x[:, 1:2]).astype("float32")
    weights = generator.uniform(0.5, 1.5, rows).astype("float32") if weighted else None
    plain = Features(np.zeros((rows, 0)), np.zeros((rows, 0), np.int64), ())
    return Arrays({"numbers": x}, {"y": y}, {"y": y[:, 0].astype(np.int64)}, plain, weights)


def _alike(one: Trained, other: Trained) -> bool:
    same = all(np.array_equal(a, b) for a, b in zip(one.weights, other.weights, strict=True))
    return same and one.progress.history == other.progress.history
