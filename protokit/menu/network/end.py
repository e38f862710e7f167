"""What the end of a network is that a menu leaves to be made, and the registry of ends."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import ClassVar

from protokit.core.libraries.backend import keras
from protokit.core.registry import Registry
from protokit.core.values.signature import Signature
from protokit.menu.graph import Graph, Ref
from protokit.menu.network.inputs import Inputs

CODE = "code"  # the item whose output is the embedding, where there is no target


class End(ABC):
    """What comes after a menu for a target: a class in a file of `protokit.menu.network.ends`.

    Attributes:
        name: as a task names it (`protokit.core.values.signature.Task.head`).
        about: what it is, in a sentence.
        takes_rows: whether it takes one vector for each row, so that what the menu gives is made flat before.
    """

    name: ClassVar[str]
    about: ClassVar[str]
    takes_rows: ClassVar[bool] = True

    def hold(self, graph: Graph, of: Callable[[Ref], keras.KerasTensor]) -> None:
        """Hold that a menu has what the task needs beside its output.

        Raises:
            SpecError: it has not.
        """
        return

    @abstractmethod
    def made(
        self, x: keras.KerasTensor, place: int, inputs: Inputs, graph: Graph, signature: Signature
    ) -> keras.KerasTensor:
        """What the network gives for the target at a place, from the last tensor of the menu."""


ENDS: Registry[End] = Registry("head", "protokit.menu.network.ends")


def options(place: int, signature: Signature) -> dict[str, str]:
    """What every head of numbers has: its activation by the task, its name, and 32 bits."""
    name = "output" if len(signature.targets) == 1 else f"output_{place + 1}"
    return {"activation": signature.targets[place].of_task.activation, "dtype": "float32", "name": name}


def flat(x: keras.KerasTensor) -> keras.KerasTensor:
    """One vector for each row: of several targets the same."""
    return keras.layers.Flatten(name="flat_for_output")(x) if len(x.shape) > 2 else x
