"""What a kind is told of a column, and what it says of one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from protokit.core.values.said import Notice
from protokit.represent.column.outside import Outside

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Guess:
    """What a column is taken for: the name of a kind, or None with the reason why the column is left out.

    `cure` says how to decide otherwise, `note` what the person should know of how the column is read, `failed` which
    kinds of other packages could not be asked; `odd` is a text that the cure makes a missing cell.
    """

    kind: str | None
    why: str = ""
    cure: str | None = None
    note: str = ""
    failed: tuple[str, ...] = ()
    odd: str = ""


def _silent(notice: Notice) -> None:
    """Tell no one."""


@dataclass(frozen=True)
class FitContext:
    """What a kind may need beside the cells: texts that mean a missing cell, and the folder where paths start.

    `reading` is how numbers are written, where that is not as computers do: see `protokit.cells.numbers.Reading`.
    `whole` has the cells of all rows, for what is of reading them and not of fitting, such as the order of day and
    month; None where there are no others. `say` takes what the person is told.
    """

    missing: tuple[str, ...] = ()
    folder: Path = Path()
    reading: tuple[str, ...] = ()
    whole: pd.Series | None = None
    say: Callable[[Notice], None] = _silent


NO_CONTEXT = FitContext()


@dataclass(frozen=True)
class Unusual:
    """What of a later table's cells is not as the training rows were.

    Of `cells` that are there, `unseen` are nothing that training rows had, such as those of `examples`; they had
    `levels`. `notes` are sentences on how cells were read otherwise than they are written. `doubtful` is a number that
    may be either of the two levels beside it, whose texts it has lost. `outside` counts numbers beyond the training
    rows' where they are scaled; its notes are the last of all.
    """

    cells: int = 0
    unseen: int = 0
    examples: tuple[str, ...] = ()
    levels: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    doubtful: tuple[str, ...] = ()
    outside: Outside | None = None

    def ranged(self, outside: Outside) -> Unusual:
        """The same with what there is to say of its range."""
        return replace(self, notes=(*self.own_notes, *outside.notes), outside=outside)

    @property
    def own_notes(self) -> tuple[str, ...]:
        """The notes without those on its range."""
        return self.notes[: len(self.notes) - len(self.outside.notes)] if self.outside else self.notes
