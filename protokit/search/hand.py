"""The hand of a search for workers elsewhere. They name it before they import anything heavy."""

from __future__ import annotations

from pathlib import Path

from protokit.workers.crew import Hand


def hand_in(folder: Path) -> Hand:
    """The hand of the search in a folder.

    Raises:
        DataError: the table is not there, or damaged.
        SpecError: the recipe cannot be read.
    """
    from protokit.search.trials import Trials

    return Trials.open(folder)
