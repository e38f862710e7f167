"""How a file of delimited text is written."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Dialect:
    """Where the names of a delimited text stand, and how its fields are parted.

    `skip` counts the lines above the first row of names, `header_rows` the rows that the names are made of; `names` are
    the columns as read from them. A `delimiter` of one blank stands for any run of blanks and tabs. Lines that start
    with `comment` are no rows. Where `trailing` is true each row ends with one more delimiter, which starts no field.
    """

    encoding: str
    delimiter: str
    names: tuple[str, ...]
    skip: int = 0
    header_rows: int = 1
    comment: str | None = None
    trailing: bool = False
