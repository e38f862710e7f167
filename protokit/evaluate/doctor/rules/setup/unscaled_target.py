"""Numbers to predict that are far from standardised as the network sees them."""

from __future__ import annotations

from collections.abc import Iterator, Set

from protokit.core.checkup import Checkup, Symptom
from protokit.core.names import number
from protokit.core.values.signature import task_of
from protokit.evaluate.doctor.rule import RULES, Rule

_FAR = 10.0  # times the standard deviation of 1 that initial weights are made for


@RULES.add
class UnscaledTarget(Rule):
    """Numbers to predict that are far from standardised as the network sees them."""

    name = "unscaled_target"
    about = "numbers to predict that are far from standardised"
    rank = 40
    explains_fit = True

    def __call__(self, checkup: Checkup, found: Set[str]) -> Iterator[Symptom]:
        """See Rule."""
        for target in checkup.targets:
            if task_of(target.task).standardised and not 1 / _FAR <= target.spread <= _FAR and target.values > 1:
                rule = f"{target.name!r} has a root mean square of {number(target.spread)} "
                rule += "as the network sees it, not about 1"
                advice = (
                    "it is standardised on the training rows: look for values there that are no numbers, such as 999999"
                )
                yield Symptom("unscaled_target", "warning", rule, {"root_mean_square": target.spread}, advice=advice)
