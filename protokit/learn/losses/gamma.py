"""The loss of numbers above 0."""

from __future__ import annotations

from typing import TYPE_CHECKING

from protokit.core.values.signature import TargetSpec
from protokit.learn.losses.loss import LOSSES, OwnLoss

if TYPE_CHECKING:
    from protokit.core.libraries.backend import keras


class GammaDeviance(OwnLoss):
    """The deviance of a gamma distribution: errors count by their size as shares of the prediction."""

    name = "gamma_deviance"
    about = "The deviance of numbers above 0 of a gamma distribution; 0 at the truth."
    tasks = ("positive",)

    def made(self, target: TargetSpec) -> keras.losses.Loss:
        """See OwnLoss."""
        from protokit.learn.deviances import Gamma

        return Gamma(name=self.name)


LOSSES.add(GammaDeviance())
