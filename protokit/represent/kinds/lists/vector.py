"""Vectors and matrices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from protokit.grammar.words import Section, choice
from protokit.represent.kind import KINDS, NO_CONTEXT, FitContext, FittedColumn, Guess, Kind

if TYPE_CHECKING:
    import pandas as pd

    from protokit.represent.encoders.cells import Cells

SCALES = ("each", "together", "none")


class VectorOptions(Section):
    """How the numbers of a vector are scaled."""

    scale: Annotated[str | None, choice("scale", SCALES, null=True)] = Field(
        None,
        description="divide each number by its own spread, or all by one, or by nothing; together when not given, "
        "each where the spreads are a hundredfold of each other",
        examples=["each"],
    )


@KINDS.add
class Vector(Kind):
    """Lists of numbers of one length, and arrays of one size: see `protokit.represent.encoders.lists.vectors`."""

    name = "vector"
    about = "lists or arrays of numbers, as many in each cell, such as embeddings; arrays of two dimensions as matrices"
    example = "{vector: {scale: each}}"
    as_written = True
    rank = 7
    options = VectorOptions
    own_input = True
    of_lists = True
    plural = "vectors"
    audited_as = "image"
    inference_rank = 42

    @classmethod
    def sample(cls) -> Sequence[object]:
        """See Kind."""
        import numpy as np

        return ([0.5, 1, -3], None, np.array([1.0, 2.0, 4.0]), "[0.1, null, 0.3]", (7, 8, 9))

    @classmethod
    def infer(cls, cells: Cells) -> Guess | None:
        """Lists of numbers, all of one length of two or more; lists of lists of one size."""
        from protokit.represent.encoders.earth import can_be_places
        from protokit.represent.encoders.lists.inference import size_of

        found = size_of(cells.whole_lists) if cells.lists is not None else None
        if found is None:
            return None
        cure = f"if they are codes: columns: {{{cells.name}: set}}, {{{cells.name}: bag}} or {{{cells.name}: ignore}}"
        if can_be_places(cells.whole_lists or ()):
            cure += f"; if latitude and longitude: columns: {{{cells.name}: place}}"
        return Guess(cls.name, note=f"holds {found}: they are read as vectors", cure=cure)

    @classmethod
    def fit(cls, cells: pd.Series, options: object = None, context: FitContext = NO_CONTEXT) -> FittedColumn:
        """Learns the size, and mean and spread of each number.

        Raises:
            DataError: a cell is no vector, or has another size.
        """
        from protokit.represent.encoders.lists.vectors import VectorColumn

        said = options if isinstance(options, VectorOptions) else VectorOptions()
        return VectorColumn.fit(cells, said.scale)

    @classmethod
    def from_plain(cls, plain: Mapping[str, object]) -> FittedColumn:
        """See FittedColumn."""
        from protokit.represent.encoders.lists.vectors import VectorColumn

        return VectorColumn.from_plain(plain)
