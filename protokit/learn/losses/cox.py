"""The loss of who has an event before whom."""

from __future__ import annotations

from typing import TYPE_CHECKING

from protokit.core.values.signature import TargetSpec
from protokit.learn.losses.loss import LOSSES, OwnLoss

if TYPE_CHECKING:
    from protokit.core.libraries.backend import keras


class Cox(OwnLoss):
    """Cox's partial likelihood among the rows of a batch, and beside it the likelihood that says when.

    The partial likelihood asks which of the rows in sight has the event, and leaves open how high the hazard of all is:
    that is what the other part learns.
    """

    name = "cox"
    about = "Cox's partial likelihood among the rows of a batch, beside piecewise_exponential."
    tasks = ("survival",)

    def made(self, target: TargetSpec) -> keras.losses.Loss:
        """See OwnLoss."""
        from protokit.learn.hazards import PartialLikelihood

        return PartialLikelihood(name=self.name)


LOSSES.add(Cox())
