"""Hooks after each epoch, and callbacks, in each engine."""

from __future__ import annotations

import importlib
import json
import random
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest

import protokit
from protokit.core.errors import DataError, SpecError, TrainingError
from protokit.core.libraries.backend import keras
from protokit.learn import train as training
from protokit.learn.hooks.after_epoch import AFTER_EPOCH
from protokit.learn.hooks.callback import CALLBACKS, NOT_HERE
from protokit.learn.hooks.work.hooks import Hooks
from protokit.learn.staging.trainer import trainer_of as trainer_in_stages
from protokit.learn.train import Trained
from protokit.learn.words import Learn
from protokit.plugins import EpochEnd, RunEnd
from protokit.recipe.recipe import Recipe
from protokit.recipe.schema import schema
from protokit.represent.represented import Represented
from protokit.testing.parts.after_epoch import check_after_epoch
from protokit.testing.parts.callback import check_callback
from protokit.workflow.run.networks import network_for

from .conftest import frame

PLUGIN = Path(__file__).parent.parent / "plugin"
MENU = [{"Dense": {"units": 8, "activation": "tanh"}}, {"Dropout": 0.2}]


@pytest.fixture(autouse=True)
def forgotten() -> Iterator[None]:
    """What a test registers is gone after it."""
    before = [(one, dict(one._registered())) for one in (AFTER_EPOCH, CALLBACKS)]
    yield
    for registry, things in before:
        registry._things.clear()
        registry._things.update(things)  # type: ignore[arg-type]


def learn(target: object = "c", **words: object) -> Learn:
    return Recipe.parse({"represent": {"target": target}, "learn": words}).learn


def run_recipe(out: Path, resume: bool = False, **words: object) -> protokit.Run:
    own = {"menu": MENU, "batch_size": 32, "epochs": 4, "stop": None, **words}
    data = {"represent": {"target": "c"}, "learn": own, "evaluate": {"baselines": []}}
    return protokit.run(data, frame(150)[["x", "z", "c"]], out=out, resume=resume)


@pytest.fixture
def train(trainer_of: Callable[..., Any], tmp_path: Path) -> Callable[..., tuple[Trained, Any, Represented]]:
    """Train with what a recipe has called; gives the network and the rows too."""

    def trained(way: str = "plain", **words: Any) -> tuple[Trained, Any, Represented]:
        given = {name: words.pop(name) for name in ("snapshot", "key", "on_epoch") if name in words}
        engine = {"engine": "keras"} if way == "fit" else {}
        read = learn(**engine, **{name: words[name] for name in ("after_epoch", "callbacks") if name in words})
        trainer, data = trainer_of(way, **{"menu": MENU, **words})
        hooks = Hooks(read.after_epoch, read.callbacks, tmp_path)
        return trainer.train(data.train, data.validation, hooks=hooks, **given), trainer.network, data

    return trained


@pytest.mark.some("callback-Tally-check_callback")
@pytest.mark.parametrize(
    ("kind", "name", "check"),
    [("after_epoch", "mean_said", check_after_epoch), ("callback", "Tally", check_callback)],
)
def test_those_of_another_package_keep_their_contract(
    kind: str, name: str, check: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(PLUGIN))
    sys.modules.pop(f"protokit_example.{kind}", None)
    importlib.import_module(f"protokit_example.{kind}")
    check(name)
    with pytest.raises(AssertionError, match="not registered"):
        check("nothing")


@pytest.mark.parametrize("way", ["plain", "fit"])
def test_a_hook_is_given_the_epoch_and_what_is_known(way: str, train: Any, tmp_path: Path) -> None:
    seen: list[EpochEnd] = []
    said: list[dict[str, np.ndarray]] = []

    @protokit.after_epoch
    def see(end: EpochEnd, every: int = 1) -> None:
        """Looks."""
        if end.epoch % every == 0:
            seen.append(end)
            said.append(end.predict())
            (end.folder / f"{end.epoch}.txt").write_text(str(end.logs["loss"]))

    found, network, data = train(way, after_epoch=[{"see": {"every": 2}}], epochs=5)
    history = found.progress.history
    assert [(end.epoch, end.epochs, end.stage, end.fold, end.number) for end in seen] == [
        (2, 5, 0, 1, 1),
        (4, 5, 0, 1, 1),
    ]
    assert [dict(row) for row in seen[-1].history] == history[:4] and seen[0].logs == {
        name: value for name, value in history[1].items() if name != "epoch"
    }
    assert (tmp_path / "4.txt").read_text() == str(history[3]["loss"])
    assert seen[0].network is network and len({end.seed for end in seen}) == 2
    assert set(seen[0].inputs) == set(data.validation.inputs) and set(seen[0].truth) == set(data.validation.targets)
    bare, *_ = train(way, epochs=5)
    assert bare.progress.history == history, "a look changes nothing"


def test_it_predicts_with_the_weights_that_are_judged(train: Any) -> None:
    found: list[float] = []

    @protokit.after_epoch
    def loss_of(end: EpochEnd) -> None:
        """The validation loss, computed anew."""
        given, truth = end.predict()["c"], end.truth["c"]
        found.append(float(np.mean(-np.log(np.where(truth == 1, given, 1 - given)))))

    done, *_ = train(after_epoch=["loss_of"], average={"decay": 0.9}, epochs=3)
    assert found == pytest.approx([row["validation_loss"] for row in done.progress.history], rel=1e-4)


@pytest.mark.some("fit")
@pytest.mark.parametrize("way", ["xla", "fit"])
def test_it_may_end_the_training(way: str, train: Any) -> None:
    @protokit.after_epoch
    def enough(end: EpochEnd, after: int = 3, why: str = "") -> object:
        """Ends it."""
        return (why or np.bool_(True)) if end.epoch == after else np.bool_(False)

    found, *_ = train(way, after_epoch=["enough"], epochs=5)
    assert found.progress.epoch == 3 and found.progress.stopped == "after epoch 3 by the hook enough"
    found, *_ = train(way, after_epoch=[{"enough": {"after": 1, "why": "it is late"}}], epochs=5)
    assert found.progress.stopped == "after epoch 1 by the hook enough: it is late"

    @protokit.callback
    class Ends(keras.callbacks.Callback):  # type: ignore[misc]
        """Ends it, as Keras's callbacks do."""

        def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
            self.model.stop_training = epoch == 1

    found, *_ = train(way, callbacks=["Ends"], epochs=5)
    assert found.progress.epoch == 2 and found.progress.stopped == "after epoch 2 by the callback Ends"


def test_a_run_says_who_ended_it_and_has_the_code_in_its_environment(tmp_path: Path) -> None:
    @protokit.after_epoch
    def first_is_enough(end: EpochEnd) -> str:
        """Ends it."""
        return "one epoch will do"

    run = run_recipe(tmp_path, after_epoch=["first_is_enough", {"SaveNetwork": {"every": 1}}])
    notices = [one["rule"] for one in run.results["notices"]]
    assert "the training was ended after epoch 1 by the hook first_is_enough: one epoch will do" in notices
    assert Recipe.read(run.path / "recipe.yaml").learn.after_epoch[0] == "first_is_enough"
    assert list(json.loads((run.path / "environment.json").read_text())["parts"]) == ["hook first_is_enough"]
    kept = keras.models.load_model(run.path / "epochs" / "0001.keras")
    inputs = {spec.name: np.zeros((2, *spec.shape), spec.dtype) for spec in run.model.signature.inputs}
    assert np.array_equal(np.asarray(kept(inputs)), np.asarray(run.model.network(inputs)))


def test_of_several_networks_each_writes_into_its_own_folder(tmp_path: Path) -> None:
    run = run_recipe(tmp_path, after_epoch=["SaveNetwork"], networks=2, epochs=1)
    found = {path.relative_to(run.path).as_posix() for path in run.path.rglob("*.keras")}
    assert found == {"network-1-1/epochs/0001.keras", "network-1-2/epochs/0001.keras"}


class Killed(Exception):
    pass


class Patient:
    """Ends the training by what it has counted, and draws by the seed of the epoch."""

    def __init__(self, most: int = 3) -> None:
        self.most, self.worse, self.drawn = most, 0, [0.0]

    def __call__(self, end: EpochEnd) -> bool:
        self.worse += end.logs["loss"] > 0
        self.drawn.append(random.Random(end.seed).random())
        (end.folder / "drawn.txt").write_text(repr(self.drawn))
        return self.worse == self.most


@pytest.mark.some("plain")
@pytest.mark.parametrize("way", ["plain", "xla", "fit"])
def test_a_killed_training_goes_on_to_the_same_bits_with_what_they_remember(
    way: str, train: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(training, "_BETWEEN_SAVES", -1.0)

    @protokit.callback
    class Wait(keras.callbacks.Callback):  # type: ignore[misc]
        """Ends the training by a count of its own."""

        def __init__(self, most: int = 4) -> None:
            super().__init__()
            self.most, self.count = most, 0

        def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
            self.count += 1
            self.model.stop_training = self.count == self.most

    for words in ({"after_epoch": [Patient(4)]}, {"callbacks": ["Wait"]}):
        whole, *_ = train(way, epochs=6, **words)
        assert whole.progress.epoch == 4
        drawn = tmp_path / "drawn.txt"
        before = drawn.read_text() if drawn.exists() else ""

        def kill(progress: Any, plan: Any) -> None:
            if progress.epoch == 3:
                raise Killed

        snapshot = tmp_path / f"{way}-{len(words)}-{next(iter(words))}.safetensors"
        with pytest.raises(Killed):
            train(way, epochs=6, snapshot=snapshot, key="k", on_epoch=kill, **words)
        resumed, *_ = train(way, epochs=6, snapshot=snapshot, key="k", **words)
        assert resumed.progress.history == whole.progress.history
        assert resumed.progress.stopped == whole.progress.stopped
        assert all(np.array_equal(a, b) for a, b in zip(resumed.weights, whole.weights, strict=True))
        assert not before or drawn.read_text() == before


def test_in_stages_epochs_are_counted_through_and_each_is_resumed(
    trainer_of: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(training, "_BETWEEN_SAVES", -1.0)
    seen: list[tuple[int, int, int, int]] = []
    stages = [{"epochs": 2}, {"epochs": 3, "optimizer": "SGD"}]

    @protokit.after_epoch
    def look(end: EpochEnd) -> str | None:
        """Looks, and ends the second stage."""
        seen.append((end.epoch, end.epochs, end.stage, len(end.history)))
        return "done" if end.epoch == 4 else None

    recipe = Recipe.parse({"represent": {"target": "c"}, "learn": {"menu": MENU, "stop": None, "stages": stages}})
    _, data = trainer_of("plain")
    signature = data.encoder.signature

    def trained(snapshot: Path | None = None, on_epoch: Any = None) -> Trained:
        trainer = trainer_in_stages(recipe.learn, network_for(recipe, signature), signature, seed=0)
        hooks = Hooks(("look",), (), tmp_path)
        return trainer.train(data.train, data.validation, snapshot=snapshot, key="k", on_epoch=on_epoch, hooks=hooks)

    whole = trained()
    assert seen == [(1, 5, 1, 1), (2, 5, 1, 2), (3, 5, 2, 3), (4, 5, 2, 4)]
    assert whole.progress.epoch == 4 and whole.progress.stopped == "after epoch 4 by the hook look: done"

    def kill(progress: Any, plan: Any) -> None:
        if progress.epoch == 4:
            raise Killed

    with pytest.raises(Killed):
        trained(tmp_path / "s.safetensors", kill)
    resumed = trained(tmp_path / "s.safetensors")
    assert resumed.progress.history == whole.progress.history and seen[-1] == (4, 5, 2, 4)
    assert all(np.array_equal(a, b) for a, b in zip(resumed.weights, whole.weights, strict=True))


@pytest.mark.some("plain")
@pytest.mark.parametrize("way", ["plain", "fit"])
def test_what_a_hook_raises_is_told_at_its_line_and_the_run_can_go_on(way: str, train: Any, tmp_path: Path) -> None:
    broken = [True]

    @protokit.after_epoch
    def fails(end: EpochEnd) -> None:
        """Fails in its second epoch."""
        if end.epoch == 2 and broken:
            raise ValueError("no room\nand more")

    snapshot = tmp_path / "s.safetensors"
    with pytest.raises(TrainingError, match="the hook 'fails' failed after epoch 2: ValueError: no room") as caught:
        train(way, after_epoch=["fails"], snapshot=snapshot, key="k")
    lines = Path(__file__).read_text().splitlines()
    file, _, line = str(caught.value.place).rpartition(":")
    assert file == __file__ and "raise ValueError" in lines[int(line) - 1]
    assert "--resume" in str(caught.value.cure) and snapshot.exists()
    broken.clear()
    resumed, *_ = train(way, after_epoch=["fails"], snapshot=snapshot, key="k")
    whole, *_ = train(way, after_epoch=["fails"])
    assert resumed.progress.history == whole.progress.history


def test_a_run_that_a_hook_broke_is_resumed(tmp_path: Path) -> None:
    broken = [True]

    @protokit.after_epoch
    def breaks(end: EpochEnd) -> None:
        """Fails once."""
        if end.epoch == 3 and broken:
            raise RuntimeError("the disk is away")

    with pytest.raises(TrainingError, match="the disk is away"):
        run_recipe(tmp_path, after_epoch=["breaks"])
    broken.clear()
    run = run_recipe(tmp_path, resume=True, after_epoch=["breaks"])
    assert len(list((tmp_path / "recipe").iterdir())) == 1 and len(run.history) == 4


def test_a_hook_that_gives_nonsense_or_sets_the_rate_is_told(train: Any) -> None:
    @protokit.after_epoch
    def numbers(end: EpochEnd) -> float:
        """Gives a number."""
        return end.logs["loss"]

    @protokit.after_epoch
    def faster(end: EpochEnd) -> None:
        """Sets the rate."""
        end.network.optimizer.learning_rate = 0.5

    with pytest.raises(TrainingError, match=r"the hook 'numbers' gave '0\.\d+': None goes on, True or a text"):
        train(after_epoch=["numbers"])
    with pytest.raises(TrainingError, match="the hook 'faster' sets the learning rate, which is the schedule's"):
        train(after_epoch=["faster"])


def test_a_hook_that_scores_rows_leaves_the_training_s_scores_alone(train: Any) -> None:
    @protokit.after_epoch
    def scores(end: EpochEnd) -> None:
        """Scores some rows."""
        [truth] = end.truth.values()
        end.network.evaluate(dict(end.inputs), truth, verbose=0)

    for way in ("plain", "xla", "fit"):
        assert train(way, after_epoch=["scores"])[0].progress.history == train(way)[0].progress.history, way


@protokit.callback(name="Batches")
class Batches(keras.callbacks.Callback):  # type: ignore[misc]
    """Counts batches."""

    def __init__(self) -> None:
        super().__init__()
        self.order: list[str] = []

    def on_train_begin(self, logs: Any = None) -> None:
        self.order.append("begin")

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        self.order.append(f"epoch {epoch}")

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        self.order.append("batch" if "loss" in logs else "")

    def on_test_begin(self, logs: Any = None) -> None:
        self.order.append("test")

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        self.order.append(f"end {epoch} {'val_loss' in logs and 'learning_rate' in logs}")

    def on_train_end(self, logs: Any = None) -> None:
        (Path(self.params["folder"]) / "order.txt").write_text(",".join(self.order))


def test_batches_are_seen_by_keras_s_fit_alone(train: Any, tmp_path: Path) -> None:
    protokit.callback(name="Batches")(Batches)
    with pytest.raises(SpecError, match="Batches has on_train_batch_end, which Keras's fit alone calls") as caught:
        learn(callbacks=["Batches"])
    [fault] = caught.value.faults
    assert fault.path == ("learn", "callbacks", 0) and fault.cure == "write learn: {engine: keras}"
    train("fit", callbacks=["Batches"], epochs=2)
    one = "batch,batch,batch,batch,batch,batch,test"
    assert (tmp_path / "order.txt").read_text() == f"begin,epoch 0,{one},end 0 True,epoch 1,{one},end 1 True"


def test_a_callback_that_asks_for_it_is_told_of_the_end_of_the_run(tmp_path: Path) -> None:
    ends: list[RunEnd] = []

    @protokit.callback
    class Told(keras.callbacks.Callback):  # type: ignore[misc]
        """Is told."""

        def on_run_end(self, end: RunEnd) -> None:
            ends.append(end)

    run = run_recipe(tmp_path, callbacks=["Told"], epochs=1)
    [end] = ends
    assert end.folder == run.path and end.name == "recipe" and end.settings["learn.epochs"] == 1
    assert end.scores == {one["metric"]: one["network"]["value"] for one in run.results["metrics"]["scores"]}
    assert Recipe.parse(protokit.Recipe.read(run.path / "recipe.yaml").as_plain()).learn.callbacks == ("Told",)


def test_objects_and_functions_may_stand_in_a_recipe_of_python() -> None:
    def quiet(end: EpochEnd) -> None:
        """Does nothing."""

    class Keeps(keras.callbacks.Callback):  # type: ignore[misc]
        """Keeps a number."""

        def __init__(self, most: int = 3, of: str = "a") -> None:
            super().__init__()
            self.most, self.of = most, of

    found = learn(after_epoch=[quiet, Patient(7), Patient], callbacks=[Keeps(5), Keeps])
    assert found.after_epoch == ("quiet", {"Patient": {"most": 7}}, "Patient")
    assert found.callbacks == ({"Keeps": {"most": 5}}, "Keeps")

    class Closed:
        """Does not say what it was made with."""

        def __init__(self, most: int) -> None:
            self._most = most

        def __call__(self, end: EpochEnd) -> None:
            return

    with pytest.raises(SpecError, match="Closed does not tell how it was made: its attributes lack most") as caught:
        learn(after_epoch=[Closed(3)])
    assert "keep it as self.most, or write {Closed: {most: ...}}" in str(caught.value)


WRONG: list[tuple[dict[str, Any], tuple[Any, ...], str]] = [
    ({"after_epoch": "SaveNetwork"}, ("after_epoch",), "hooks are a list, not 'SaveNetwork'"),
    ({"after_epoch": ["SaveNetwrok"]}, ("after_epoch", 0), "did you mean 'SaveNetwork'"),
    ({"after_epoch": ["zebra"]}, ("after_epoch", 0), "register your own with @protokit.after_epoch"),
    ({"after_epoch": [{"SaveNetwork": {"evry": 2}}]}, ("after_epoch", 0, "SaveNetwork", "evry"), "mean 'every'"),
    ({"after_epoch": [{"SaveNetwork": {"every": 0}}]}, ("after_epoch", 0, "SaveNetwork", "every"), "is at least 1"),
    ({"after_epoch": [{"SaveNetwork": {"every": "x"}}]}, ("after_epoch", 0, "SaveNetwork", "every"), "a whole number"),
    ({"after_epoch": [{"a": 1, "b": 2}]}, ("after_epoch", 0), "hook is a name, or one name with its arguments"),
    ({"after_epoch": [3.5]}, ("after_epoch", 0), "hook is a name"),
    ({"callbacks": [object()]}, ("callbacks", 0), "a callback is a keras Callback"),
    ({"callbacks": {"TensorBoard": {}}}, ("callbacks",), "callbacks are a list, not {'TensorBoard': {}}"),
    ({"callbacks": None}, ("callbacks",), "callbacks are a list, not None"),
    ({"callbacks": ["zebra"]}, ("callbacks", 0), "see protokit list callbacks"),
    ({"callbacks": ["Earlystopping"]}, ("callbacks", 0), "did you mean 'EarlyStopping'"),
    ({"callbacks": [{"TensorBoard": {"log_dir": "/tmp/x"}}]}, ("callbacks", 0, "TensorBoard", "log_dir"), "elsewhere"),
    ({"callbacks": [{"TensorBoard": "../x"}]}, ("callbacks", 0, "TensorBoard", "log_dir"), "leads out of it"),
    ({"callbacks": [{"TensorBoard": {"log_dir": 3}}]}, ("callbacks", 0, "TensorBoard", "log_dir"), "is a path, not 3"),
    ({"callbacks": [{"TensorBoard": {"update_freq": 1}}]}, ("callbacks", 0, "TensorBoard", "update_freq"), "unknown"),
    ({"callbacks": [keras.callbacks.TensorBoard()]}, ("callbacks", 0), "TensorBoard of Keras is named here"),
    ({"callbacks": [keras.callbacks.EarlyStopping()]}, ("callbacks", 0), "write stop: {patience: 20}"),
]  # fmt: skip


@pytest.mark.parametrize(("words", "path", "told"), WRONG, ids=lambda given: None)
def test_what_is_wrong_is_told_at_its_place(words: dict[str, Any], path: tuple[Any, ...], told: str) -> None:
    with pytest.raises(SpecError) as caught:
        learn(**words)
    [fault] = caught.value.faults
    assert told in f"{fault.rule} {fault.cure}" and fault.path == ("learn", *path), fault


@pytest.mark.parametrize("name", NOT_HERE)
def test_what_protokit_does_itself_is_said_with_the_word_for_it(name: str) -> None:
    assert hasattr(keras.callbacks, name)
    for written in (name, {name: {"monitor": "val_loss"}}):
        with pytest.raises(SpecError, match=f"{name} is not for a recipe") as caught:
            learn(callbacks=[written])
        assert caught.value.faults[0].cure == NOT_HERE[name][1]


def test_all_of_keras_s_callbacks_are_known() -> None:
    known = {*NOT_HERE, "TensorBoard", "Callback", "CallbackList"}
    assert {name for name in dir(keras.callbacks) if name[0].isupper()} == known


def test_what_is_no_hook_cannot_be_registered() -> None:
    class Plain:
        """Cannot be called."""

    for decorate, thing, told in (
        (protokit.after_epoch, Plain, "is no hook class"),
        (protokit.after_epoch, lambda: None, "a hook is a class or a function with a name"),
        (protokit.callback, Plain, "derive it from keras.callbacks.Callback"),
        (protokit.callback, lambda: None, "is no callback class"),
    ):
        with pytest.raises(SpecError, match=told):
            decorate(thing)

    def none() -> None:
        """Takes nothing."""

    with pytest.raises(SpecError, match="'none' takes nothing, and is given end"):
        protokit.after_epoch(none)
    with pytest.raises(SpecError, match="hook 'SaveNetwork' is there already"):
        protokit.after_epoch(name="SaveNetwork")(lambda end: None)
    with pytest.raises(SpecError, match="callback 'EarlyStopping' is there already"):
        protokit.callback(name="EarlyStopping")(Batches)


def test_one_that_cannot_be_made_is_told_before_anything_is_trained(tmp_path: Path) -> None:
    @protokit.after_epoch
    class Picky:
        """Takes even numbers."""

        def __init__(self, number: int = 1) -> None:
            if number % 2:
                raise ValueError("an odd number")

        def __call__(self, end: EpochEnd) -> None:
            return

    with pytest.raises(DataError, match="the hook 'Picky' cannot be made: ValueError: an odd number") as caught:
        run_recipe(tmp_path, after_epoch=["Picky"])
    assert str(caught.value.place).startswith(__file__) and not list(tmp_path.iterdir())
    run_recipe(tmp_path, after_epoch=[{"Picky": {"number": 2}}], epochs=1)


def test_the_schema_knows_them() -> None:
    protokit.callback(name="Batches")(Batches)
    validator = jsonschema.Draft202012Validator(schema())

    def fits(**words: object) -> bool:
        return bool(validator.is_valid({"represent": {"target": "y"}, "learn": words}))

    assert fits(after_epoch=["SaveNetwork", {"SaveNetwork": {"every": 5}}, {"SaveNetwork": 5}])
    assert fits(callbacks=[{"TensorBoard": {"log_dir": "logs"}}, "MLflow", "Batches"])
    assert not fits(callbacks=["EarlyStopping"]) and not fits(after_epoch=[{"SaveNetwork": {"evry": 1}}])
