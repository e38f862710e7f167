"""A class of steps or pixels that is there and is never said."""

from __future__ import annotations

from collections.abc import Iterator, Set

from protokit.core.checkup import Aspect, Checkup, Edit, Plain, Symptom, TargetCheck
from protokit.core.values.signature import task_of
from protokit.evaluate.doctor.rule import RULES, Rule, explaining

_FEWEST, _SHARE = 20, 0.002  # steps or pixels of the class on validation rows, and their share
_FOUND = 0.3  # of its steps, what trees find


@RULES.add
class ClassNeverSaid(Rule):
    """A class of steps that trees find by a step's own columns, or a class of pixels, that the network never says.

    Of pixels no trees are fitted: that a class is never said is a note, with the loss that counts each class alike.

    Source: Milletari et al., V-Net, 2016 (the loss of Dice).
    """

    name = "class_never_said"
    about = "a class of steps, or of pixels, that is there and is never said"
    rank = 156

    def __call__(self, checkup: Checkup, found: Set[str]) -> Iterator[Symptom]:
        """See Rule."""
        if found & (explaining() | {"shuffled_labels", "underfitting", "never_beats_constant"}):
            return
        for target in checkup.targets:
            whole = sum(one.there for one in target.aspects)
            never = [one for one in target.aspects if not one.called and one.there >= max(_FEWEST, _SHARE * whole)]
            known = [one for one in never if one.found_by_trees is not None and one.found_by_trees >= _FOUND]
            if known:
                yield self._of_steps(checkup, target, known[0], whole)
            elif never and never[0].found_by_trees is None:
                yield from self._of_pixels(target, never[0], whole)

    def _of_steps(self, checkup: Checkup, target: TargetCheck, one: Aspect, whole: int) -> Symptom:
        rule = (
            f"{one.name!r} is the class of {one.there / whole:.1%} of the steps of {target.name!r} on validation rows, "
            f"and never said, where trees find {one.found_by_trees:.0%} of them by a step's own columns"
        )
        evidence: dict[str, Plain] = {"steps": one.there, "found_by_trees": one.found_by_trees or 0.0}
        longer = Edit({"learn.epochs": max(50, 4 * checkup.epochs)})
        first = longer if checkup.best_epoch >= checkup.epochs else Edit({"learn.menu": "auto"})
        return Symptom(self.name, "warning", rule, evidence, first, instead=(longer,))

    def _of_pixels(self, target: TargetCheck, one: Aspect, whole: int) -> Iterator[Symptom]:
        further = [
            name for name in task_of(target.task).losses if not target.loss.lower().startswith(name.replace("_", ""))
        ]
        if not further:
            return
        rule = (
            f"{one.name!r} is the class of {one.there / whole:.1%} of the pixels of {target.name!r} on validation "
            f"rows, and never said; with learn: {{loss: {further[0]}}} each class counts alike"
        )
        yield Symptom(self.name, "note", rule, {"pixels": one.there}, Edit({"learn.loss": further[0]}))
