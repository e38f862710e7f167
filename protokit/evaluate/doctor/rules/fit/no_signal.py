"""Neither network nor trees beat a constant on validation rows: labels shuffled, or columns that say nothing."""

from __future__ import annotations

from collections.abc import Iterator, Set

from protokit.core.checkup import Checkup, Plain, Symptom
from protokit.evaluate.doctor.rule import RULES, Rule
from protokit.evaluate.doctor.skill import SURE, of_error

_SURER = 3.0  # of what an epoch reached that was chosen on the same rows
_USEFUL = 0.3  # a skill that few rows would have to rule out before they say that there is none
_FEWEST = 20  # validation rows of which a standard error says something


@RULES.add
class NoSignal(Rule):
    """Neither network nor trees beat a constant on validation rows: labels shuffled, or columns that say nothing."""

    name = "no_signal"
    about = "neither network nor trees beat a constant on validation rows"
    rank = 130
    check = "shuffled_labels"

    def __call__(self, checkup: Checkup, found: Set[str]) -> Iterator[Symptom]:
        """See Rule."""
        for target in checkup.targets:
            own, other, fitted = target.validation, target.reference, target.training
            if own is None or other is None or fitted is None or target.rows < _FEWEST:
                continue
            if own.value > _SURER * own.error or other.value > SURE * other.error:
                continue
            if max(one.value + SURE * one.error for one in (own, other)) > _USEFUL:
                continue
            rule = (
                f"on {target.rows:,} validation rows of {target.name!r} the network {of_error(own.value)}, and trees "
                f"{of_error(other.value, many=True)}: its rows are shuffled, or the columns say nothing"
            )
            evidence: dict[str, Plain] = {
                "training": fitted.value,
                "validation": own.value,
                "trees": other.value,
                "error": own.error,
            }
            advice = (
                "look whether rows and targets were joined by the right key and sorted together; if so, collect "
                "columns that have to do with the target"
            )
            yield Symptom("shuffled_labels", "warning", rule, evidence, advice=advice)
