"""The hand of a search for workers elsewhere. They name it before they import anything heavy."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from protokit.core.outside import access
from protokit.core.outside.reach import Reach
from protokit.workers.crew import Hand


def hand_in(folder: Path) -> Hand:
    """The hand of the search in a folder.

    Raises:
        DataError: the table is not there, or damaged.
        SpecError: the recipe cannot be read.
    """
    from protokit.search.trials import Trials

    return Trials.open(folder)


@dataclass(frozen=True)
class HandIn:
    """`hand_in` for a worker of a driver: its recipe may open what the driver's may."""

    reach: Reach | None

    def __call__(self, folder: Path) -> Hand:
        """The hand of the search in a folder."""
        access.made(folder, self.reach)
        return hand_in(folder)


@dataclass(frozen=True)
class HandOfPerson:
    """`hand_in` for a worker that a person starts, who allows its recipe to open some things beside its own."""

    allow: tuple[str, ...]
    command: tuple[str, ...]

    def __call__(self, folder: Path) -> Hand:
        """The hand of the search in a folder."""
        access.made(folder, Reach.of_file(folder / "recipe.yaml", self.command).allowing(self.allow))
        return hand_in(folder)
