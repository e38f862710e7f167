"""A training loss that never fell below that of a constant."""

from __future__ import annotations

from collections.abc import Iterator, Set

from protokit.core.checkup import Checkup, Edit, Plain, Symptom
from protokit.core.names import number
from protokit.evaluate.doctor.curves import training
from protokit.evaluate.doctor.rule import RULES, Rule


@RULES.add
class TrainingSignal(Rule):
    """A training loss that never fell below that of a constant."""

    name = "training_signal"
    about = "a training loss that never fell below that of a constant"
    rank = 140
    check = "never_beats_constant"
    needs_losses_alone = True

    def __call__(self, checkup: Checkup, found: Set[str]) -> Iterator[Symptom]:
        """See Rule."""
        losses = training(checkup)[1:]
        if found or not len(losses) or not checkup.constant > 0:
            return
        lowest = float(losses.min()) - checkup.penalty
        if min(lowest, checkup.trained) < checkup.constant * 0.99:
            return
        rule = f"the training loss never beat a constant: {number(lowest)} at best against {number(checkup.constant)}"
        evidence: dict[str, Plain] = {"lowest": lowest, "constant": checkup.constant}
        yield Symptom("never_beats_constant", "warning", rule, evidence, Edit({"learn.menu": "auto"}))
