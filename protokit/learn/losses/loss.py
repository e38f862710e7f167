"""What a loss of protokit's own is, and the registry of them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, ClassVar

from protokit.core.registry import Registry
from protokit.core.values.signature import TargetSpec

if TYPE_CHECKING:
    from protokit.core.libraries.backend import keras


class OwnLoss(ABC):
    """A loss that Keras has none for: a class in a file of `protokit.learn.losses`, or what others have registered.

    Attributes:
        name: as a task names it (`protokit.core.values.signature.Task.loss`), and a recipe under `learn.loss`.
        about: what it is, in a sentence.
        tasks: those that it is for.
    """

    name: ClassVar[str]
    about: ClassVar[str]
    tasks: ClassVar[tuple[str, ...]]

    @abstractmethod
    def made(self, target: TargetSpec) -> keras.losses.Loss:
        """The loss of a target, as a Keras object: of one number for each row, in operations that XLA compiles."""

    def smoothed(self, target: TargetSpec, share: float) -> keras.losses.Loss | None:
        """The loss against labels of which a share is spread over all classes; None where it has no such form."""
        return None


LOSSES: Registry[OwnLoss] = Registry("loss", "protokit.learn.losses", key="loss")
