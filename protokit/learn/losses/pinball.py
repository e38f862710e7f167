"""The loss of quantiles."""

from __future__ import annotations

from typing import TYPE_CHECKING

from protokit.core.values.signature import TargetSpec
from protokit.learn.losses.loss import LOSSES, OwnLoss

if TYPE_CHECKING:
    from protokit.core.libraries.backend import keras


class Pinball(OwnLoss):
    """What a quantile too low or too high costs, mean over the quantiles."""

    name = "pinball"
    about = "What a quantile too low or too high costs, mean over the quantiles."
    tasks = ("quantile",)

    def made(self, target: TargetSpec) -> keras.losses.Loss:
        """See OwnLoss."""
        from protokit.learn.pinball import pinball

        return pinball(target.quantiles)


LOSSES.add(Pinball())
