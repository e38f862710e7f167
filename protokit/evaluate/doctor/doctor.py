"""All rules of the doctor, and what they find together."""

from __future__ import annotations

from protokit.core.checkup import Checkup, Symptom
from protokit.evaluate.doctor.fitting import no_signal, overfitting, training_signal, underfitting
from protokit.evaluate.doctor.labels import constant_target, label_noise, leak
from protokit.evaluate.doctor.learning_rate import learning_rate_high, learning_rate_low
from protokit.evaluate.doctor.registry import RULES
from protokit.evaluate.doctor.setup import tiny_batch, unscaled_inputs, unscaled_target, wrong_loss
from protokit.evaluate.doctor.units import dead_units, exploding_gradients, saturated_units, vanishing_gradients

# causes before their effects: a rule keeps silent about what an earlier one explains
for _rule in (
    constant_target, wrong_loss, unscaled_inputs, unscaled_target, tiny_batch, learning_rate_high, dead_units,
    saturated_units, exploding_gradients, vanishing_gradients, learning_rate_low, leak, no_signal, training_signal,
    underfitting, overfitting, label_noise,
):  # fmt: skip
    RULES.add(_rule.__name__, _rule)


def diagnose(checkup: Checkup) -> tuple[Symptom, ...]:
    """What the rules find, warnings first."""
    found: list[Symptom] = []
    for name in RULES:
        found += RULES[name](checkup, {symptom.check for symptom in found})
    return tuple(sorted(found, key=lambda symptom: symptom.severity != "warning"))
