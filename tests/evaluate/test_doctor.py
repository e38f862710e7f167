"""Each rule on numbers that show its fault, and on those of a sound training."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protokit.core.checkup import Aspect, Checkup, Edit, LayerCheck, Measured, TargetCheck
from protokit.evaluate.doctor.curves import steadiness
from protokit.evaluate.doctor.doctor import diagnose, with_others
from protokit.evaluate.doctor.rule import RULES

HIDDEN = LayerCheck(
    "dense_1", "Dense", trains=True, gradient=1e-3, gradient_start=1e-2, weight=0.1, weight_start=0.09, moved=0.05,
    activation="relu", dead=0.01, dead_start=0.0, reach=0.95, peak=2.9,
)  # fmt: skip
HEAD = LayerCheck("output", "Dense", output=True, trains=True, gradient=1e-2, gradient_start=0.1, weight_start=0.0)
TARGET = TargetCheck(
    "y", "binary", "BinaryCrossentropy", "sigmoid", sums=(0.01, 0.98), top=0.6,
    training=Measured(0.6, 0.02), validation=Measured(0.5, 0.04), reference=Measured(0.45, 0.04),
    behind=Measured(-0.05, 0.02), rows=300, agreed=2, expected=3.0,
)  # fmt: skip
NUMBER = replace(TARGET, task="regression", loss="MeanSquaredError", activation="linear", values=200)
PARTS = (
    Aspect("a", validation=Measured(0.8, 0.02), reference=Measured(0.7, 0.02)),
    Aspect("b", validation=Measured(0.02, 0.02), reference=Measured(0.6, 0.03)),
)
VECTOR = replace(NUMBER, task="vector")
STEPS = replace(TARGET, task="tagging", loss="StepCrossentropy", activation="softmax")
MASK = replace(STEPS, task="segmentation", loss="CrossEntropy", reference=None, behind=None)
COMMON = Aspect("rest", there=900, called=1000, found_by_trees=0.9)
RARE = Aspect("fall", there=100, called=0, found_by_trees=0.6)


def course(*losses: tuple[float, float]) -> tuple[dict[str, float], ...]:
    return tuple({"epoch": i + 1, "loss": a, "validation_loss": b} for i, (a, b) in enumerate(losses))


SOUND = Checkup(
    history=course((0.6, 0.58), (0.45, 0.46), (0.4, 0.43), (0.38, 0.42), (0.37, 0.42), (0.36, 0.43)),
    best_epoch=4, epochs=200, patience=20, schedule="plateau", batch_size=32, steps=30, train_rows=1000,
    optimizer="AdamW", learning_rate=1e-3, arguments={"learning_rate": 1e-3, "weight_decay": 0.01}, constant=0.69,
    validation_constant=0.69, start=0.7, trained=0.36, gain=Measured(0.27, 0.02), layers=(HIDDEN, HEAD),
    targets=(TARGET,),
)  # fmt: skip


def with_layer(**numbers: Any) -> Checkup:
    return replace(SOUND, layers=(replace(HIDDEN, **numbers), HEAD))


def with_target(base: TargetCheck = TARGET, **numbers: Any) -> Checkup:
    return replace(SOUND, targets=(replace(base, **numbers),))


UNMOVED = replace(HIDDEN, moved=0.001)
BN = LayerCheck("bn", "BatchNormalization", batch_noise=0.25)
STEADY = course(*[(0.69 - 0.002 * i, 0.69 - 0.002 * i) for i in range(20)])
BACK = course((0.6, 0.6), (0.4, 0.5), (0.2, 0.6), (0.1, 0.7), (0.05, 0.8), (0.03, 0.9))
FAULTS: dict[str, tuple[str, Checkup]] = {
    "a part that trees know": ("part_not_learned", with_target(VECTOR, aspects=PARTS)),
    "a part of one value": ("part_not_learned", with_target(VECTOR, aspects=(PARTS[0], Aspect("c", top=0.995)))),
    "a class of steps that trees find": ("class_never_said", with_target(STEPS, aspects=(COMMON, RARE))),
    "a class of pixels": (
        "class_never_said",
        with_target(MASK, aspects=tuple(replace(one, found_by_trees=None) for one in (COMMON, RARE))),
    ),
    "loss of numbers for a class": ("wrong_loss", with_target(loss="MeanSquaredError")),
    "loss that is not least at the truth": ("wrong_loss", with_target(NUMBER, loss="Poisson")),
    "probabilities for a loss of logits": ("wrong_loss", with_target(logits=True)),
    "shares that do not add up": (
        "wrong_loss",
        with_target(task="multiclass", loss="SparseCategoricalCrossentropy", activation="sigmoid", sums=(0.2, 1.9)),
    ),
    "a head that cannot go below 0": ("wrong_loss", with_target(NUMBER, activation="relu")),
    "a head that stays within 1": ("wrong_loss", with_target(NUMBER, activation="tanh")),
    "large inputs": ("unscaled_inputs", with_layer(reach=900.0, peak=3000.0)),
    "small inputs": ("unscaled_inputs", with_layer(reach=1e-4, peak=3e-4)),
    "large target": ("unscaled_target", with_target(NUMBER, spread=5000.0)),
    "tiny batch": ("tiny_batch", replace(SOUND, batch_size=4, layers=(HIDDEN, BN, HEAD))),
    "the loss rose": ("learning_rate_high", replace(SOUND, history=course((9.0, 2.0), (3.0, 0.9), (0.6, 0.5)))),
    "the loss crept": (
        "learning_rate_low",
        replace(SOUND, history=STEADY, best_epoch=20, start=0.69, trained=0.652,
                layers=(UNMOVED, HEAD), learning_rate=1e-6),
    ),
    "dead": ("dead_units", with_layer(dead=1.0, dead_start=1.0)),
    "half dead, and behind": (
        "dead_units",
        replace(
            SOUND, layers=(replace(HIDDEN, dead=0.6), HEAD), targets=(replace(TARGET, behind=Measured(0.2, 0.02)),)
        ),
    ),
    "saturated": ("saturated_units", with_layer(activation="sigmoid", dead=None, saturated=0.95, saturated_start=0.9)),
    "fading": (
        "vanishing_gradients",
        replace(SOUND, layers=(replace(HIDDEN, gradient_start=1e-9), replace(HIDDEN, layer="dense_2"), HEAD)),
    ),
    "growing": (
        "exploding_gradients",
        replace(SOUND, layers=(replace(HIDDEN, gradient_start=1e5), replace(HIDDEN, layer="dense_2"), HEAD)),
    ),
    "shuffled": (
        "shuffled_labels",
        with_target(validation=Measured(-0.01, 0.02), reference=Measured(-0.1, 0.03), training=Measured(0.4, 0.02)),
    ),
    "no constant beaten": (
        "never_beats_constant",
        replace(SOUND, history=course((0.7, 0.7), (0.69, 0.69)), trained=0.69, targets=()),
    ),
    "underfitting": (
        "underfitting",
        with_target(training=Measured(0.1, 0.02), validation=Measured(0.1, 0.03), behind=Measured(0.35, 0.03)),
    ),
    "overfitting by the course": ("overfitting", replace(SOUND, history=BACK, best_epoch=2)),
    "overfitting by the gap": (
        "overfitting",
        with_target(training=Measured(0.99, 0.01), validation=Measured(0.4, 0.04)),
    ),
    "leak": ("leak", with_target(validation=Measured(0.999, 1e-3), reference=Measured(0.998, 1e-3))),
    "leak of one column": (
        "leak",
        with_target(
            validation=Measured(0.999, 1e-3), reference=Measured(0.998, 1e-3), without_best=Measured(0.6, 0.02)
        ),
    ),
    "boosting is better": (
        "beaten_by_boosting",
        with_target(beaten_by="boosting", metric="roc_auc", scores=(0.91, 0.95)),
    ),
    "constant target": ("constant_target", with_target(top=0.9995)),
    "wrong labels": ("label_noise", with_target(agreed=25, expected=2.0)),
}  # fmt: skip


def test_a_sound_training_has_no_diagnosis() -> None:
    assert diagnose(SOUND) == ()
    assert diagnose(replace(SOUND, targets=(NUMBER,))) == ()
    assert diagnose(replace(SOUND, targets=(), layers=(), history=())) == ()


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_named_and_nothing_else(name: str) -> None:
    check, checkup = FAULTS[name]
    found = diagnose(checkup)
    assert [symptom.check for symptom in found] == [check]
    assert found[0].evidence and "nan" not in found[0].rule


def test_what_the_other_columns_know_too_is_no_leak() -> None:
    plain = with_target(
        validation=Measured(0.999, 1e-3), reference=Measured(0.998, 1e-3), without_best=Measured(0.997, 1e-3)
    )
    assert diagnose(plain) == ()


def test_boosting_is_no_word_where_another_baseline_won_or_the_network_has_a_fault() -> None:
    assert diagnose(with_target(beaten_by="linear", metric="roc_auc", scores=(0.91, 0.95))) == ()
    ill = replace(FAULTS["underfitting"][1].targets[0], beaten_by="boosting", metric="roc_auc")
    [one] = diagnose(replace(SOUND, targets=(ill,)))
    assert one.check == "underfitting" and Edit({"learn.menu": "tabm"}) in one.instead


def test_every_rule_has_a_fault_here() -> None:
    checks = {"shuffled_labels": "no_signal", "never_beats_constant": "training_signal"}
    assert {checks.get(check, check) for check, _ in FAULTS.values()} == set(RULES)


def test_a_rate_is_mended_without_loss_of_the_optimizers_other_arguments() -> None:
    [high] = diagnose(FAULTS["the loss rose"][1])
    assert high.edit.values == {"learn.optimizer": {"AdamW": {"learning_rate": 1e-4, "weight_decay": 0.01}}}
    [low] = diagnose(FAULTS["the loss crept"][1])
    assert low.edit.values == {"learn.optimizer": {"AdamW": {"learning_rate": 1e-3, "weight_decay": 0.01}}}


def test_a_fault_in_the_losses_of_any_network_is_named() -> None:
    rose = course((9.0, 2.0), (3.0, 0.9), (0.6, 0.5))
    others = {"fold 2": SOUND.history, "fold 3": rose, "fold 4": BACK, "fold 5": rose}
    found = {one.check: one for one in with_others(SOUND, (), others)}
    assert {*found} == {"learning_rate_high", "overfitting"}
    assert found["learning_rate_high"].rule.startswith("in 2 of 5 networks, the first that of fold 3: at a learning")
    assert found["overfitting"].rule.startswith("in 1 of 5 networks, that of fold 4: after epoch 2")
    first = replace(SOUND, history=rose)
    [high] = [one for one in with_others(first, diagnose(first), others) if one.check == "learning_rate_high"]
    assert high.rule.endswith("; so it is in 2 of the 4 other networks") and high.evidence["other_networks"] == 2
    assert with_others(SOUND, (), dict.fromkeys(others, SOUND.history)) == ()


def test_of_dealt_networks_more_than_half_are_to_be_overfitted() -> None:
    rose = course((9.0, 2.0), (3.0, 0.9), (0.6, 0.5))
    others = {"seed 2": SOUND.history, "seed 3": BACK, "seed 4": rose}
    checks = [one.check for one in with_others(SOUND, (), others, averaged=True)]
    assert checks == ["learning_rate_high"]
    ill = replace(SOUND, history=BACK)
    assert "overfitting" in {one.check for one in diagnose(ill)}
    assert [one.check for one in with_others(ill, diagnose(ill), others, averaged=True)] == ["learning_rate_high"]
    more = {**others, "seed 2": BACK}
    [found] = [one for one in with_others(ill, diagnose(ill), more, averaged=True) if one.check == "overfitting"]
    assert found.rule.endswith("; so it is in 2 of the 3 other networks")


def test_what_the_first_network_explains_is_not_said_of_the_others() -> None:
    unscaled = with_layer(reach=900.0, peak=3000.0)
    found = with_others(unscaled, diagnose(unscaled), {"seed 2": course((9.0, 2.0), (3.0, 0.9)), "seed 3": BACK})
    assert [one.check for one in found] == ["unscaled_inputs"]


def test_few_rows_say_nothing_of_labels() -> None:
    few = with_target(validation=Measured(0.15, 0.17), reference=Measured(0.1, 0.2), training=Measured(0.2, 0.1))
    assert "shuffled_labels" not in {one.check for one in diagnose(few)}


@pytest.mark.parametrize("rows", [2, 19])
def test_a_handful_of_validation_rows_says_nothing_of_labels(rows: int) -> None:
    none = {"validation": Measured(-0.1, 0.01), "reference": Measured(-0.3, 0.01), "training": Measured(0.2, 0.1)}
    assert "shuffled_labels" not in {one.check for one in diagnose(with_target(rows=rows, **none))}
    assert "shuffled_labels" in {one.check for one in diagnose(with_target(rows=40, **none))}


def test_a_usual_rate_is_not_to_blame_where_training_was_short_or_its_end_of_no_use() -> None:
    crept = FAULTS["the loss crept"][1]
    assert diagnose(replace(crept, learning_rate=1e-3))  # 20 epochs of 30 batches
    assert not diagnose(replace(crept, learning_rate=1e-3, steps=5))
    assert diagnose(replace(crept, steps=5)), "a rate of 1e-6 is"
    assert not diagnose(replace(crept, best_epoch=4)), "validation rows got no better after the fourth epoch"


def test_a_network_with_a_fault_says_nothing_of_labels() -> None:
    rose = course((9.0, 2.0), (3.0, 0.9), (0.6, 0.5))
    both = replace(with_target(agreed=25, expected=2.0), history=rose)
    assert [one.check for one in diagnose(both)] == ["learning_rate_high"]


@pytest.mark.parametrize("name", FAULTS)
def test_every_fault_has_an_edit_or_says_what_to_do(name: str) -> None:
    [symptom] = diagnose(FAULTS[name][1])
    assert symptom.advice or symptom.edit != Edit()


@given(st.floats(0.1, 10), st.floats(0.1, 100), st.integers(2, 50))
def test_a_line_is_steady_and_a_course_that_settles_is_not(slope: float, start: float, half: int) -> None:
    import numpy as np

    line = start - slope * np.arange(2 * half + 1)
    assert steadiness(line) == pytest.approx(1)
    assert steadiness(np.concatenate([line[: half + 1], np.full(half, line[half])])) == pytest.approx(0, abs=1e-9)
    assert steadiness(line * 7 + 3) == pytest.approx(steadiness(line))  # no unit of the loss matters


def test_rows_that_are_harder_or_easier_than_all_do_not_hide_a_loss_that_crept() -> None:
    base = FAULTS["the loss crept"][1]
    for apart in (-0.3, 0.5):  # what the sampled rows have more than all
        crept = replace(base, start=base.start + apart, trained=base.trained + apart)
        assert [one.check for one in diagnose(crept)] == ["learning_rate_low"]


@pytest.mark.parametrize("skill", [-0.11, 0.02])
def test_a_skill_below_none_is_said_to_be_worse_than_a_constant(skill: float) -> None:
    rows = {
        "shuffled_labels": with_target(validation=Measured(skill, 0.05), reference=Measured(-0.054, 0.05), rows=400),
        "underfitting": with_target(training=Measured(skill, 0.02), behind=Measured(0.4, 0.05)),
        "overfitting": with_target(training=Measured(0.9, 0.02), validation=Measured(skill, 0.05)),
    }
    for check, checkup in rows.items():
        [rule] = [one.rule for one in diagnose(checkup) if one.check == check]
        own = "is worse than a constant by 11%" if skill < 0 else "does away with 2% of a constant's error"
        assert own in rule and "-" not in rule, rule
        assert check != "shuffled_labels" or "trees are worse than a constant by 5%" in rule


@pytest.mark.parametrize(
    "sound",
    [
        with_target(VECTOR, aspects=PARTS[:1]),
        with_target(VECTOR, aspects=(PARTS[0], replace(PARTS[1], reference=Measured(0.1, 0.05)))),
        with_target(STEPS, aspects=(COMMON, replace(RARE, found_by_trees=0.0))),
        with_target(STEPS, aspects=(COMMON, replace(RARE, called=3))),
        with_target(STEPS, aspects=(COMMON, replace(RARE, there=3))),
        with_target(
            MASK, loss="DiceAndCrossEntropy", aspects=tuple(replace(one, found_by_trees=None) for one in (COMMON, RARE))
        ),
    ],
)
def test_of_a_part_or_class_that_nobody_knows_nothing_is_said(sound: Checkup) -> None:
    assert diagnose(sound) == ()
