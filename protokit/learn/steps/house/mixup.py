"""Training on mixtures of rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from protokit.core.places import Fault
from protokit.learn.steps.step import STEPS, HouseStep
from protokit.menu.catalogue import Argument

if TYPE_CHECKING:
    from protokit.core.libraries.backend import keras


class Mixup(HouseStep):
    """Each row is mixed with another of its batch, inputs and losses alike.

    Source: Zhang et al., mixup: Beyond Empirical Risk Minimization, 2018.
    """

    name = "Mixup"
    about = "Each row is mixed with another of its batch; the share of each has a Beta(alpha, alpha) distribution."
    example = "training_step: {Mixup: {alpha: 0.2}}"
    options: ClassVar[Mapping[str, Argument]] = {"alpha": {"default": 0.2, "type": "number"}}

    def faults(self, arguments: Mapping[str, Any]) -> list[Fault]:
        """See HouseStep."""
        alpha = arguments.get("alpha", 0.2)
        if isinstance(alpha, (int, float)) and not 0 < alpha <= 100:
            return [Fault(f"alpha of Mixup is above 0 and at most 100, not {alpha!r}", "write 0.2", ("alpha",))]
        return []

    def kind(self) -> type[keras.Model]:
        """See HouseStep."""
        from protokit.learn.steps.mixing import Mixing

        return Mixing


STEPS.add(Mixup())
