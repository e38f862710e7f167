"""A training loss that fell on while the validation loss rose, or far more skill on training rows."""

from __future__ import annotations

from collections.abc import Iterator, Set

import numpy as np

from protokit.core.checkup import Checkup, Edit, Plain, Symptom
from protokit.core.names import number
from protokit.evaluate.doctor.curves import at_end, training, validation
from protokit.evaluate.doctor.rule import RULES, Rule, explaining
from protokit.evaluate.doctor.skill import SURE, of_error

_FALLS, _NOISE = 0.99, 0.01  # less is no course of a loss, and none of a constant's loss
_LOST = 0.25  # of what was gained on validation rows
_TWICE, _SOME = 2.0, 0.05  # the validation loss over its lowest, and of what was gained, where rows are known by heart
_DECAY, _MOST_DECAY = 0.004, 1.0  # Keras's of AdamW
_GAP = 0.3  # in skill, between training and validation rows


def _restrained(checkup: Checkup) -> Edit:
    """Dropout before the last hidden layer, and an end once the validation loss does not fall."""
    hidden = [layer.layer for layer in checkup.layers if layer.trains and not layer.output]
    values = {"learn.stop": {"patience": 20}} if checkup.patience is None else {}
    return Edit(values, hidden[-1], "before", {"Dropout": 0.3}) if hidden else Edit(values)


def _decayed(checkup: Checkup) -> tuple[Edit, ...]:
    """A larger weight decay, where the optimizer has one."""
    decay = checkup.arguments.get("weight_decay", _DECAY if checkup.optimizer == "AdamW" else None)
    if not isinstance(decay, float) or not 0 < decay < _MOST_DECAY:
        return ()
    more = {**checkup.arguments, "weight_decay": min(_MOST_DECAY, 10 * decay)}
    return (Edit({"learn.optimizer": {checkup.optimizer: more}}),)


@RULES.add
class Overfitting(Rule):
    """A training loss that fell on while the validation loss rose, or far more skill on training rows."""

    name = "overfitting"
    about = "a validation loss that rose while the training loss fell on, or far more skill on training rows"
    rank = 160
    needs_losses_alone = True
    of_most = True

    def __call__(self, checkup: Checkup, found: Set[str]) -> Iterator[Symptom]:
        """See Rule."""
        if found & (explaining() | {"shuffled_labels"}) or len(checkup.history) < 2:
            return
        held, learned = validation(checkup), training(checkup)[1:]
        best = int(np.argmin(held))
        gained = checkup.validation_constant - float(held[best])
        lost = at_end(held) - float(held[best])
        fell = at_end(learned) / max(float(learned[best]), 1e-300)
        by_heart = fell < 0.5 and at_end(held) > _TWICE * float(held[best]) and lost > _SOME * gained
        edit, instead = _restrained(checkup), _decayed(checkup)
        if by_heart or (fell < _FALLS and lost > max(_LOST * gained, _NOISE * abs(checkup.validation_constant))):
            rule = (
                f"after epoch {best + 1} the training loss fell on, from {number(learned[best])} to "
                f"{number(at_end(learned))}, and the validation loss rose from {number(held[best])} to "
                f"{number(at_end(held))}"
            )
            evidence: dict[str, Plain] = {
                "best_epoch": best + 1,
                "lowest": float(held[best]),
                "at_end": at_end(held),
                "lost": lost / max(gained, 1e-9),
            }
            yield Symptom("overfitting", "warning", rule, evidence, edit, instead=instead)
            return
        for target in checkup.targets:
            own, other = target.training, target.validation
            if own is None or other is None:
                continue
            if own.value - other.value > _GAP + SURE * (own.error**2 + other.error**2) ** 0.5:
                rule = (
                    f"the network {of_error(own.value)} in {target.name!r} on training rows and "
                    f"{of_error(other.value)} on validation rows"
                )
                yield Symptom(
                    "overfitting",
                    "warning",
                    rule,
                    {"training": own.value, "validation": other.value},
                    edit,
                    instead=instead,
                )
