"""More rows than chance allows whose class network and trees are both sure is another."""

from __future__ import annotations

from collections.abc import Iterator, Set

from protokit.core.checkup import Checkup, Plain, Symptom
from protokit.evaluate.doctor.rule import RULES, Rule, explaining

_BEYOND = 4  # standard deviations of a count


@RULES.add
class LabelNoise(Rule):
    """More rows than chance allows whose class network and trees are both sure is another.

    Of a network with a fault of its own its being sure says nothing.
    """

    name = "label_noise"
    about = "rows of which network and trees are both sure that their class is another"
    rank = 170

    def __call__(self, checkup: Checkup, found: Set[str]) -> Iterator[Symptom]:
        """See Rule."""
        if found & explaining():
            return
        for target in checkup.targets:
            if (
                target.agreed > target.expected + _BEYOND * max(target.expected, 1.0) ** 0.5
                and target.agreed > 0.01 * target.rows
            ):
                rule = (
                    f"of {target.rows:,} validation rows {target.agreed:,} have a class in {target.name!r} that "
                    f"network and trees are both sure is another; {target.expected:.1f} were to be expected"
                )
                evidence: dict[str, Plain] = {"rows": target.agreed, "expected": target.expected}
                advice = (
                    "look at the rows under suspects in diagnosis.json, and correct or drop in the table what is wrong"
                )
                yield Symptom("label_noise", "note", rule, evidence, advice=advice)
