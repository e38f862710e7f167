"""Boosting is better than a network that learned well: another of the house's networks may not be behind."""

from __future__ import annotations

from collections.abc import Iterator, Set

from protokit.core.checkup import Checkup, Edit, Plain, Symptom
from protokit.core.names import number
from protokit.evaluate.doctor.rule import RULES, Rule, explaining
from protokit.menu.house_menu import HOUSE_MENUS

_TREES = "boosting"


def better_menus() -> tuple[Edit, ...]:
    """The house's networks for tables that are no default: slower, and most often better."""
    own = sorted(HOUSE_MENUS.house().values(), key=lambda menu: menu.rank)
    further = (menu.name for menu in own if menu.takes == "columns" and not menu.default and not menu.clusters)
    return tuple(Edit({"learn.menu": name}) for name in further)


@RULES.add
class Beaten(Rule):
    """Boosting is better than a network that learned well: another of the house's networks may not be behind."""

    name = "beaten_by_boosting"
    about = "boosting is better, and a network of the house that is most often better than this one is not used"
    rank = 180

    def __call__(self, checkup: Checkup, found: Set[str]) -> Iterator[Symptom]:
        """See Rule."""
        if found & (explaining() | {"shuffled_labels", "underfitting", "overfitting"}):
            return
        first, *others = better_menus()
        for target in checkup.targets:
            if target.beaten_by != _TREES:
                continue
            own, other = target.scores
            rule = (
                f"boosting is better for {target.name!r} ({target.metric} {number(other)} against {number(own)}), and "
                f"the house has another network for tables, slower and most often better: learn: {{menu: "
                f"{first.values['learn.menu']}}}; `protokit doctor RUN --try` says what it changes"
            )
            evidence: dict[str, Plain] = {"network": own, "boosting": other}
            yield Symptom(self.name, "note", rule, evidence, first, instead=tuple(others), proposal=True)
            return
