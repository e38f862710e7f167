"""A loss that is least elsewhere than at the truth, or a last layer that cannot give what the loss takes."""

from __future__ import annotations

from collections.abc import Iterator, Set

from protokit.core.checkup import Checkup, Edit, Plain, Symptom, TargetCheck
from protokit.core.names import number
from protokit.core.values.signature import task_of
from protokit.evaluate.doctor.rule import RULES, Rule

_OF_CLASSES = ("Crossentropy", "CrossEntropy", "Dice", "Tversky")  # in the names of losses of probabilities
# losses of Keras that are least at the truth where numbers are standardised, and so also below 0
_OF_NUMBERS = ("MeanSquaredError", "MeanAbsoluteError", "Huber", "LogCosh", "Pinball")
_NEVER_BELOW_ZERO = {"relu", "relu6", "sigmoid", "hard_sigmoid", "softmax", "softplus", "exponential"}
_NEVER_BEYOND_ONE = {"tanh", "hard_tanh", "softsign"}
_ROUNDING = 0.01


@RULES.add
class WrongLoss(Rule):
    """A loss that is least elsewhere than at the truth, or a last layer that cannot give what the loss takes."""

    name = "wrong_loss"
    about = "a loss that is not least at the truth, or a last layer that cannot give what the loss takes"
    rank = 20
    explains_fit = True

    def __call__(self, checkup: Checkup, found: Set[str]) -> Iterator[Symptom]:
        """See Rule."""
        for target in checkup.targets:
            task = task_of(target.task)
            classes = task.probabilities
            if not classes and not task.standardised:  # its loss is of numbers as they are
                continue
            if not target.loss:  # a person's own
                continue
            evidence: dict[str, Plain] = {"loss": target.loss, "task": target.task, "activation": target.activation}
            fitting = any(part in target.loss for part in _OF_CLASSES) if classes else target.loss in _OF_NUMBERS
            if not fitting:
                why = (
                    f"{target.loss} is a loss of numbers, and {target.name!r} is a class: a crossentropy tells more"
                    if classes
                    else f"{target.loss} is not least at the truth: {target.name!r} is standardised, "
                    "with numbers below 0"
                )
                several = len(checkup.targets) > 1
                edit = Edit({"learn.loss": {target.name: task.loss} if several else task.loss})
                yield Symptom("wrong_loss", "warning", why, evidence, edit)
            elif head := _head(target):
                why, activation = head
                layer = next((one.layer for one in checkup.layers if one.output), "")
                alone = len(checkup.targets) == 1 and bool(layer)
                edit = Edit({}, layer, "set", {"activation": activation}) if alone else Edit()
                yield Symptom("wrong_loss", "warning", why, evidence, edit)


def _head(target: TargetCheck) -> tuple[str, str] | None:
    """Why the last layer does not fit the loss, and the activation that does."""
    name, given = repr(target.name), target.activation or "none"
    task = task_of(target.task)
    if task.probabilities:
        if target.logits:
            probabilities = target.activation in {"sigmoid", "softmax"}
            rule = f"the loss of {name} takes logits, and the last layer's {given} gives probabilities"
            return (rule, "linear") if probabilities else None
        if task.coded and not (1 - _ROUNDING <= target.sums[0] <= target.sums[1] <= 1 + _ROUNDING):
            span = f"{number(target.sums[0])} to {number(target.sums[1])}"
            return f"{target.loss} takes shares, and those of the classes of {name} add up to {span}", task.activation
        return None
    if target.activation in _NEVER_BELOW_ZERO:
        return (
            f"the last layer's {given} gives nothing below 0, and {name} is standardised: half of it lies there",
            "linear",
        )
    if target.activation in _NEVER_BEYOND_ONE:
        return (
            f"the last layer's {given} stays within -1 and 1, and {name} is standardised: a third lies beyond",
            "linear",
        )
    return None
