"""The loss of quantiles."""

from __future__ import annotations

from protokit.core.libraries.backend import keras
from protokit.core.values.signature import TargetSpec
from protokit.learn.losses.loss import LOSSES, OwnLoss
from protokit.learn.pinball import pinball


class Pinball(OwnLoss):
    """What a quantile too low or too high costs, mean over the quantiles."""

    name = "pinball"
    about = "What a quantile too low or too high costs, mean over the quantiles."

    def made(self, target: TargetSpec) -> keras.losses.Loss:
        """See OwnLoss."""
        return pinball(target.quantiles)


LOSSES.add(Pinball())
