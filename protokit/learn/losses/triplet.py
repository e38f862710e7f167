"""The loss of rows that are to be nearer to their like than to others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from protokit.core.values.signature import TargetSpec
from protokit.learn.losses.loss import LOSSES, OwnLoss

if TYPE_CHECKING:
    from protokit.core.libraries.backend import keras


class Triplet(OwnLoss):
    """Each row with the farthest one of its class and the nearest one of another, within the batch.

    Source: Hermans et al., In Defense of the Triplet Loss for Person Re-Identification, 2017 (batch hard, soft margin).
    """

    name = "triplet"
    about = "How much nearer the nearest row of another class is than the farthest of its own, within the batch."
    tasks = ("similarity",)

    def made(self, target: TargetSpec) -> keras.losses.Loss:
        """See OwnLoss."""
        from protokit.learn.targets.triplet import TripletLoss

        return TripletLoss(name=self.name)


LOSSES.add(Triplet())
