"""The network explains less of the rows that it was trained on than trees do of rows that they never saw."""

from __future__ import annotations

from collections.abc import Iterator, Set

from protokit.core.checkup import Checkup, Edit, Plain, Symptom
from protokit.evaluate.doctor.rule import RULES, Rule, explaining
from protokit.evaluate.doctor.rules.fit.beaten import better_menus
from protokit.evaluate.doctor.skill import SURE, of_error

_FITTED = 0.75  # of the skill of trees on other rows


@RULES.add
class Underfitting(Rule):
    """The network explains less of the rows that it was trained on than trees do of rows that they never saw."""

    name = "underfitting"
    about = "less skill on training rows than trees have on rows that they never saw"
    rank = 150

    def __call__(self, checkup: Checkup, found: Set[str]) -> Iterator[Symptom]:
        """See Rule."""
        if found & (explaining() | {"shuffled_labels"}):
            return
        for target in checkup.targets:
            own, other, behind = target.training, target.reference, target.behind
            if own is None or other is None or behind is None:
                continue
            short = own.value + SURE * own.error < _FITTED * (other.value - SURE * other.error)
            if not short or behind.value < SURE * behind.error:
                continue
            rule = (
                f"the network {of_error(own.value)} in {target.name!r} on its training rows, where trees "
                f"{of_error(other.value, many=True)} on rows that they never saw"
            )
            evidence: dict[str, Plain] = {"training": own.value, "trees": other.value, "epochs": len(checkup.history)}
            first, *others = _more(checkup)
            yield Symptom("underfitting", "warning", rule, evidence, first, instead=tuple(others))


def _more(checkup: Checkup) -> tuple[Edit, ...]:
    """More epochs where the last was the best, else the menu that fits the data or a better one, else more patience."""
    longer = Edit({"learn.epochs": max(50, 4 * checkup.epochs)})
    if checkup.best_epoch >= checkup.epochs:
        return longer, Edit({"learn.menu": "auto"})
    patient = Edit({"learn.stop": {"patience": 3 * checkup.patience}}) if checkup.patience else longer
    return Edit({"learn.menu": "auto"}), *better_menus(), patient
