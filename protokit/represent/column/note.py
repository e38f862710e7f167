"""A sentence on a column of a later table, which its batches share."""

from __future__ import annotations

from typing import Self

from protokit.core.names import counted


class Note(str):
    """A sentence that the batches of a table share: their counts are added, or the first one stands.

    A sentence that is only a text stands for itself.
    """

    key: str
    cells: tuple[int, str, str] | None  # of what, with which verb

    @classmethod
    def of(cls, cells: int, rest: str, *, of: str = "cell", verb: str = "are") -> Self:
        """A sentence that begins with how many cells it is of."""
        found = cls(f"{counted(cells, of, verb)} {rest}")
        found.key, found.cells = rest, (cells, of, verb)
        return found

    @classmethod
    def once(cls, key: str, text: str) -> Self:
        """A sentence of which the first one stands, whatever examples the others have."""
        found = cls(text)
        found.key, found.cells = key, None
        return found

    def with_(self, other: Note) -> Note:
        """The sentence of both."""
        if self.cells is None or other.cells is None:
            return self
        cells, of, verb = self.cells
        return Note.of(cells + other.cells[0], self.key, of=of, verb=verb)
