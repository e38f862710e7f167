"""A gradient that is next to nothing in an early layer, beside that of a later one."""

from __future__ import annotations

from collections.abc import Iterator, Set

from protokit.core.checkup import Checkup, Symptom
from protokit.evaluate.doctor.layers import gradients_between
from protokit.evaluate.doctor.rule import RULES, Rule


@RULES.add
class VanishingGradients(Rule):
    """A gradient that is next to nothing in an early layer, beside that of a later one."""

    name = "vanishing_gradients"
    about = "a gradient that is next to nothing in an early layer"
    rank = 100
    explains_fit = True

    def __call__(self, checkup: Checkup, found: Set[str]) -> Iterator[Symptom]:
        """See Rule."""
        yield from gradients_between(checkup, found, "vanishing_gradients")
