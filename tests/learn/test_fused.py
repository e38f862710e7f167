from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from protokit.core.errors import SpecError, TrainingError
from protokit.learn.snapshot import Snapshot
from protokit.learn.train import Trained, network_of
from protokit.learn.training import data_feed as feed
from protokit.learn.training.runtime import Values
from protokit.menu import catalogue

SEQUENCE = {"Reshape": {"target_shape": [-1, 1]}}
_MEMBERS = {"menu": [{"ensemble": {"members": 3, "layers": [{"Dense": {"units": 8, "activation": "tanh"}}]}}]}
# what a recipe can say, in one place each; none with random layers
CASES: dict[str, tuple[Any, dict[str, Any]]] = {
    "binary": ("c", {}),
    "multiclass": ("k", {}),
    "regression": ("r", {}),
    "several targets": (["c", "k", "r"], {}),
    "cosine": ("c", {"schedule": "cosine"}),
    "plateau": ("c", {"schedule": "plateau"}),
    "class weights": ("k", {"class_weights": "balanced"}),
    "sample weights": ("r", {"sample_weights": "w"}),
    "both weights": ("c", {"sample_weights": "w", "class_weights": "balanced"}),
    "weights of several targets": (["c", "r"], {"sample_weights": "w"}),
    "one batch": ("c", {"batch_size": 1000}),
    "whole batches": ("c", {"batch_size": 48}),
    "clipnorm": ("c", {"optimizer": {"AdamW": {"clipnorm": 0.1}}}),
    "clipvalue": ("c", {"optimizer": {"AdamW": {"clipvalue": 0.01}}}),
    "global_clipnorm": ("c", {"optimizer": {"AdamW": {"global_clipnorm": 0.1}}}),
    "accumulated gradients": ("c", {"optimizer": {"AdamW": {"gradient_accumulation_steps": 3}}}),
    "averaged weights": ("c", {"optimizer": {"AdamW": {"use_ema": True, "ema_overwrite_frequency": 5}}}),
    "mixed_float16": ("c", {"precision": "mixed_float16"}),
    "mixed_bfloat16": ("c", {"precision": "mixed_bfloat16"}),
    "regularizers": (
        "c",
        {
            "menu": [
                {"Dense": {"units": 8, "kernel_regularizer": {"L2": 0.01}, "kernel_constraint": {"MaxNorm": 1.0}}},
                {"ActivityRegularization": {"l1": 0.01}},
            ]
        },
    ),
    "normalization": ("c", {"menu": [{"Dense": 8}, "BatchNormalization", "ReLU", "LayerNormalization"]}),
    "several inputs": ("c", {"menu": [{"branch": {"a": [{"Dense": 4}], "b": []}, "merge": "Concatenate"}]}),
    "recurrent": ("c", {"menu": [SEQUENCE, {"Bidirectional": {"GRU": {"units": 3}}}]}),
    "attention": (
        "c",
        {
            "menu": [
                {**SEQUENCE, "name": "s"},
                {"MultiHeadAttention": {"num_heads": 2, "key_dim": 4}, "from": {"query": "s", "value": "s"}},
            ]
        },
    ),
    "convolution": ("c", {"menu": [SEQUENCE, {"Conv1D": {"filters": 4, "kernel_size": 2}}, "GlobalMaxPooling1D"]}),
    "members, binary": ("c", _MEMBERS),
    "members, multiclass": ("k", {**_MEMBERS, "class_weights": "balanced"}),
    "members, several targets": (["c", "k", "r"], {**_MEMBERS, "sample_weights": "w"}),
    "members, mixed_float16": ("r", {**_MEMBERS, "precision": "mixed_float16"}),
    **{f"optimizer {name}": ("c", {"optimizer": name}) for name in catalogue.names("optimizers")},
}
LOSSES = [
    (loss, target)
    for loss in catalogue.names("losses")
    for target in ("c", "k", "r")
    # refused for the task, for other shapes (CTC), or not finite from the head's start at zero
    if not ("Categorical" in loss and not (loss.startswith("Sparse") and target == "k"))
    and not (target == "k" and not loss.startswith("Sparse"))
    and not (target == "r" and (loss.startswith("Binary") or loss in {"CosineSimilarity", "Poisson"}))
    and loss != "CTC"
]


def curve(result: Trained) -> np.ndarray:
    return np.array([[row["loss"], row["validation_loss"]] for row in result.progress.history])


# the rest by `make proofs`: each is compiled three times
FEW = (
    "several targets", "plateau", "both weights", "whole batches", "accumulated gradients", "averaged weights",
    "mixed_bfloat16", "regularizers", "normalization", "recurrent", "attention", "members, multiclass",
    "optimizer AdamW", "optimizer SGD", "optimizer Lion",
)  # fmt: skip


def some(names: Iterable[str], few: Collection[str]) -> list[Any]:
    """All names, those that are not among the few for `make proofs`."""
    return [name if name in few else pytest.param(name, marks=pytest.mark.proof) for name in names]


@pytest.mark.some(
    "several targets", "members, multiclass", "plateau", "mixed_bfloat16", "accumulated gradients", "normalization"
)
@pytest.mark.parametrize("case", some(CASES, FEW))
def test_the_loss_curve_is_that_of_keras_fit(case: str, trained_by: Callable[..., Trained]) -> None:
    target, learn = CASES[case]
    found = {way: trained_by(way, target, **learn) for way in ("fit", "plain", "late")}
    assert [sorted(r) for r in found["plain"].progress.history] == [sorted(r) for r in found["fit"].progress.history]
    expected = curve(found["fit"])
    assert np.array_equal(curve(found["plain"]), expected)  # to the bit
    np.testing.assert_allclose(curve(found["late"]), expected, rtol=1e-5)
    assert "refused" not in found["late"].progress.how


class PlainRate(float):
    """A rate that no one reads at run time: Keras's own dropout is used."""

    def assign(self, rate: float) -> None:
        assert rate == self


@pytest.mark.some("float32")
@pytest.mark.parametrize("precision", ["float32", "mixed_bfloat16"])
def test_with_dropout_it_is_plain_keras_to_the_bit(
    precision: str, trained_by: Callable[..., Trained], monkeypatch: pytest.MonkeyPatch
) -> None:
    drop = [{"Dropout": rate} for rate in (0.07, 0.3, 0.35)]
    learn = {"menu": [drop[0], {"Dense": 16}, drop[1], "BatchNormalization", {"Dense": 8}, drop[2]]}
    found = [trained_by(way, "c", precision=precision, **learn) for way in ("fit", "plain")]
    monkeypatch.setattr("protokit.learn.training.runtime.RuntimeRate", PlainRate)
    found.append(trained_by("fit", "c", precision=precision, **learn))
    assert not np.array_equal(curve(found[0])[0], curve(found[0])[-1])
    for one in found[1:]:
        assert np.array_equal(curve(one), curve(found[0]))
        for ours, theirs in zip(one.weights, found[0].weights, strict=True):
            assert np.array_equal(ours, theirs)


FEW_LOSSES = ("SparseCategoricalCrossentropy", "BinaryFocalCrossentropy", "Huber", "Tversky", "CosineSimilarity")


@pytest.mark.parametrize(
    ("loss", "target"),
    [pytest.param(*one, marks=[] if one[0] in FEW_LOSSES else pytest.mark.proof, id="-".join(one)) for one in LOSSES],
)
def test_every_loss_trains_alike(loss: str, target: str, trained_by: Callable[..., Trained]) -> None:
    found = {way: curve(trained_by(way, target, loss=loss, epochs=3)) for way in ("fit", "xla")}
    np.testing.assert_allclose(found["xla"], found["fit"], rtol=1e-5, atol=1e-7)


def test_the_menu_of_a_loss_that_cannot_be_is_an_error_in_words(trained_by: Callable[..., Trained]) -> None:
    with pytest.raises(TrainingError, match="cannot train this network: Logits"):
        trained_by("plain", "c", loss="CTC")


RANDOM = [
    {"Dropout": 0.3}, {"GaussianDropout": 0.3}, {"GaussianNoise": 0.1}, {"AlphaDropout": 0.2},
    {"repeat": {"times": 1, "layers": [SEQUENCE, {"SpatialDropout1D": 0.3}, {"LSTM": {"units": 4, "dropout": 0.2}}]}},
]  # fmt: skip


@pytest.mark.some("xla-repeat", "late-Dropout", "plain-GaussianNoise")
@pytest.mark.parametrize(
    ("layer", "way"),
    [
        pytest.param(
            layer, way, id=f"{way}-{next(iter(layer))}",
            marks=[] if way == "late" or "Dropout" in layer else pytest.mark.proof,
        )
        for way in ("plain", "xla", "late")
        for layer in RANDOM
    ],
)  # fmt: skip
def test_random_layers_resume_to_the_bit(
    way: str,
    layer: dict[str, Any],
    trainer_of: Callable[..., Any],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    learn = {"menu": [{"Dense": 8}, layer, "BatchNormalization"], "epochs": 4}
    trainer, data = trainer_of(way, **learn)
    whole = trainer.train(data.train, data.validation)
    assert "refused" not in whole.progress.how
    again = trainer.train(data.train, data.validation)  # nothing is compiled now
    assert again.progress == whole.progress

    class Stop(Exception):
        pass

    def stop(progress: Any, plan: Any) -> None:
        if progress.epoch == 3:  # the state after the second epoch is the last that was saved
            raise Stop

    monkeypatch.setattr("protokit.learn.train._BETWEEN_SAVES", -1.0)
    path = tmp_path / "snapshot.safetensors"
    with pytest.raises(Stop):
        trainer.train(data.train, data.validation, snapshot=path, key="k", on_epoch=stop)
    other, _ = trainer_of(way, **learn)
    resumed = other.train(data.train, data.validation, snapshot=path, key="k")
    assert resumed.progress == whole.progress
    assert all(np.array_equal(a, b) for a, b in zip(resumed.weights, whole.weights, strict=True))


def test_one_program_trains_on_other_rows_weights_and_rates_without_tracing(trainer_of: Callable[..., Any]) -> None:
    learn = {"menu": [{"Dense": 8}, {"Dropout": 0.3}, {"Dense": 4}]}
    trainer, data = trainer_of("late", **learn)
    menu, signature = trainer._learn.menu, data.encoder.signature
    first = trainer.train(data.train, data.validation)
    traces = trainer.traces
    once = {"step": 1, "plain": 1, "scores": 1, "test": 1, "tests": 1, "xla": 1}
    assert traces == once | {"epoch": 1, "epoch with xla": 2}  # the first of these compiles, and trains nothing
    fewer = replace(
        data.train,
        inputs={name: values[:-5] for name, values in data.train.inputs.items()},
        targets={name: values[:-5] for name, values in data.train.targets.items()},
        features=replace(data.train.features, numbers=data.train.features.numbers[:-5]),
    )
    other = network_of(menu, signature, seed=9)
    assert trainer.fits(other)
    results = {
        "rows": trainer.train(fewer, data.validation),
        "weights": trainer.train(data.train, data.validation, Values.of(other)),
        "seed": trainer.train(data.train, data.validation, seed=3),
        "learning rate": trainer.train(data.train, data.validation, Values(learning_rate=0.01)),
        "weight decay": trainer.train(data.train, data.validation, Values(weight_decay=0.9)),
        "dropout": trainer.train(data.train, data.validation, Values(dropout={"dropout_2": 0.7})),
    }
    # of rows that leave no rest an epoch is put together anew, of the same parts
    assert trainer.traces == once | {"epoch": 1, "epoch with xla": 3}
    for name, result in results.items():
        assert not np.array_equal(result.weights[0], first.weights[0]), name
    again = trainer.train(data.train, data.validation)
    assert again.progress == first.progress
    assert all(np.array_equal(a, b) for a, b in zip(again.weights, first.weights, strict=True))


@pytest.mark.some("False")
@pytest.mark.parametrize("xla", [False, True])
def test_an_epoch_in_one_call_is_its_parts_one_after_the_other(
    xla: bool, trainer_of: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rows, the last 11 of them in a smaller batch; more than one batch of validation rows; several targets."""
    from protokit.learn.training.program import Program

    monkeypatch.setattr("protokit.learn.training.program.VALIDATION_BATCH", 25)
    found = []
    for together in (True, False):
        trainer, data = trainer_of(
            "plain", ["c", "k", "r"], menu=[{"Dense": 8}, {"Dropout": 0.3}, "BatchNormalization"]
        )
        plan = trainer.plan(data.train, data.validation)
        example, checked = feed.batch_of(data.train), feed.batch_of(data.validation)
        program = Program(trainer.network, plan.batch_size, example, data.train.rows)
        program.compile()
        program.compile_test(feed.rows_spec(checked))
        if xla:
            program.compile_xla()
        order = plan.order(0, data.train.rows)[:-21]
        given = feed.Resident(example), order, feed.Resident(checked)
        if not together:
            monkeypatch.setattr(Program, "_in_one", lambda *_: False)
        done = [program.train_epoch(*given, xla=xla) for _ in range(2)]
        assert ("chunk" in program.traces) == (xla and not together)
        found.append([(one.bad, one.finite, one.scores, one.validation) for one in done])
        found[-1].append(
            [np.asarray(v.value) for v in (*trainer.network.variables, *trainer.network.optimizer.variables)]
        )
        if together:
            assert done[1].weights is not None
            for read, weight in zip(done[1].weights, trainer.network.weights, strict=True):
                assert np.array_equal(read, weight)
            assert not all(np.array_equal(a, b) for a, b in zip(done[0].weights or (), done[1].weights, strict=True))
    (first, second, state), (one, two, other) = found
    assert (first, second) == (one, two) and first[:2] == (None, True)
    assert all(np.array_equal(a, b) for a, b in zip(state, other, strict=True))


@pytest.mark.parametrize("way", ["fit", "plain", "xla"])
def test_runtime_values_give_what_the_menu_and_the_recipe_would(way: str, trainer_of: Callable[..., Any]) -> None:
    def learn(rate: float, decay: float, dropout: float) -> dict[str, Any]:
        optimizer = {"AdamW": {"learning_rate": rate, "weight_decay": decay}}
        return {"menu": [{"Dense": 8}, {"Dropout": dropout}], "optimizer": optimizer}

    trainer, data = trainer_of(way, **learn(1e-3, 1e-2, 0.3))
    values = Values(learning_rate=1e-2, weight_decay=0.5, dropout={"dropout_2": 0.6})
    found = trainer.train(data.train, data.validation, values)
    direct, _ = trainer_of(way, **learn(1e-2, 0.5, 0.6))
    np.testing.assert_allclose(curve(found), curve(direct.train(data.train, data.validation)), rtol=1e-6)


def test_values_that_do_not_fit_are_refused(trainer_of: Callable[..., Any]) -> None:
    trainer, data = trainer_of("plain", menu=[{"Dense": 8}, {"Dropout": 0.3}], optimizer="SGD")
    with pytest.raises(SpecError, match="did you mean 'dropout_2'"):
        trainer.train(data.train, data.validation, Values(dropout={"dropout_3": 0.1}))
    with pytest.raises(SpecError, match="no weight decay"):
        trainer.train(data.train, data.validation, Values(weight_decay=0.1))
    with pytest.raises(SpecError, match="between 0 and 1"):
        trainer.train(data.train, data.validation, Values(dropout={"dropout_2": 1.5}))
    other, _ = trainer_of("plain", menu=[{"Dense": 9}])
    assert not trainer.fits(other.network)


@pytest.mark.parametrize("way", ["fit", "plain", "xla"])
@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_a_value_that_is_not_finite_stops_at_its_batch(
    way: str, value: float, trainer_of: Callable[..., Any], tmp_path: Path
) -> None:
    menu = [{"Dense": {"units": 8, "activation": "relu"}, "name": "first"}, {"Dropout": 0.2}, {"Dense": 4}]
    trainer, data = trainer_of(way, menu=menu, epochs=6)
    good = trainer.train(data.train, data.validation)
    plan = good.plan
    row = plan.order(2, data.train.rows)[3 * plan.batch_size + 1]
    seen: list[int] = []

    def poison(progress: Any, plan: Any) -> None:
        seen.append(progress.epoch)

    inputs = {name: values.copy() for name, values in data.train.inputs.items()}
    inputs["numbers"][row, 0] = value
    poisoned = replace(data.train, inputs=inputs)
    first = next(  # the batch of the first epoch that holds the row
        i for i in range(plan.steps(data.train.rows)) if row in plan.order(0, data.train.rows)[i * 32 : (i + 1) * 32]
    )
    path = tmp_path / "snapshot.safetensors"
    # TensorFlow's relu makes 0 of what is not a number, so that only the weights show it
    words = rf"not finite in epoch 1, batch {first + 1} of 6, first .* the layer 'first': the input 'numbers' holds"
    with pytest.raises(TrainingError, match=words):
        trainer.train(poisoned, data.validation, snapshot=path, key="k", on_epoch=poison)
    assert not seen
    snapshot = Snapshot.load(path, "k")
    assert snapshot and all(np.isfinite(v).all() for v in (*snapshot.variables, *snapshot.best))
    assert all(np.isfinite(w).all() for w in trainer.network.get_weights())
    again = trainer.train(data.train, data.validation)
    assert all(np.array_equal(a, b) for a, b in zip(again.weights, good.weights, strict=True))


@pytest.mark.parametrize("way", ["fit", "plain", "xla", "late"])
def test_a_rate_too_high_is_met_in_the_same_batch_again(way: str, trained_by: Callable[..., Trained]) -> None:
    learn = {"menu": [{"Dense": 8}, {"Dropout": 0.2}], "epochs": 60, "optimizer": {"SGD": {"learning_rate": 1e3}}}
    with pytest.raises(TrainingError, match=r"not finite in epoch \d+, batch \d of 6.*the weights grew without bound"):
        trained_by(way, "r", **learn)


def test_what_only_xla_makes_not_finite_is_trained_without_it(trained_by: Callable[..., Trained]) -> None:
    # the head starts at zero, where the length of a vector has no slope: TensorFlow says 0, XLA that it is no number
    learn: dict[str, Any] = {"loss": "CosineSimilarity", "optimizer": "SGD"}
    found, expected = trained_by("xla", "r", **learn), trained_by("plain", "r", **learn)
    assert "whose code gave values that are not finite" in found.progress.how and found.progress.careful
    assert np.array_equal(curve(found), curve(expected))


@pytest.mark.parametrize("way", ["fit", "plain", "xla"])
def test_a_gradient_that_is_not_finite_is_told_from_the_loss(way: str, trainer_of: Callable[..., Any]) -> None:
    menu: list[Any] = [{"Dense": {"units": 4, "kernel_initializer": "zeros"}, "name": "flat"}, "ops.sqrt"]
    menu += [{"Dense": 1, "name": "output"}]
    trainer, data = trainer_of(way, "r", menu=menu, optimizer={"SGD": {"learning_rate": 0.01}})
    with pytest.raises(
        TrainingError, match=r"a gradient is not finite in epoch 1, batch 1 of 6, first .* 'flat'.*slope"
    ):
        trainer.train(data.train, data.validation)


def test_rows_that_would_fill_the_memory_are_streamed_to_the_same_bits(
    trainer_of: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    for way in ("fit", "plain", "late"):
        trainer, data = trainer_of(way, menu=[{"Dense": 8}, {"Dropout": 0.3}], sample_weights="w")
        kept = trainer.train(data.train, data.validation)
        with monkeypatch.context() as patch:
            patch.setattr(feed, "MEMORY_SHARE", 0.0)
            patch.setattr(feed, "CHUNK_BYTES", 64 * 20)
            other, _ = trainer_of(way, menu=[{"Dense": 8}, {"Dropout": 0.3}], sample_weights="w")
            streamed = other.train(data.train, data.validation)
        assert ("streamed" in streamed.progress.how) == (way != "fit")
        np.testing.assert_allclose(curve(streamed), curve(kept), rtol=1e-6)
        if way != "late":  # XLA's code for a loop of other length may round otherwise
            assert all(np.array_equal(a, b) for a, b in zip(streamed.weights, kept.weights, strict=True))


def test_what_xla_cannot_do_is_trained_without_it(trained_by: Callable[..., Trained]) -> None:
    menu = [{"Reshape": {"target_shape": [2, 1]}}, {"Dense": 4}, {"MaxPooling1D": 2}]
    result = trained_by("xla", "c", menu=menu)
    assert "without XLA, which refused" in result.progress.how and result.progress.epoch == 5


def test_a_trial_decides_once_and_the_snapshot_keeps_what_it_showed(
    trainer_of: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from protokit.learn.training.fused_loop import FusedLoop

    asked: list[bool] = []
    original = FusedLoop._faster

    def faster(self: FusedLoop, *given: Any) -> bool:
        asked.append(original(self, *given))
        return False

    monkeypatch.setattr(FusedLoop, "_faster", faster)
    menu = [{"Dense": 8}, {"Dropout": 0.3}]
    trainer, data = trainer_of("trial", menu=menu)
    path = tmp_path / "snapshot.safetensors"
    tried = trainer.train(data.train, data.validation, snapshot=path, key="k")
    assert len(asked) == 1 and "a trial showed no gain" in tried.progress.how and tried.progress.xla is False
    plain, _ = trainer_of("plain", menu=menu)
    expected = plain.train(data.train, data.validation)
    assert all(np.array_equal(a, b) for a, b in zip(tried.weights, expected.weights, strict=True))
    assert Snapshot.load(path, "k").progress["xla"] is False  # type: ignore[union-attr]


@pytest.mark.proof
def test_the_same_scores_come_of_dropout_over_seeds(trainer_of: Callable[..., Any]) -> None:
    """Twenty seeds each, the fused engine with XLA against Keras's fit.

    Stated tolerance: the means of the final validation loss differ by less than three standard errors of their
    difference, and the standard deviations by a factor of less than two.
    """
    learn = {"menu": [{"Dense": {"units": 16, "activation": "relu"}}, {"Dropout": 0.5}], "optimizer": {"Adam": 0.01}}
    last = {}
    for way in ("fit", "xla"):
        trainer, data = trainer_of(way, **learn)
        menu, signature = trainer._learn.menu, data.encoder.signature
        last[way] = np.array(
            [
                trainer.train(
                    data.train, data.validation, Values.of(network_of(menu, signature, seed=seed)), seed=seed
                ).progress.history[-1]["validation_loss"]
                for seed in range(20)
            ]
        )
    error = math.sqrt(sum(values.var(ddof=1) / 20 for values in last.values()))
    assert abs(last["fit"].mean() - last["xla"].mean()) < 3 * error
    assert 0.5 < last["fit"].std() / last["xla"].std() < 2


def test_forced_engines_and_what_cannot_be_compiled(
    trainer_of: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    from protokit.learn.training.program import Program

    def refuse(self: Program) -> None:
        raise ValueError("no kernel")

    monkeypatch.setattr(Program, "compile", refuse)
    trainer, data = trainer_of("plain")
    result = trainer.train(data.train, data.validation)
    assert result.progress.engine == "keras" and "cannot compile this network: no kernel" in result.progress.how
    forced, data = trainer_of("plain", engine="fused")
    with pytest.raises(TrainingError, match="no kernel"):
        forced.train(data.train, data.validation)


def test_averaged_weights_that_no_step_would_use_are_refused(trainer_of: Callable[..., Any]) -> None:
    from protokit.core.errors import DataError

    with pytest.raises(DataError, match="ema_overwrite_frequency"):
        trainer_of("plain", optimizer={"AdamW": {"use_ema": True}})
