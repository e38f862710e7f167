"""A rule of the doctor: a training that ended while it still got better."""

from __future__ import annotations

from collections.abc import Iterator, Set

from protokit.core.checkup import Checkup, Edit, Symptom
from protokit.evaluate.doctor.rule import RULES, Rule


@RULES.add
class Unfinished(Rule):
    """The validation loss was lowest in the last epoch that the recipe allows."""

    name = "unfinished"
    about = "The last epoch was the best one."

    def __call__(self, checkup: Checkup, found: Set[str]) -> Iterator[Symptom]:
        """See Rule."""
        if checkup.history and checkup.best_epoch == checkup.epochs:
            rule = f"the last of {checkup.epochs} epochs was the best: the network may not have learned all it can"
            yield Symptom(
                self.name, "note", rule, {"epochs": checkup.epochs}, Edit({"learn.epochs": 2 * checkup.epochs})
            )
