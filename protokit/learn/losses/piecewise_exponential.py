"""The loss of times until an event."""

from __future__ import annotations

from typing import TYPE_CHECKING

from protokit.core.values.signature import TargetSpec
from protokit.learn.losses.loss import LOSSES, OwnLoss

if TYPE_CHECKING:
    from protokit.core.libraries.backend import keras


class PiecewiseExponential(OwnLoss):
    """The likelihood of events and of times without them, where the hazard is the same within an interval."""

    name = "piecewise_exponential"
    about = "The likelihood of times until an event, with a hazard for each interval."
    tasks = ("survival",)

    def made(self, target: TargetSpec) -> keras.losses.Loss:
        """See OwnLoss."""
        from protokit.learn.hazards import Likelihood

        return Likelihood(name=self.name)


LOSSES.add(PiecewiseExponential())
