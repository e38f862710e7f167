"""A training loss that rose above where it started: the steps overshoot."""

from __future__ import annotations

from collections.abc import Iterator, Set

import numpy as np

from protokit.core.checkup import Checkup, Plain, Symptom
from protokit.core.names import number
from protokit.evaluate.doctor.curves import training, usual_rate, with_rate
from protokit.evaluate.doctor.rule import RULES, Rule

_OVER = 1.5  # times the loss at the start


@RULES.add
class LearningRateHigh(Rule):
    """A training loss that rose above where it started: the steps overshoot.

    Source: Smith, Cyclical Learning Rates for Training Neural Networks, 2017.
    """

    name = "learning_rate_high"
    about = "a training loss that rose above where it started"
    rank = 60
    explains_fit = True
    needs_losses_alone = True

    def __call__(self, checkup: Checkup, found: Set[str]) -> Iterator[Symptom]:
        """See Rule."""
        losses = training(checkup)
        if len(losses) < 2 or found & {"unscaled_inputs", "unscaled_target", "wrong_loss", "constant_target"}:
            return
        peak = int(np.argmax(losses[1:])) + 1
        if losses[peak] <= _OVER * losses[0]:
            return
        rule = (
            f"at a learning rate of {checkup.learning_rate:g} the training loss rose to {number(losses[peak])} "
            f"in epoch {peak}, from {number(losses[0])} at the start"
        )
        evidence: dict[str, Plain] = {
            "learning_rate": checkup.learning_rate,
            "start": float(losses[0]),
            "highest": float(losses[peak]),
        }
        edit = with_rate(checkup, min(checkup.learning_rate / 10, usual_rate(checkup.optimizer)))
        yield Symptom("learning_rate_high", "warning", rule, evidence, edit)
