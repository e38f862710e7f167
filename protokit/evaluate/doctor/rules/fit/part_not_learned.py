"""A part of a vector of which trees know much, and the network nothing, where it has learned others."""

from __future__ import annotations

from collections.abc import Iterator, Set

from protokit.core.checkup import Checkup, Edit, Plain, Symptom, TargetCheck
from protokit.evaluate.doctor.rule import RULES, Rule, explaining
from protokit.evaluate.doctor.skill import SURE, of_error

_KNOWN = 0.3  # what trees surely do away with of a constant's error
_SHARE = 0.25  # of that, what the network may do away with
_SAME = 0.98  # of the training rows, with one value


@RULES.add
class PartNotLearned(Rule):
    """A part of a vector of which trees know much, and the network next to nothing.

    Where it has learned no part at all, other rules speak.
    """

    name = "part_not_learned"
    about = "a part of a vector of which trees know much and the network next to nothing"
    rank = 155

    def __call__(self, checkup: Checkup, found: Set[str]) -> Iterator[Symptom]:
        """See Rule."""
        if found & (explaining() | {"shuffled_labels", "underfitting"}):
            return
        for target in checkup.targets:
            yield from self._constant(target)
            missed = []
            for part in target.aspects:
                own, other = part.validation, part.reference
                if own is None or other is None:
                    continue
                sure = other.value - SURE * other.error
                if sure > _KNOWN and own.value + SURE * own.error < _SHARE * sure:
                    missed.append((part.name, own.value, other.value))
            if not missed:
                continue
            name, own_skill, other_skill = missed[0]
            more = f"; so it is with {len(missed) - 1} further parts" if len(missed) > 1 else ""
            rule = (
                f"on validation rows the network {of_error(own_skill)} in the part {name!r} of {target.name!r}, where "
                f"trees {of_error(other_skill, many=True)}{more}"
            )
            evidence: dict[str, Plain] = {"validation": own_skill, "trees": other_skill, "parts": len(missed)}
            longer = Edit({"learn.epochs": max(50, 4 * checkup.epochs)})
            first = longer if checkup.best_epoch >= checkup.epochs else Edit({"learn.menu": "auto"})
            advice = f"or learn it by itself: target: {name}"
            yield Symptom(self.name, "warning", rule, evidence, first, advice, instead=(longer,))

    def _constant(self, target: TargetCheck) -> Iterator[Symptom]:
        for part in target.aspects:
            if part.top >= _SAME:
                rule = (
                    f"the part {part.name!r} of {target.name!r} has one value in {part.top:.2%} of the training rows: "
                )
                evidence: dict[str, Plain] = {"share": part.top}
                advice = "leave it out of the target: its skill is no number, and the mean over the parts neither"
                yield Symptom(self.name, "warning", rule + "there is nothing to predict", evidence, advice=advice)
