"""Small trainings with a part in them: the same bits each time, also where one was stopped and went on."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from protokit.core.values.arrays import Arrays, Features
from protokit.core.values.inputs import InputSpec
from protokit.core.values.signature import Signature, TargetSpec
from protokit.learn import train as trainer_module
from protokit.learn.hooks.work.hooks import Hooks
from protokit.learn.plan import Plan, Progress
from protokit.learn.train import Trained, Trainer, network_of
from protokit.learn.words import Learn
from protokit.menu.menu import Menu

_ROWS, _EPOCHS, _STOPPED_AFTER = 80, 4, 2
_CLASSES: dict[str, tuple[object, ...]] = {"binary": (0, 1), "multiclass": (0, 1, 2), "ordinal": (0, 1, 2)}
TASKS = ("binary", "multiclass", "ordinal", "multilabel", "regression")  # that can be tried here


class _Stopped(Exception):
    pass


def trained(
    task: str, snapshot: Path | None = None, *, stop: bool = False, run: Path | None = None, **learn: Any
) -> Trained:
    """Train a network of one hidden layer for four epochs. `learn` is as in a recipe; `stop`: break off after two.

    `run` is the folder that hooks and callbacks write into.
    """
    columns = ("u", "v") if task == "multilabel" else ()
    target = TargetSpec("y", task, _CLASSES.get(task, ()), columns)
    signature = Signature((InputSpec("numbers", (3,), "float32", tuple("abc")),), (target,))
    fixed = {"epochs": _EPOCHS, "stop": None, "batch_size": 16, "optimizer": {"Adam": {"learning_rate": 0.05}}}
    menu = [{"Dense": {"units": 4, "activation": "tanh"}}, {"Dropout": 0.2}]
    words = Learn.model_validate({"schedule": "cosine", **fixed, **learn, "menu": menu})
    network = network_of(Menu(menu), signature, seed=0)
    trainer = Trainer(words, network, signature, seed=0)

    def on_epoch(progress: Progress, plan: Plan) -> None:
        if stop and progress.epoch > _STOPPED_AFTER:
            raise _Stopped

    train, validation = (_arrays(target, rows, seed) for rows, seed in ((_ROWS - 3, 0), (_ROWS // 2, 1)))
    hooks = Hooks(words.after_epoch, words.callbacks, run) if run else None
    return trainer.train(train, validation, snapshot=snapshot, key="k", on_epoch=on_epoch, hooks=hooks)


def check_training(name: str, task: str, *, falls: bool = True, run: Path | None = None, **learn: Any) -> Trained:
    """Train with a part; it has to give the same bits again, stopped or not.

    Hooks and callbacks write into folders in `run`, `whole`, `again` and `resumed`; they may end the training early.

    Raises:
        AssertionError: with a sentence that says what is not kept.
    """

    def inside(part: str) -> Path | None:
        if run is None:
            return None
        (run / part).mkdir(exist_ok=True)
        return run / part

    whole = trained(task, run=inside("whole"), **learn)
    losses = [row["loss"] for row in whole.progress.history]
    ended = len(losses) == _EPOCHS or whole.progress.stopped
    assert ended, f"{name}: training ended after {len(losses)} epochs of {_EPOCHS}"
    assert not falls or losses[-1] < losses[0], f"{name}: the loss of {task} does not fall: {losses}"
    assert _alike(whole, trained(task, run=inside("again"), **learn)), f"{name}: the same seed gives other bits"
    with tempfile.TemporaryDirectory() as folder:
        snapshot = Path(folder) / "snapshot.safetensors"
        before, trainer_module._BETWEEN_SAVES = trainer_module._BETWEEN_SAVES, -1.0
        try:
            trained(task, snapshot, stop=True, run=inside("resumed"), **learn)
        except _Stopped:
            pass
        finally:
            trainer_module._BETWEEN_SAVES = before
        resumed = trained(task, snapshot, run=inside("resumed"), **learn)
        assert _alike(whole, resumed), f"{name}: a resumed training has other bits"
    return whole


def check_as_keras(name: str, task: str, whole: Trained, **learn: Any) -> None:
    """Where the fused engine took a part, its losses are those of Keras's own `fit`.

    Raises:
        AssertionError: they are not.
    """
    if whole.progress.engine != "fused":
        return
    other = trained(task, engine="keras", **learn)
    one, two = ([row["loss"] for row in some.progress.history] for some in (whole, other))
    assert np.allclose(one, two, rtol=1e-3), f"{name}: compiled, its losses are {one}, and in Keras's fit {two}"


def _arrays(target: TargetSpec, rows: int, seed: int) -> Arrays:
    generator = np.random.Generator(np.random.PCG64(seed))
    x = generator.normal(size=(rows, 3)).astype("float32")
    if target.task == "regression":
        y = truth = x[:, :1] - x[:, 1:2]
    elif target.task == "multilabel":
        y = truth = (x[:, :2] > 0).astype("float32")
    else:
        truth = np.digitize(x[:, 0] - x[:, 1], [-0.7, 0.7] if target.of_task.coded else [0.0])
        y = truth[:, None].astype("int32" if target.of_task.coded else "float32")
    truth = truth[:, 0] if target.task == "regression" else truth
    plain = Features(np.zeros((rows, 0)), np.zeros((rows, 0), np.int64), ())
    return Arrays({"numbers": x}, {"y": y}, {"y": truth}, plain)


def _alike(one: Trained, other: Trained) -> bool:
    same = all(np.array_equal(a, b) for a, b in zip(one.weights, other.weights, strict=True))
    return same and one.progress.history == other.progress.history
