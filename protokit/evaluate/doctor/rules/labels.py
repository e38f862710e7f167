"""Signs in the training that something is wrong with the target: constant, too easy, or with wrong labels."""

from __future__ import annotations

from collections.abc import Iterator, Set

from protokit.core.checkup import Checkup, Plain, Symptom
from protokit.evaluate.doctor.rules.fitting import EXPLAINS

_ALL = 0.99  # of a constant's error
_BEYOND = 4  # standard deviations of a count
_ROWS = 100  # of validation, for so rare an error to be told
_SAME = {"binary": 0.998, "multiclass": 0.998, "regression": 0.98, "quantile": 0.98}


def constant_target(checkup: Checkup, found: Set[str]) -> Iterator[Symptom]:
    """A target that is the same in next to all training rows: nothing can be learned of it."""
    for target in checkup.targets:
        if target.top >= _SAME.get(target.task, 2.0):
            rule = (
                f"{target.name!r} has one value in {target.top:.2%} of the training rows: there is nothing to predict"
            )
            advice = "choose another target, or collect rows with other values: no edit of the recipe makes any"
            evidence: dict[str, Plain] = {"share": target.top, "values": target.values}
            yield Symptom("constant_target", "warning", rule, evidence, advice=advice)


def leak(checkup: Checkup, found: Set[str]) -> Iterator[Symptom]:
    """Network and trees both next to perfect on validation rows: some column may be known only afterwards."""
    for target in checkup.targets:
        own, other = target.validation, target.reference
        if own is None or other is None or target.rows < _ROWS or "constant_target" in found:
            continue
        if min(own.value - own.error, other.value - other.error) > _ALL:
            rule = (
                f"the network does away with {own.value:.1%} of a constant's error in {target.name!r} on validation "
                f"rows, and trees with {other.value:.1%}: is a column made from it, or known only afterwards?"
            )
            evidence: dict[str, Plain] = {"validation": own.value, "trees": other.value, "rows": target.rows}
            advice = "look where each column comes from, and leave out those that are known only after the target"
            yield Symptom("leak", "warning", rule, evidence, advice=advice, target=target.name)


def label_noise(checkup: Checkup, found: Set[str]) -> Iterator[Symptom]:
    """More rows than chance allows whose class network and trees are both sure is another.

    Of a network with a fault of its own its being sure says nothing.
    """
    if found & EXPLAINS:
        return
    for target in checkup.targets:
        if (
            target.agreed > target.expected + _BEYOND * max(target.expected, 1.0) ** 0.5
            and target.agreed > 0.01 * target.rows
        ):
            rule = (
                f"of {target.rows:,} validation rows {target.agreed:,} have a class in {target.name!r} that network "
                f"and trees are both sure is another; {target.expected:.1f} were to be expected"
            )
            evidence: dict[str, Plain] = {"rows": target.agreed, "expected": target.expected}
            advice = "look at the rows under suspects in diagnosis.json, and correct or drop in the table what is wrong"
            yield Symptom("label_noise", "note", rule, evidence, advice=advice)
