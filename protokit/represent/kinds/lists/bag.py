"""Bags: members that are there so many times."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from protokit.represent.kind import KINDS, NO_CONTEXT, FitContext, FittedColumn, Guess, Kind
from protokit.represent.kinds.lists.set import MembersOptions

if TYPE_CHECKING:
    import pandas as pd

    from protokit.represent.encoders.cells import Cells


@KINDS.add
class Bag(Kind):
    """A set whose members count as often as they are there; see `protokit.represent.encoders.lists.members`."""

    name = "bag"
    about = "several members in a cell, some of them more than once: how often each is there"
    example = '{bag: {separator: " "}}'
    as_written = True
    rank = 4
    options = MembersOptions
    of_lists = True
    plural = "bags"
    audited_as = "text"
    inference_rank = 44
    saves = ("bag_codes",)

    @classmethod
    def sample(cls) -> Sequence[object]:
        """See Kind."""
        return ("bread bread milk", "milk", None, ["bread", "egg", "egg"], [])

    @classmethod
    def infer(cls, cells: Cells) -> Guess | None:
        """As a set, where one cell in twenty has a member twice."""
        from protokit.represent.encoders.lists.inference import members_in

        return members_in(cells, cls.name)

    @classmethod
    def fit(cls, cells: pd.Series, options: object = None, context: FitContext = NO_CONTEXT) -> FittedColumn:
        """Learns the members of at least three rows, and what parts them.

        Raises:
            DataError: some rows are parted by one mark, and others by another.
        """
        from protokit.represent.encoders.lists import members

        said = options if isinstance(options, MembersOptions) else MembersOptions()
        wanted = members.Wanted(cls.name, said.separator, said.form, said.members, said.length)
        return members.fit(cells, wanted, members.BagNumbers, members.BagCodes, context)

    @classmethod
    def from_plain(cls, plain: Mapping[str, object]) -> FittedColumn:
        """Numbers or codes."""
        from protokit.represent.encoders.lists.members import BagCodes, BagNumbers

        return (BagCodes if plain["kind"] == BagCodes.saved_as else BagNumbers).from_plain(plain)
