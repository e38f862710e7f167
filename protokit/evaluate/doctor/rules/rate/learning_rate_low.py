"""A training loss that still fell as steadily at the end as before, with weights that hardly moved."""

from __future__ import annotations

from collections.abc import Iterator, Set

from protokit.core.checkup import Checkup, Plain, Symptom
from protokit.core.names import counted, number
from protokit.evaluate.doctor.curves import from_start, steadiness, usual_rate, with_rate
from protokit.evaluate.doctor.rule import RULES, Rule

_STEADY, _STEADY_OF_LOW = 0.5, 0.2
_LOW = 0.01  # of a usual rate: less is a rate that few would choose
_AS_BORN = 1e-3  # of the size of the initial weights: the network is what it started as
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
        if found or len(losses) < 3:
            return
        epochs, usual = len(losses) - 1, usual_rate(checkup.optimizer)
        few, low = epochs * checkup.steps < _SHORT, checkup.learning_rate <= _LOW * usual
        kernels = [layer for layer in checkup.layers if layer.weight_start and layer.moved is not None]
        moved = max(((layer.moved or 0.0) / (layer.weight_start or 1.0) for layer in kernels), default=0.0)
        steady, left = steadiness(losses), float(losses[-1] / max(losses[0], 1e-300))
        course = f"the training loss still fell at the end, from {number(losses[0])} to {number(losses[-1])} in"
        early = checkup.best_epoch < _LATE * epochs or (few and checkup.learning_rate >= usual)
        if low and not few and kernels and moved <= _AS_BORN:
            course = "the network stayed what it was at its start, in"
        elif early or steady < (_STEADY_OF_LOW if low else _STEADY) or moved > _UNMOVED or left < _LEFT:
            return
        rule = (
            f"at a learning rate of {checkup.learning_rate:g} {course} {counted(epochs, 'epoch')}; no layer's weights "
            f"moved by more than {moved:.1%}"
        )
        evidence: dict[str, Plain] = {"learning_rate": checkup.learning_rate, "steadiness": steady, "moved": moved}
        edit = with_rate(checkup, max(checkup.learning_rate * 10, usual))
        yield Symptom("learning_rate_low", "warning", rule, evidence, edit)
