"""Numbers of a later table that are beyond those of the training rows, counted."""

from __future__ import annotations

from dataclasses import dataclass, replace

from protokit.core.names import counted
from protokit.represent.column.note import Note

_UNLIKELY = 1e-4


@dataclass(frozen=True)
class Outside:
    """How many numbers of a column are beyond those of the training rows, `low` to `high`, of which `known` are kept.

    `far` says that one is farther out than the training rows are wide; `measured`, that they have the column's unit.
    `gone` cells are missing where none of the training rows' was. `columns` are looked at.
    """

    above: int
    below: int
    far: bool
    cells: int
    known: int
    low: float
    high: float
    measured: bool
    gone: int
    columns: int

    def with_(self, other: Outside) -> Outside:
        """That of both."""
        above, below = self.above + other.above, self.below + other.below
        cells, gone = self.cells + other.cells, self.gone + other.gone
        return replace(self, above=above, below=below, far=self.far or other.far, cells=cells, gone=gone)

    @property
    def notes(self) -> tuple[str, ...]:
        """What there is to say."""
        beyond = self.beyond()
        return (*([beyond] if beyond else []), *missing_cells(self.gone, "the median stands for them"))

    def beyond(self) -> str:
        """What there is to say of numbers that are beyond; nothing where chance explains them.

        The highest of n + m like numbers are all among the last m with a probability of (m / (n + m)) ** k, for k of
        them. Few are told all the same where they are farther out than the training rows are wide.
        """
        count = self.above + self.below
        if count == 0 or self.high <= self.low:
            return ""
        chance = self.cells / (self.cells + self.known)
        if not self.far and chance ** max(self.above, self.below) > _UNLIKELY / self.columns:
            return ""
        of = f"{count:,} of {counted(self.cells, 'cell', 'are')} beyond the training rows"
        return of + (f", which go from {self.low:.4g} to {self.high:.4g}" if self.measured else "")


def missing_cells(gone: int, stands: str) -> tuple[str, ...]:
    """What is said of so many missing cells of a later table, of a column that no training row lacked."""
    return (Note.of(gone, f"missing, and no training row's was: {stands}"),) if gone else ()
