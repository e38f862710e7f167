"""What a rule of the doctor is, and the names of all of them."""

from __future__ import annotations

from collections.abc import Iterator, Set
from typing import Protocol

from protokit.core.checkup import Checkup, Symptom
from protokit.core.registry import Registry


class Rule(Protocol):
    """Looks at the numbers of a training for one kind of fault."""

    def __call__(self, checkup: Checkup, found: Set[str]) -> Iterator[Symptom]:
        """What was found. `found` are the checks of the rules before: a fault that they explain is none of its own."""


RULES: Registry[Rule] = Registry("rule")
