"""Bags: members that are there so many times."""

from __future__ import annotations

from collections.abc import Sequence

from protokit.represent.kind import KINDS
from protokit.represent.kinds.lists.set import OfMembers


@KINDS.add
class Bag(OfMembers):
    """A set whose members count as often as they are there."""

    name = "bag"
    about = "several members in a cell, some of them more than once: how often each is there"
    example = '{bag: {separator: " "}}'
    plural = "bags"
    inference_rank = 44
    saves = ("bag_codes",)
    as_numbers = "BagNumbers"
    as_codes = "BagCodes"

    @classmethod
    def sample(cls) -> Sequence[object]:
        """See Kind."""
        return ("bread bread milk", "milk", None, ["bread", "egg", "egg"], [])
