"""Lists whose order tells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from pydantic import Field

from protokit.grammar.words import Section
from protokit.represent.kind import KINDS, NO_CONTEXT, FitContext, FittedColumn, Kind

if TYPE_CHECKING:
    import pandas as pd


class StepsOptions(Section):
    """How the steps of a cell are told apart, and how many are read."""

    separator: str | None = Field(
        None,
        min_length=1,
        description="what parts the steps of a text; found when not given, and lists need none",
        examples=[">"],
    )
    members: int = Field(20_000, ge=1, description="different steps that are known at most", examples=[500])
    length: int | None = Field(
        None,
        ge=1,
        description="steps that are read, the first ones; those of the longest training cell, or so many that 99 of "
        "100 are not cut",
        examples=[50],
    )


@KINDS.add
class Steps(Kind):
    """Categories in an order, such as the pages of a visit: the code of each, which the network embeds.

    It is never inferred: a list is a set or a bag. See `protokit.represent.encoders.lists.members`.
    """

    name = "steps"
    about = "several categories in a cell whose order tells, such as `home>cart>pay` or a list: the code of each"
    example = '{steps: {separator: ">"}}'
    as_written = True
    rank = 4
    options = StepsOptions
    own_input = True
    of_lists = True
    plural = "steps"
    audited_as = "text"
    inference_rank = 46

    @classmethod
    def sample(cls) -> Sequence[object]:
        """See Kind."""
        return ("home>cart>pay", "home", None, ["cart", "home", "cart"], [])

    @classmethod
    def fit(cls, cells: pd.Series, options: object = None, context: FitContext = NO_CONTEXT) -> FittedColumn:
        """Learns the steps of at least three rows, and what parts them.

        Raises:
            DataError: some rows are parted by one mark, and others by another.
        """
        from protokit.represent.encoders.lists import members

        said = options if isinstance(options, StepsOptions) else StepsOptions()
        wanted = members.Wanted(cls.name, said.separator, "embedded", said.members, said.length)
        return members.fit(cells, wanted, members.BagNumbers, members.StepCodes, context)

    @classmethod
    def from_plain(cls, plain: Mapping[str, object]) -> FittedColumn:
        """See FittedColumn."""
        from protokit.represent.encoders.lists.members import StepCodes

        return StepCodes.from_plain(plain)
