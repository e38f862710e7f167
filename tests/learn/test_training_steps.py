"""Training steps: Mixup, and those of a person's own."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest

import protokit
from protokit.core.errors import DataError, SpecError
from protokit.core.libraries.backend import keras, tf
from protokit.core.values.signature import Signature, TargetSpec
from protokit.learn import train as training
from protokit.learn.plan import Plan, Progress
from protokit.learn.steps.step import STEPS
from protokit.learn.train import Trained, Trainer
from protokit.learn.words import Learn
from protokit.recipe.recipe import Recipe
from protokit.recipe.schema import schema
from protokit.represent.represented import Represented
from protokit.testing.parts.training_step import check_training_step

PLUGIN = Path(__file__).parent.parent / "plugin"
TrainerOf = Callable[..., tuple[Trainer, Represented]]
TrainedBy = Callable[..., Trained]


@pytest.fixture(autouse=True)
def forgotten() -> Iterator[None]:
    """What a test registers is gone after it."""
    before = dict(STEPS._registered())
    yield
    STEPS._things.clear()
    STEPS._things.update(before)


def learn(**words: object) -> Learn:
    return Recipe.parse({"represent": {"target": "r"}, "learn": words}).learn


class Plain(keras.Model):  # type: ignore[misc]
    """Keras's own step, written out."""

    def train_step(self, data: Any) -> dict[str, Any]:
        x, y, weights = keras.utils.unpack_x_y_sample_weight(data)
        with tf.GradientTape() as tape:
            y_pred = self(x, training=True)
            loss = self.compute_loss(x, y, y_pred, weights)
        self.optimizer.apply(tape.gradient(loss, self.trainable_variables), self.trainable_variables)
        self.metrics[0].update_state(loss, sample_weight=keras.ops.shape(y_pred)[0])
        return dict(self.compute_metrics(x, y, y_pred, weights))


class Contrastive(keras.Model):  # type: ignore[misc]
    """Two noisy views of a row are to be alike in the item `code`, beside what is learned of it (NT-Xent)."""

    def __init__(self, *args: Any, noise: float = 0.3, share: float = 0.1, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.noise, self.share = noise, share
        self.code = keras.Model(self.input, self.get_layer("code").output)
        self.head = keras.layers.Dense(4)
        self.head.build(self.code.output.shape)
        self.own = keras.optimizers.Adagrad(0.01)
        self.draws = keras.random.SeedGenerator()
        self.alike = keras.metrics.Mean(name="alike")

    def train_step(self, data: Any) -> dict[str, Any]:
        ops = keras.ops
        x, y, weights = keras.utils.unpack_x_y_sample_weight(data)
        with tf.GradientTape(persistent=True) as tape:
            y_pred = self(x, training=True)
            views = []
            for _ in range(2):
                noisy = {k: v + self.noise * keras.random.normal(ops.shape(v), seed=self.draws) for k, v in x.items()}
                views.append(ops.normalize(self.head(self.code(noisy, training=True)), axis=-1))
            alike = ops.matmul(views[0], ops.transpose(views[1])) / 0.5
            places = ops.arange(ops.shape(alike)[0])
            contrast = ops.mean(keras.losses.sparse_categorical_crossentropy(places, alike, from_logits=True))
            loss = self.compute_loss(x, y, y_pred, weights) + self.share * contrast
        own = {id(v) for v in self.head.trainable_variables}
        rest = [v for v in self.trainable_variables if id(v) not in own]
        self.optimizer.apply(tape.gradient(loss, rest), rest)
        self.own.apply(tape.gradient(contrast, self.head.trainable_variables), self.head.trainable_variables)
        self.metrics[0].update_state(loss, sample_weight=ops.shape(y_pred)[0])
        self.alike.update_state(contrast)
        return dict(self.compute_metrics(x, y, y_pred, weights))


def distilling(teacher: keras.Model, share: float = 0.5) -> type[keras.Model]:
    teacher.trainable = False

    class Distilling(keras.Model):  # type: ignore[misc]
        """What a teacher says is learned beside the truth."""

        def compute_loss(self, x: Any, y: Any, y_pred: Any, sample_weight: Any = None, training: bool = True) -> Any:
            own = super().compute_loss(x, y, y_pred, sample_weight, training=training)
            told = keras.losses.binary_crossentropy(teacher(x, training=False), y_pred)
            return (1 - share) * own + share * keras.ops.mean(told)

    return Distilling


MENU = [{"Dense": {"units": 8, "activation": "tanh"}, "name": "code"}, {"Dropout": 0.2}]


def same(one: Trained, other: Trained) -> bool:
    alike = all(np.array_equal(a, b) for a, b in zip(one.weights, other.weights, strict=True))
    return alike and one.progress.history == other.progress.history


def test_keras_own_step_written_out_gives_its_numbers(trained_by: TrainedBy) -> None:
    for way in ("plain", "xla", "fit"):
        own, bare = (trained_by(way, "c", training_step=step, menu=MENU) for step in (Plain, None))
        assert own.progress.engine == bare.progress.engine == ("keras" if way == "fit" else "fused")
        for one, two in zip(own.progress.history, bare.progress.history, strict=True):
            assert one == pytest.approx(two, rel=1e-4), way


def test_mixup_is_the_loss_of_both_rows_each_with_its_share(trainer_of: TrainerOf) -> None:
    trainer, data = trainer_of("plain", "k", training_step={"Mixup": {"alpha": 0.3}}, epochs=3)
    trainer.train(data.train, data.validation)  # the last layer begins at zero
    step = trainer._step
    assert step is not trainer.network and np.median(step._shares) == pytest.approx(0.5)
    step._shares = np.full_like(step._shares, 0.75)
    step.optimizer.learning_rate = 0.0
    x = {name: values[:6] for name, values in data.train.inputs.items()}
    y = next(iter(data.train.targets.values()))[:6]
    step.reset_metrics()
    found = float(step.train_step((tf.nest.map_structure(tf.constant, x), tf.constant(y)))["loss"])
    mixed = {name: 0.75 * values + 0.25 * np.roll(values, 1, axis=0) for name, values in x.items()}
    given = np.asarray(trainer.network(mixed))
    losses = [-np.log(given[np.arange(6), some[:, 0]]).mean() for some in (y, np.roll(y, 1, axis=0))]
    assert found == pytest.approx(0.75 * losses[0] + 0.25 * losses[1], rel=1e-4)


@pytest.mark.some("plain")
@pytest.mark.parametrize("way", ["plain", "xla", "fit"])
def test_mixup_learns_several_targets_weighted_rows_and_members(way: str, trained_by: TrainedBy) -> None:
    step = {"training_step": "Mixup"}
    found = trained_by(way, "c", **step, epochs=20)
    assert found.progress.history[-1]["validation_loss"] < 0.9 * found.progress.history[0]["validation_loss"]
    if way == "xla":
        assert found.progress.how == "", "it was compiled with XLA"
    several = trained_by(way, ["c", "r"], **step, class_weights={"c": "balanced"}, epochs=2).progress.history[-1]
    assert several["loss"] == pytest.approx(several["c_loss"] + several["r_loss"], rel=1e-4)
    assert trained_by(way, "r", **step, sample_weights="w", epochs=1).progress.epoch == 1
    menu = [{"ensemble": {"members": 2, "layers": [{"Dense": 4}]}}]
    assert trained_by(way, "r", **step, menu=menu, epochs=1).progress.epoch == 1


@pytest.mark.some("mixup")
@pytest.mark.parametrize(
    ("way", "step"),
    [("plain", "Mixup"), ("xla", "Mixup"), ("plain", Contrastive), ("fit", Contrastive)],
    ids=["mixup", "mixup with xla", "own", "own by fit"],
)
def test_a_killed_training_goes_on_to_the_same_bits(
    way: str, step: object, trainer_of: TrainerOf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(training, "_BETWEEN_SAVES", -1.0)
    words: dict[str, Any] = {"training_step": step, "menu": MENU, "average": {"decay": 0.9}}

    def train(**more: Any) -> Trained:
        trainer, data = trainer_of(way, "c", **words)
        found = trainer.train(data.train, data.validation, **more)
        assert len(found.weights) == len(trainer.network.weights)
        return found

    class Killed(Exception):
        pass

    def fail(progress: Progress, plan: Plan) -> None:
        if progress.epoch > 2:
            raise Killed

    path = tmp_path / "snapshot.safetensors"
    whole = train()
    with pytest.raises(Killed):
        train(snapshot=path, key="k", on_epoch=fail)
    assert same(train(snapshot=path, key="k"), whole)
    other = train(seed=5)
    assert not same(other, whole) and same(train(seed=5), other)


def test_further_losses_stand_in_the_history_and_the_network_is_kept_without_them(trainer_of: TrainerOf) -> None:
    protokit.training_step(Contrastive)
    trainer, data = trainer_of("plain", "c", training_step={"Contrastive": {"share": 1.0}}, menu=MENU)
    found = trainer.train(data.train, data.validation)
    alike = [row["alike"] for row in found.progress.history]
    assert "validation_alike" not in found.progress.history[0], "no test_step gives it a value"
    assert alike[-1] < alike[0] and len(trainer._step.weights) > len(trainer.network.weights)
    assert found.progress.engine == "fused"
    again = trainer.train(data.train, data.validation)
    assert same(found, again), "what a step has of its own begins anew with each training"


def test_a_teacher_that_is_an_object_or_a_run(trained_by: TrainedBy, trainer_of: TrainerOf) -> None:
    trainer, data = trainer_of("plain", "c", menu=[{"Dense": {"units": 16, "activation": "tanh"}}], epochs=20)
    trainer.train(data.train, data.validation)
    teacher = keras.models.clone_model(trainer.network)
    teacher.set_weights(trainer.network.get_weights())
    found = trained_by("plain", "c", training_step=distilling(teacher, 1.0), epochs=20)
    assert found.progress.engine == "fused"
    losses = [row["validation_loss"] for row in found.progress.history]
    assert losses[-1] < losses[0]
    assert all(np.array_equal(a, b) for a, b in zip(teacher.get_weights(), trainer.network.get_weights(), strict=True))


def test_a_step_that_needs_python_is_run_step_by_step_and_said(trained_by: TrainedBy) -> None:
    class Branching(Plain):
        """Looks at a loss."""

        def train_step(self, data: Any) -> dict[str, Any]:
            found = super().train_step(data)
            return found if found["loss"] < 1e9 else {}  # a Python `if` on a tensor

    found = trained_by("plain", "c", training_step=Branching, epochs=2)
    assert found.progress.engine == "keras" and found.progress.how.endswith("step by step")


def test_a_step_of_another_package_keeps_its_contract(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(PLUGIN))
    sys.modules.pop("protokit_example.training_step", None)
    importlib.import_module("protokit_example.training_step")
    check_training_step("Gentle", tasks=("binary", "regression"), most=0.2)
    check_training_step("Mixup", tasks=("multilabel",))
    with pytest.raises(AssertionError, match="not registered"):
        check_training_step("Rough")


def _own(body: Callable[..., Any], **more: Any) -> type[keras.Model]:
    class Wrong(Plain):
        """A step with a fault."""

        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            for name, make in more.items():
                setattr(self, name, make())

        def train_step(self, data: Any) -> Any:
            return body(self, data)

    return Wrong


def _unpacked(self: Any, data: Any) -> Any:
    _, y = data
    return {"y": y}


def _untracked(self: Any, data: Any) -> Any:
    found = Plain.train_step(self, data)
    self.metrics[0].reset_state()
    return found


def _still(self: Any, data: Any) -> Any:
    x, y, weights = keras.utils.unpack_x_y_sample_weight(data)
    y_pred = self(x)
    self.metrics[0].update_state(self.compute_loss(x, y, y_pred, weights))
    return dict(self.compute_metrics(x, y, y_pred, weights))


def _drawn(draw: Callable[[], Any]) -> Callable[..., Any]:
    def body(self: Any, data: Any) -> Any:
        found = Plain.train_step(self, data)
        return {**found, "loss": found["loss"] + 0 * draw()}

    return body


@pytest.mark.parametrize(
    ("step", "rule"),
    [
        (_own(lambda self, data: None), "train_step returns None, and not its losses by name"),
        (_own(lambda self, data: Plain.train_step(self, data)["loss"]), "and not its losses by name"),
        (_own(lambda self, data: {"accuracy": Plain.train_step(self, data)["accuracy"]}), "does not return its loss"),
        (_own(lambda self, data: {"loss": Plain.train_step(self, data)["loss"]}), "does not return 'accuracy'"),
        (_own(lambda self, data: {**Plain.train_step(self, data), "kl": 0.0}), "returns 'kl', which no metric"),
        (_own(_untracked), "train_step does not update its loss"),
        (_own(_still), "changes no weight"),
        (_own(_unpacked), r"fails on two rows: ValueError: too many values to unpack"),
        (_own(_drawn(lambda: keras.random.normal(()))), "by no seed of its own"),
        (_own(_drawn(lambda: tf.random.normal(()))), "draws by RandomStandardNormal of TensorFlow"),
        (_own(Plain.train_step, kl=lambda: keras.metrics.Mean(name="kl")), "does not update its metric 'kl'"),
        (_own(Plain.train_step, head=lambda: keras.layers.Dense(2)), "a layer without weights yet, 'dense"),
        (_own(Plain.train_step, x=lambda: 1 / 0), "cannot be made: ZeroDivisionError"),
    ],
)
def test_a_step_that_cannot_train_is_told_where_it_stands(step: object, rule: str, trainer_of: TrainerOf) -> None:
    with pytest.raises(DataError, match=rf"(?s)test_training_steps.py:\d+: the training step 'Wrong' .*{rule}"):
        trainer, data = trainer_of("plain", "c", training_step=step, sample_weights="w")
        before = trainer.network.get_weights()
        try:
            trainer.train(data.train, data.validation)
        finally:
            assert all(np.array_equal(a, b) for a, b in zip(before, trainer.network.get_weights(), strict=True))


def test_a_step_that_hides_the_loss_or_the_network(trainer_of: TrainerOf) -> None:
    class Renamed(Plain):
        """Its loss has another name."""

        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            self.total = keras.metrics.Mean(name="total_loss")

        @property
        def metrics(self) -> list[keras.metrics.Metric]:
            return [self.total]

    trainer, data = trainer_of("plain", "c", training_step=Renamed)
    with pytest.raises(DataError, match="'total_loss' as the first of its metrics"):
        trainer.train(data.train, data.validation)

    class Alone(keras.Model):  # type: ignore[misc]
        """It drops what it is given."""

        train_step = Plain.train_step

        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__()

    with pytest.raises(DataError, match="does not take over the network's layers"):
        trainer_of("plain", "c", training_step=Alone)


def test_what_is_wrong_with_the_words_is_told() -> None:
    protokit.training_step(Contrastive)
    for step, rule in (
        ("Mixop", "did you mean 'Mixup'"),
        ({"Mixup": {"alfa": 0.2}}, "unknown argument 'alfa' of Mixup"),
        ({"Mixup": {"alpha": 0}}, r"training_step\.Mixup\.alpha: alpha of Mixup is above 0"),
        ({"Mixup": {"alpha": "much"}}, "a number, not 'much'"),
        ({"Contrastive": {"noize": 1}}, "did you mean 'noise'"),
        (3, "a name, or one name with its arguments"),
        (keras.Model, "has no train_step of its own"),
        (keras.losses.Huber(), "a training step is a keras Model"),
        (_own(Plain.train_step).__new__(_own(Plain.train_step)), "a training step is a class, not an object of Wrong"),
    ):
        with pytest.raises(SpecError, match=rule):
            learn(training_step=step)

    class Mixup(Plain):
        pass

    class Compiled(Plain):
        def compile(self, *args: Any, **kwargs: Any) -> None: ...

    for wrong, rule in (
        (Mixup, "there already"), (Compiled, "a compile of its own"), (lambda data: data, "is no training step class"),
    ):  # fmt: skip
        with pytest.raises(SpecError, match=rule):
            protokit.training_step(wrong)


def test_a_class_is_written_by_name() -> None:
    assert learn(training_step=Contrastive).as_plain()["training_step"] == "Contrastive"
    assert "training_step" not in learn().as_plain()
    whole = schema()
    for step in ("Mixup", {"Mixup": {"alpha": 0.1}}, {"Contrastive": {"noise": 1}}):
        jsonschema.validate({"represent": {"target": "r"}, "learn": {"training_step": step}}, whole)


def test_codes_cannot_be_mixed() -> None:
    from protokit.core.values.inputs import InputSpec
    from protokit.learn.train import network_of

    words = Learn.model_validate({"training_step": "Mixup", "menu": [{"Dense": 2}]})
    signature = Signature((InputSpec("categories", (1,), "int32", ("a",), 3),), (TargetSpec("y", "regression"),))
    with pytest.raises(DataError, match="the input 'categories' has codes"):
        Trainer(words, network_of(words.menu, signature, seed=0), signature, seed=0)
