"""The loss of a class for each step."""

from __future__ import annotations

from typing import TYPE_CHECKING

from protokit.core.values.signature import TargetSpec
from protokit.learn.losses.loss import LOSSES, OwnLoss

if TYPE_CHECKING:
    from protokit.core.libraries.backend import keras


class StepCrossentropy(OwnLoss):
    """The cross-entropy of the steps that have a label, mean over those of a batch: each counts the same."""

    name = "step_crossentropy"
    about = "The cross-entropy of the classes of steps, of those that have a label."
    tasks = ("tagging", "translation")

    def made(self, target: TargetSpec) -> keras.losses.Loss:
        """See OwnLoss."""
        from protokit.learn.training.step_loss import StepLoss

        return StepLoss(name=self.name)

    def smoothed(self, target: TargetSpec, share: float) -> keras.losses.Loss:
        """See OwnLoss."""
        from protokit.learn.training.step_loss import StepLoss

        return StepLoss(share, name=self.name)


LOSSES.add(StepCrossentropy())
