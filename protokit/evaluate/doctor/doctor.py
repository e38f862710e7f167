"""Runs the rules of the doctor, and gathers what they find."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from protokit.core.checkup import Checkup, Symptom
from protokit.evaluate.doctor.rule import RULES, check_of


def diagnose(checkup: Checkup) -> tuple[Symptom, ...]:
    """What the rules find, warnings first."""
    found: list[Symptom] = []
    for rule in RULES.all().values():
        found += rule(checkup, {symptom.check for symptom in found})
    return tuple(sorted(found, key=lambda symptom: symptom.severity != "warning"))


def with_others(
    checkup: Checkup,
    found: tuple[Symptom, ...],
    others: Mapping[str, tuple[Mapping[str, float], ...]],
    *,
    averaged: bool = False,
) -> tuple[Symptom, ...]:
    """What was found in the first network, with what the losses of the others show too, and with what only these show.

    `others` are the histories of the other networks by their name, such as "fold 2". Where they began and what a
    constant has is taken from the first one. `averaged` are networks of the same rows, dealt to train and to validate.
    """
    of_losses = [rule for rule in RULES.all().values() if rule.needs_losses_alone]
    explained = {symptom.check for symptom in found} - {check_of(rule) for rule in of_losses}
    seen: dict[str, dict[str, Symptom]] = {}
    for name, history in others.items():
        best = min(range(len(history)), key=lambda i: history[i]["validation_loss"], default=-1) + 1
        # nothing of its layers and rows was looked at
        other = replace(checkup, history=history, best_epoch=best, layers=(), targets=(), trained=float("inf"))
        own = explained
        for rule in of_losses:
            for symptom in rule(other, own):
                seen.setdefault(symptom.check, {})[name] = symptom
                own = own | {symptom.check}
    told, rare = [], set[str]()
    if averaged:
        own = {one.check for rule in of_losses for one in rule(replace(checkup, layers=(), targets=()), explained)}
        counts = {check: len(seen.get(check, {})) + (check in own) for check in {*seen, *own}}
        rare = {check_of(rule) for rule in of_losses if rule.of_most}
        rare -= {check for check, count in counts.items() if 2 * count > len(others) + 1}
        found = tuple(symptom for symptom in found if symptom.check not in rare & own)
        seen = {check: ill for check, ill in seen.items() if check not in rare}
    for symptom in found:
        also = seen.pop(symptom.check, {})
        if also:
            sentence = f"{symptom.rule}; so it is in {len(also)} of the {len(others)} other networks"
            symptom = replace(symptom, rule=sentence, evidence={**symptom.evidence, "other_networks": len(also)})
        told.append(symptom)
    for ill in seen.values():
        name, symptom = next(iter(ill.items()))
        count = f"in {len(ill)} of {len(others) + 1} networks"
        first = f"{count}, that of {name}: " if len(ill) == 1 else f"{count}, the first that of {name}: "
        told.append(replace(symptom, rule=first + symptom.rule, evidence={**symptom.evidence, "networks": len(ill)}))
    return tuple(sorted(told, key=lambda one: one.severity != "warning"))
