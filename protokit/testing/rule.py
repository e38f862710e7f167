"""The contract test of rules of the doctor."""

from __future__ import annotations

from dataclasses import replace

from protokit.core.checkup import Checkup, Edit, LayerCheck, Measured, Symptom, TargetCheck
from protokit.evaluate.doctor.rule import Rule, check_of
from protokit.testing.contract import check_named, contract

_HIDDEN = LayerCheck(
    "dense_1", "Dense", trains=True, gradient=1e-3, gradient_start=1e-2, weight=0.1, weight_start=0.09, moved=0.05,
    activation="relu", dead=0.01, dead_start=0.0, reach=0.95, peak=2.9,
)  # fmt: skip
_HEAD = LayerCheck("output", "Dense", output=True, trains=True, gradient=1e-2, gradient_start=0.1, weight_start=0.0)
_TARGET = TargetCheck(
    "y", "binary", "BinaryCrossentropy", "sigmoid", sums=(0.01, 0.98), top=0.6,
    training=Measured(0.6, 0.02), validation=Measured(0.5, 0.04), reference=Measured(0.45, 0.04),
    behind=Measured(-0.05, 0.02), rows=300, agreed=2, expected=3.0,
)  # fmt: skip
_NUMBER = replace(_TARGET, task="regression", loss="MeanSquaredError", activation="linear", values=200)


def losses(*pairs: tuple[float, float]) -> tuple[dict[str, float], ...]:
    """The history of a training, by its training and validation losses."""
    return tuple({"epoch": i + 1, "loss": a, "validation_loss": b} for i, (a, b) in enumerate(pairs))


SOUND = Checkup(
    history=losses((0.6, 0.58), (0.45, 0.46), (0.4, 0.43), (0.38, 0.42), (0.37, 0.42), (0.36, 0.43)),
    best_epoch=4, epochs=200, patience=20, schedule="plateau", batch_size=32, steps=30, train_rows=1000,
    optimizer="AdamW", learning_rate=1e-3, arguments={"learning_rate": 1e-3, "weight_decay": 0.01}, constant=0.69,
    validation_constant=0.69, start=0.7, trained=0.36, gain=Measured(0.27, 0.02), layers=(_HIDDEN, _HEAD),
    targets=(_TARGET,),
)  # fmt: skip
_ILL_LAYER = replace(_HIDDEN, dead=1.0, dead_start=1.0, saturated=1.0, reach=1e4, peak=1e5, gradient_start=1e-12)
_ILL_TARGET = replace(
    _NUMBER, loss="Poisson", activation="relu", spread=1e6, top=1.0, training=Measured(0.99, 0.01),
    validation=Measured(-1.0, 0.1), reference=Measured(-1.0, 0.1), behind=Measured(0.5, 0.01), agreed=250,
)  # fmt: skip
_RISING = losses((9.0, 2.0), (3.0, 0.9), (0.6, 0.5))
_BY_HEART = losses((0.6, 0.6), (0.4, 0.5), (0.2, 0.6), (0.1, 0.7), (0.05, 0.8), (0.03, 0.9))
_CREEPING = losses(*[(0.69 - 0.002 * i, 0.69 - 0.002 * i) for i in range(20)])
_FAULTY = (
    replace(SOUND, layers=(_ILL_LAYER, _HIDDEN, _HEAD)),
    replace(SOUND, layers=(replace(_HIDDEN, gradient_start=1e9), _HIDDEN, _HEAD)),
    replace(SOUND, targets=(_ILL_TARGET,)),
    replace(SOUND, targets=(replace(_TARGET, validation=Measured(0.999, 1e-4), reference=Measured(0.999, 1e-4)),)),
    replace(SOUND, history=_RISING, best_epoch=3),
    replace(SOUND, history=_BY_HEART, best_epoch=2),
    replace(SOUND, history=_CREEPING, best_epoch=20, epochs=20, learning_rate=1e-6, start=0.69, trained=0.652),
    replace(SOUND, history=losses((float("inf"), float("nan"))), best_epoch=0),
)


@contract
def check_rule(rule: Rule | type[Rule]) -> None:
    """Whether a rule keeps what `protokit.evaluate.doctor.rule.Rule` asks for.

    Raises:
        AssertionError: it does not; the message says what.
    """
    one = rule() if isinstance(rule, type) else rule
    assert isinstance(one, Rule), f"{rule!r} is no Rule: derive it from protokit.evaluate.doctor.rule.Rule"
    name = check_named(one)
    for sound in (SOUND, replace(SOUND, targets=(_NUMBER,)), replace(SOUND, targets=(), layers=())):
        found = [*one(sound, frozenset())]
        assert not found, f"{name} finds a fault in a sound training: {found[0].rule}"
    assert not [*one(replace(SOUND, targets=(), layers=(), history=()), frozenset())], f"{name} speaks of no epochs"
    for faulty in _FAULTY:
        _check_symptoms(one, name, faulty)
        if one.needs_losses_alone:
            _check_symptoms(one, name, replace(faulty, targets=(), layers=(), trained=float("inf")), of_losses=True)


def _check_symptoms(one: Rule, name: str, checkup: Checkup, *, of_losses: bool = False) -> None:
    found = [*one(checkup, frozenset())]
    assert found == [*one(checkup, frozenset())], f"{name} finds something else the second time"
    for symptom in found:
        assert isinstance(symptom, Symptom), f"{name} gives {symptom!r}, which is no Symptom"
        own = check_of(one)
        assert symptom.check == own, f"{name} gives a symptom of the check {symptom.check!r}, not {own!r}"
        assert symptom.severity in {"warning", "note"}, f"the severity of {name} is {symptom.severity!r}"
        assert symptom.rule.strip() and symptom.evidence, f"a symptom of {name} has no sentence, or no numbers"
        mended = symptom.edit != Edit() or symptom.advice or of_losses  # of losses alone no layer to change is known
        assert mended, f"{name} says neither an edit nor what to do by hand"
