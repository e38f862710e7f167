"""The loss of classes of pixels."""

from __future__ import annotations

from typing import TYPE_CHECKING

from protokit.core.values.signature import TargetSpec
from protokit.learn.losses.loss import LOSSES, OwnLoss

if TYPE_CHECKING:
    from protokit.core.libraries.backend import keras


class PixelCrossEntropy(OwnLoss):
    """The cross entropy of the class of each pixel, mean over the pixels of an image."""

    name = "pixel_cross_entropy"
    about = "The cross entropy of the class of each pixel, mean over the pixels of an image."
    tasks = ("segmentation",)

    def made(self, target: TargetSpec) -> keras.losses.Loss:
        """See OwnLoss."""
        from protokit.learn.masks.losses import CrossEntropy

        return CrossEntropy(name=self.name)

    def smoothed(self, target: TargetSpec, share: float) -> keras.losses.Loss:
        """See OwnLoss."""
        from protokit.learn.masks.losses import CrossEntropy

        return CrossEntropy(share, name=self.name)


LOSSES.add(PixelCrossEntropy())
