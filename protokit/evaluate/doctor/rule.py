"""What a rule of the doctor is, and the registry of all of them.

A rule runs because it is installed: no recipe names it.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Set

from protokit.core.checkup import Checkup, Symptom
from protokit.evaluate.instances import LAST, Instances


class Rule(ABC):
    """Looks at the numbers of a training for one kind of fault.

    >>> from protokit import plugins
    >>> @plugins.rule
    ... class Short(plugins.Rule):
    ...     name, about = "short", "A training of fewer than five epochs."
    ...     def __call__(self, checkup, found):
    ...         if checkup.epochs < 5:
    ...             yield Symptom(self.name, "note", "the training is short", advice="give it more epochs")
    >>> "short" in RULES
    True

    Attributes:
        name: of the rule.
        about: what it finds, for `protokit list`.
        check: the name of its symptoms, where it is not that of the rule.
        rank: causes come before their effects: rules run in this order; those without one come last.
        explains_fit: whether its fault is why a network did not learn, so that rules about the fit keep silent.
        needs_losses_alone: whether `history` and the losses beside it are all that it looks at: such a rule also runs
            on the other networks of a run with folds or seeds, of which nothing else is known.
        of_most: whether what it finds in losses counts, of networks that are averaged, where more than half have it:
            one of them has it by the chance of its few validation rows.
    """

    name: str
    about: str
    check: str = ""
    rank: int = LAST
    explains_fit: bool = False
    needs_losses_alone: bool = False
    of_most: bool = False

    @abstractmethod
    def __call__(self, checkup: Checkup, found: Set[str]) -> Iterator[Symptom]:
        """What was found; nothing for a sound training, or where the numbers that it looks at are not there.

        `found` are the checks that spoke before: a fault that they explain is none of its own. A symptom has an edit,
        or says in its `advice` what to do by hand.
        """


RULES: Instances[Rule] = Instances("rule", "protokit.evaluate.doctor.rules", key="rule", base=Rule)


def check_of(rule: Rule) -> str:
    """The name of a rule's symptoms."""
    return rule.check or rule.name


def explaining() -> set[str]:
    """The checks whose fault is why a network did not learn."""
    return {check_of(rule) for rule in RULES.all().values() if rule.explains_fit}
