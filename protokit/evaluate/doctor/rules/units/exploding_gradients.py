"""A gradient that is far larger in an early layer than in a later one."""

from __future__ import annotations

from collections.abc import Iterator, Set

from protokit.core.checkup import Checkup, Symptom
from protokit.evaluate.doctor.layers import gradients_between
from protokit.evaluate.doctor.rule import RULES, Rule


@RULES.add
class ExplodingGradients(Rule):
    """A gradient that is far larger in an early layer than in a later one."""

    name = "exploding_gradients"
    about = "a gradient that is far larger in an early layer than in a later one"
    rank = 90
    explains_fit = True

    def __call__(self, checkup: Checkup, found: Set[str]) -> Iterator[Symptom]:
        """See Rule."""
        yield from gradients_between(checkup, found, "exploding_gradients")
