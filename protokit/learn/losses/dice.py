"""The loss of how far masks overlap."""

from __future__ import annotations

from typing import TYPE_CHECKING

from protokit.core.values.signature import TargetSpec
from protokit.learn.losses.loss import LOSSES, OwnLoss

if TYPE_CHECKING:
    from protokit.core.libraries.backend import keras


class Dice(OwnLoss):
    """How far the mask of each class is from overlapping, beside the cross entropy of its pixels.

    A class of few pixels counts as much as one of many.

    Source: Milletari et al., V-Net: Fully Convolutional Neural Networks for Volumetric Medical Image Segmentation,
    2016.
    """

    name = "dice"
    about = "One less the Dice coefficient of each class of an image, beside the cross entropy of its pixels."
    tasks = ("segmentation",)

    def made(self, target: TargetSpec) -> keras.losses.Loss:
        """See OwnLoss."""
        from protokit.learn.masks.losses import DiceAndCrossEntropy

        return DiceAndCrossEntropy(name=self.name)

    def smoothed(self, target: TargetSpec, share: float) -> keras.losses.Loss:
        """See OwnLoss."""
        from protokit.learn.masks.losses import DiceAndCrossEntropy

        return DiceAndCrossEntropy(share, name=self.name)


LOSSES.add(Dice())
