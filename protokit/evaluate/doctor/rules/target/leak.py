"""Network and trees both next to perfect on validation rows, by one column: it may be known only afterwards."""

from __future__ import annotations

from collections.abc import Iterator, Set

from protokit.core.checkup import Checkup, Plain, Symptom
from protokit.evaluate.doctor.rule import RULES, Rule

_ALL = 0.99  # of a constant's error
_LEFT = 1 / 3  # of the error that the others leave, as in the audit
_ROWS = 100  # of validation, for so rare an error to be told


@RULES.add
class Leak(Rule):
    """Network and trees both next to perfect on validation rows: some column may be known only afterwards.

    Where the other columns know about as much without the one that tells most, the target is plain to see.
    """

    name = "leak"
    about = "network and trees both next to perfect on validation rows, and not without one of the columns"
    rank = 120

    def __call__(self, checkup: Checkup, found: Set[str]) -> Iterator[Symptom]:
        """See Rule."""
        for target in checkup.targets:
            own, other = target.validation, target.reference
            if own is None or other is None or target.rows < _ROWS or "constant_target" in found:
                continue
            others = target.without_best
            if others is not None and (others.value > _ALL or 1 - other.value > _LEFT * (1 - others.value)):
                continue
            if min(own.value - own.error, other.value - other.error) > _ALL:
                rule = (
                    f"the network does away with {own.value:.1%} of a constant's error in {target.name!r} on "
                    f"validation rows, and trees with {other.value:.1%}: "
                    "is a column made from it, or known only afterwards?"
                )
                evidence: dict[str, Plain] = {"validation": own.value, "trees": other.value, "rows": target.rows}
                if others is not None:
                    rule = rule.replace(": is a column", f", but {others.value:.1%} without one column: is that")
                    evidence["trees_without_it"] = others.value
                advice = "look where each column comes from, and leave out those that are known only after the target"
                yield Symptom("leak", "warning", rule, evidence, advice=advice, target=target.name)
