"""The loss of inputs that are given back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from protokit.core.values.signature import TargetSpec
from protokit.learn.losses.loss import LOSSES, OwnLoss

if TYPE_CHECKING:
    from protokit.core.libraries.backend import keras


class Reconstruction(OwnLoss):
    """The mean over the columns of a row: squared errors of numbers, cross-entropies of categories."""

    name = "reconstruction"
    about = "Squared errors of numbers in standard deviations, cross-entropies of categories, mean over the columns."
    tasks = ("reconstruction",)

    def made(self, target: TargetSpec) -> keras.losses.Loss:
        """See OwnLoss."""
        from protokit.learn.targets.reconstruction import ReconstructionLoss

        return ReconstructionLoss(target.parts, name=self.name)


LOSSES.add(Reconstruction())
