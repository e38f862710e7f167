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


@KINDS.add
class Set(Kind):
    """Lists and texts such as `red|large`, whose members are there or not; how often, and in what order, is nothing.

    `labels` was its name. See `protokit.represent.encoders.lists.members`.
    """

    name = "set"
    about = "several members in a cell, such as `red|large` or a list: whether each is there"
    example = "{set: {separator: ;}}"
    as_written = True
    rank = 4
    options = MembersOptions
    of_lists = True
    plural = "sets"
    audited_as = "text"
    inference_rank = 45
    saves = ("labels", "set_codes")
    formerly: ClassVar[tuple[str, ...]] = ("labels",)

    @classmethod
    def sample(cls) -> Sequence[object]:
        """See Kind."""
        return ("red;large", "red", None, ["blue", "large", "old"], [])

    @classmethod
    def infer(cls, cells: Cells) -> Guess | None:
        """Lists of single values, and texts parted by a bar or a semicolon into members that come again and again."""
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
        return members.fit(cells, wanted, members.SetNumbers, members.SetCodes, context)

    @classmethod
    def from_plain(cls, plain: Mapping[str, object]) -> FittedColumn:
        """Numbers or codes."""
        from protokit.represent.encoders.lists.members import SetCodes, SetNumbers

        return (SetCodes if plain["kind"] == SetCodes.saved_as else SetNumbers).from_plain(plain)
