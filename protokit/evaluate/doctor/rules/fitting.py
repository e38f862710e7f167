"""Networks that learned their rows by heart, or that did not learn what is there to be learned."""

from __future__ import annotations

from collections.abc import Iterator, Set

import numpy as np

from protokit.core.checkup import Checkup, Edit, Plain, Symptom
from protokit.core.names import number
from protokit.evaluate.doctor.curves import at_end, training, validation

_SURE = 2.0  # standard errors
_SURER = 3.0  # of what an epoch reached that was chosen on the same rows
_USEFUL = 0.3  # a skill that few rows would have to rule out before they say that there is none
_FEWEST = 20  # validation rows of which a standard error says something
_FITTED = 0.75  # of the skill of trees on other rows
_FALLS, _NOISE = 0.99, 0.01  # less is no course of a loss, and none of a constant's loss
_LOST = 0.25  # of what was gained on validation rows
_TWICE, _SOME = 2.0, 0.05  # the validation loss over its lowest, and of what was gained, where rows are known by heart
_GAP = 0.3  # in skill, between training and validation rows
EXPLAINS = {
    "constant_target", "wrong_loss", "unscaled_inputs", "unscaled_target", "tiny_batch", "learning_rate_high",
    "dead_units", "saturated_units", "vanishing_gradients", "exploding_gradients", "learning_rate_low",
}  # fmt: skip


def no_signal(checkup: Checkup, found: Set[str]) -> Iterator[Symptom]:
    """Neither network nor trees beat a constant on validation rows: labels shuffled, or columns that say nothing."""
    for target in checkup.targets:
        own, other, fitted = target.validation, target.reference, target.training
        if own is None or other is None or fitted is None or target.rows < _FEWEST:
            continue
        if own.value > _SURER * own.error or other.value > _SURE * other.error:
            continue
        if max(one.value + _SURE * one.error for one in (own, other)) > _USEFUL:
            continue
        rule = (
            f"on {target.rows:,} validation rows the network does away with {own.value:.1%} of a constant's error "
            f"in {target.name!r}, and trees with {other.value:.1%}: its rows are shuffled, or the columns say nothing"
        )
        evidence: dict[str, Plain] = {
            "training": fitted.value,
            "validation": own.value,
            "trees": other.value,
            "error": own.error,
        }
        advice = (
            "look whether rows and targets were joined by the right key and sorted together; if so, collect columns "
            "that have to do with the target"
        )
        yield Symptom("shuffled_labels", "warning", rule, evidence, advice=advice)


def training_signal(checkup: Checkup, found: Set[str]) -> Iterator[Symptom]:
    """A training loss that never fell below that of a constant."""
    losses = training(checkup)[1:]
    if found or not len(losses) or not checkup.constant > 0:
        return
    lowest = float(losses.min()) - checkup.penalty
    if min(lowest, checkup.trained) < checkup.constant * 0.99:
        return
    rule = f"the training loss never beat a constant: {number(lowest)} at best against {number(checkup.constant)}"
    evidence: dict[str, Plain] = {"lowest": lowest, "constant": checkup.constant}
    yield Symptom("never_beats_constant", "warning", rule, evidence, Edit({"learn.menu": "auto"}))


def underfitting(checkup: Checkup, found: Set[str]) -> Iterator[Symptom]:
    """The network explains less of the rows that it was trained on than trees do of rows that they never saw."""
    if found & (EXPLAINS | {"shuffled_labels"}):
        return
    for target in checkup.targets:
        own, other, behind = target.training, target.reference, target.behind
        if own is None or other is None or behind is None:
            continue
        short = own.value + _SURE * own.error < _FITTED * (other.value - _SURE * other.error)
        if not short or behind.value < _SURE * behind.error:
            continue
        rule = (
            f"the network does away with {_percent(own.value)} of a constant's error in {target.name!r} on its "
            f"training rows, where trees do away with {_percent(other.value)} on rows that they never saw"
        )
        evidence: dict[str, Plain] = {"training": own.value, "trees": other.value, "epochs": len(checkup.history)}
        yield Symptom("underfitting", "warning", rule, evidence, _more(checkup))


def _more(checkup: Checkup) -> Edit:
    """More epochs where the last was the best, else the menu that fits the data."""
    if checkup.best_epoch >= checkup.epochs:
        return Edit({"learn.epochs": max(50, 4 * checkup.epochs)})
    return Edit({"learn.menu": "auto"})


def _restrained(checkup: Checkup) -> Edit:
    """Dropout before the last hidden layer, and an end once the validation loss does not fall."""
    hidden = [layer.layer for layer in checkup.layers if layer.trains and not layer.output]
    values = {"learn.stop": {"patience": 20}} if checkup.patience is None else {}
    return Edit(values, hidden[-1], "before", {"Dropout": 0.3}) if hidden else Edit(values)


def overfitting(checkup: Checkup, found: Set[str]) -> Iterator[Symptom]:
    """A training loss that fell on while the validation loss rose, or far more skill on training rows."""
    if found & (EXPLAINS | {"shuffled_labels"}) or len(checkup.history) < 2:
        return
    held, learned = validation(checkup), training(checkup)[1:]
    best = int(np.argmin(held))
    gained = checkup.validation_constant - float(held[best])
    lost = at_end(held) - float(held[best])
    fell = at_end(learned) / max(float(learned[best]), 1e-300)
    by_heart = fell < 0.5 and at_end(held) > _TWICE * float(held[best]) and lost > _SOME * gained
    edit = _restrained(checkup)
    if by_heart or (fell < _FALLS and lost > max(_LOST * gained, _NOISE * abs(checkup.validation_constant))):
        rule = (
            f"after epoch {best + 1} the training loss fell on, from {number(learned[best])} to "
            f"{number(at_end(learned))}, and the validation loss rose from {number(held[best])} to "
            f"{number(at_end(held))}"
        )
        evidence: dict[str, Plain] = {
            "best_epoch": best + 1,
            "lowest": float(held[best]),
            "at_end": at_end(held),
            "lost": lost / max(gained, 1e-9),
        }
        yield Symptom("overfitting", "warning", rule, evidence, edit)
        return
    for target in checkup.targets:
        own, other = target.training, target.validation
        if own is None or other is None:
            continue
        if own.value - other.value > _GAP + _SURE * (own.error**2 + other.error**2) ** 0.5:
            rule = (
                f"the network does away with {_percent(own.value)} of a constant's error in {target.name!r} on "
                f"training rows and with {_percent(other.value)} on validation rows"
            )
            yield Symptom("overfitting", "warning", rule, {"training": own.value, "validation": other.value}, edit)


def _percent(share: float) -> str:
    return f"{round(share, 2) + 0.0:.0%}"  # no -0%
