"""A training loss that still fell as steadily at the end as before, with weights that hardly moved."""

from __future__ import annotations

from collections.abc import Iterator, Set

from protokit.core.checkup import Checkup, Plain, Symptom
from protokit.core.names import counted, number
from protokit.evaluate.doctor.curves import from_start, steadiness, usual_rate, with_rate
from protokit.evaluate.doctor.rule import RULES, Rule

_STEADY = 0.5
_UNMOVED = 0.25  # of the size of the initial weights
_LEFT = 0.2  # of the loss at the start
_SHORT = 200  # batches in all: after so few a usual rate is not to blame
_LATE = 0.75  # of the epochs: where the validation loss was lowest before, smaller steps were no lack


@RULES.add
class LearningRateLow(Rule):
    """A training loss that still fell as steadily at the end as before, with weights that hardly moved."""

    name = "learning_rate_low"
    about = "a training loss that still fell at the end, with weights that hardly moved"
    rank = 110
    explains_fit = True

    def __call__(self, checkup: Checkup, found: Set[str]) -> Iterator[Symptom]:
        """See Rule."""
        losses = from_start(checkup)
        if found or len(losses) < 3 or checkup.best_epoch < _LATE * (len(losses) - 1):
            return
        epochs, usual = len(losses) - 1, usual_rate(checkup.optimizer)
        if epochs * checkup.steps < _SHORT and checkup.learning_rate >= usual:
            return
        kernels = [layer for layer in checkup.layers if layer.weight_start and layer.moved is not None]
        moved = max(((layer.moved or 0.0) / (layer.weight_start or 1.0) for layer in kernels), default=0.0)
        steady, left = steadiness(losses), float(losses[-1] / max(losses[0], 1e-300))
        if steady < _STEADY or moved > _UNMOVED or left < _LEFT:
            return
        rule = (
            f"at a learning rate of {checkup.learning_rate:g} the training loss still fell at the end, from "
            f"{number(losses[0])} to {number(losses[-1])} in {counted(epochs, 'epoch')}; no layer's weights moved by "
            f"more than {moved:.1%}"
        )
        evidence: dict[str, Plain] = {"learning_rate": checkup.learning_rate, "steadiness": steady, "moved": moved}
        edit = with_rate(checkup, max(checkup.learning_rate * 10, usual))
        yield Symptom("learning_rate_low", "warning", rule, evidence, edit)
