"""A target that is the same in next to all training rows: nothing can be learned of it."""

from __future__ import annotations

from collections.abc import Iterator, Set

from protokit.core.checkup import Checkup, Plain, Symptom
from protokit.core.values.signature import task_of
from protokit.evaluate.doctor.rule import RULES, Rule


@RULES.add
class ConstantTarget(Rule):
    """A target that is the same in next to all training rows: nothing can be learned of it."""

    name = "constant_target"
    about = "a target with one value in next to all training rows"
    rank = 10
    explains_fit = True

    def __call__(self, checkup: Checkup, found: Set[str]) -> Iterator[Symptom]:
        """See Rule."""
        for target in checkup.targets:
            if target.top >= task_of(target.task).constant:
                rule = f"{target.name!r} has one value in {target.top:.2%} of the training rows: "
                rule += "there is nothing to predict"
                advice = "choose another target, or collect rows with other values: no edit of the recipe makes any"
                evidence: dict[str, Plain] = {"share": target.top, "values": target.values}
                yield Symptom("constant_target", "warning", rule, evidence, advice=advice)
