"""All rules of the doctor, and what they find together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from protokit.core.checkup import Checkup, Symptom
from protokit.evaluate.doctor.registry import RULES
from protokit.evaluate.doctor.rules.fitting import no_signal, overfitting, training_signal, underfitting
from protokit.evaluate.doctor.rules.labels import constant_target, label_noise, leak
from protokit.evaluate.doctor.rules.learning_rate import learning_rate_high, learning_rate_low
from protokit.evaluate.doctor.rules.setup import tiny_batch, unscaled_inputs, unscaled_target, wrong_loss
from protokit.evaluate.doctor.rules.units import dead_units, exploding_gradients, saturated_units, vanishing_gradients

# causes before their effects: a rule keeps silent about what an earlier one explains
for _rule in (
    constant_target, wrong_loss, unscaled_inputs, unscaled_target, tiny_batch, learning_rate_high, dead_units,
    saturated_units, exploding_gradients, vanishing_gradients, learning_rate_low, leak, no_signal, training_signal,
    underfitting, overfitting, label_noise,
):  # fmt: skip
    RULES.add(_rule, name=_rule.__name__)


_COURSES = ("learning_rate_high", "training_signal", "overfitting")  # rules that need losses alone


def diagnose(checkup: Checkup) -> tuple[Symptom, ...]:
    """What the rules find, warnings first."""
    found: list[Symptom] = []
    for name in RULES:
        found += RULES[name](checkup, {symptom.check for symptom in found})
    return tuple(sorted(found, key=lambda symptom: symptom.severity != "warning"))


def with_others(
    checkup: Checkup, found: tuple[Symptom, ...], others: Mapping[str, tuple[Mapping[str, float], ...]]
) -> tuple[Symptom, ...]:
    """What was found in the first network, with what the losses of the others show too, and with what only these show.

    `others` are the histories of the other networks by their name, such as "fold 2". Where they began and what a
    constant has is taken from the first one.
    """
    checks = {symptom.check for symptom in found}
    seen: dict[str, dict[str, Symptom]] = {}
    for name, history in others.items():
        best = min(range(len(history)), key=lambda i: history[i]["validation_loss"], default=-1) + 1
        # nothing of its layers and rows was looked at
        other = replace(checkup, history=history, best_epoch=best, layers=(), targets=(), trained=float("inf"))
        own = checks - {"learning_rate_high", "overfitting", "never_beats_constant"}
        for rule in _COURSES:
            for symptom in RULES[rule](other, own):
                seen.setdefault(symptom.check, {})[name] = symptom
                own = own | {symptom.check}
    told = []
    for symptom in found:
        also = seen.pop(symptom.check, {})
        if also:
            rule = f"{symptom.rule}; so it is in {len(also)} of the {len(others)} other networks"
            symptom = replace(symptom, rule=rule, evidence={**symptom.evidence, "other_networks": len(also)})
        told.append(symptom)
    for ill in seen.values():
        name, symptom = next(iter(ill.items()))
        count = f"in {len(ill)} of {len(others) + 1} networks"
        first = f"{count}, that of {name}: " if len(ill) == 1 else f"{count}, the first that of {name}: "
        told.append(replace(symptom, rule=first + symptom.rule, evidence={**symptom.evidence, "networks": len(ill)}))
    return tuple(sorted(told, key=lambda one: one.severity != "warning"))
