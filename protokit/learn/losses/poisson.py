"""The loss of counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from protokit.core.values.signature import TargetSpec
from protokit.learn.losses.loss import LOSSES, OwnLoss

if TYPE_CHECKING:
    from protokit.core.libraries.backend import keras


class PoissonDeviance(OwnLoss):
    """The deviance of a Poisson distribution: as Keras's Poisson, and 0 at the truth."""

    name = "poisson_deviance"
    about = "The deviance of counts of a Poisson distribution; 0 at the truth."
    tasks = ("count",)

    def made(self, target: TargetSpec) -> keras.losses.Loss:
        """See OwnLoss."""
        from protokit.learn.deviances import Poisson

        return Poisson(name=self.name)


LOSSES.add(PoissonDeviance())
