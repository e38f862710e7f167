"""Sets: members that are there or not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, ClassVar

from pydantic import Field

from protokit.grammar.words import Section, choice
from protokit.represent.kind import KINDS, NO_CONTEXT, FitContext, FittedColumn, Guess, Kind

if TYPE_CHECKING:
    import pandas as pd

    from protokit.represent.encoders.cells import Cells

FORMS = ("each", "embedded")


class MembersOptions(Section):
    """How the members of a cell are told apart, and in what form the network takes them."""

    separator: str | None = Field(
        None,
        min_length=1,
        description="what parts the members of a text; found when not given, and lists need none",
        examples=[";"],
    )
    form: Annotated[str | None, choice("form", FORMS, null=True)] = Field(
        None,
        description="a number for each member, or vectors of the members, averaged; vectors of more than 100 members "
        "when not given",
        examples=["embedded"],
    )
    members: int = Field(20_000, ge=1, description="members that are known at most, the commonest ones", examples=[500])
    length: int | None = Field(
        None,
        ge=1,
        description="members of a cell that are read, where they are embedded; those of the largest training cell, or "
        "so many that 99 of 100 are not cut",
        examples=[50],
    )


class OfMembers(Kind):
    """A kind whose cells hold members: see `protokit.represent.encoders.lists.members`, where its columns are.

    Attributes:
        as_numbers: the column in which each member is a number.
        as_codes: the column whose members are embedded.
    """

    as_written = True
    rank = 4
    options = MembersOptions
    of_lists = True
    audited_as = "text"
    as_numbers: ClassVar[str]
    as_codes: ClassVar[str]

    @classmethod
    def infer(cls, cells: Cells) -> Guess | None:
        """Lists of single values, and texts parted by a bar or a semicolon into members that come again and again.

        They are bags where one cell in twenty has a member twice, else sets.
        """
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
        return members.fit(cells, wanted, getattr(members, cls.as_numbers), getattr(members, cls.as_codes), context)

    @classmethod
    def from_plain(cls, plain: Mapping[str, object]) -> FittedColumn:
        """Numbers or codes."""
        from protokit.represent.encoders.lists import members

        codes: type[FittedColumn] = getattr(members, cls.as_codes)
        numbers: type[FittedColumn] = getattr(members, cls.as_numbers)
        return (codes if plain["kind"] == codes.saved_as else numbers).from_plain(plain)


@KINDS.add
class Set(OfMembers):
    """Lists and texts such as `red|large`, whose members are there or not; how often, and in what order, is nothing.

    `labels` was its name.
    """

    name = "set"
    about = "several members in a cell, such as `red|large` or a list: whether each is there"
    example = "{set: {separator: ;}}"
    plural = "sets"
    inference_rank = 45
    saves = ("labels", "set_codes")
    formerly: ClassVar[tuple[str, ...]] = ("labels",)
    as_numbers = "SetNumbers"
    as_codes = "SetCodes"

    @classmethod
    def sample(cls) -> Sequence[object]:
        """See Kind."""
        return ("red;large", "red", None, ["blue", "large", "old"], [])
