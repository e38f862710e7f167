"""How a file of delimited text is written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from protokit.collect.files.files import File
from protokit.core.values import Notice


class DialectOptions(Protocol):
    """What a person writes of a file's dialect: None where nothing is written, and it is found."""

    location: str
    encoding: str | None
    delimiter: str | None
    header: int | str | tuple[int, ...] | None
    names: tuple[str, ...] | None
    comment: str | None
    quote: str | None
    footer: int | None


@dataclass(frozen=True)
class Dialect:
    """Where the rows of a delimited text stand, and how their fields are parted.

    `above` counts the lines above the first row of data: titles, names, blank lines, `sep=;`. `names` are the columns. A
    `delimiter` of one blank stands for any run of blanks and tabs, also at either end of a line. Lines that start with
    `comment` are no rows; elsewhere in a line it is text. Where `quote` is None quotes are text. Where `trailing` is
    true each row ends with one more delimiter, which starts no field. The last `footer` lines that are not blank are no
    rows. `notices` say what was found by itself.
    """

    encoding: str
    delimiter: str
    names: tuple[str, ...]
    above: int = 1
    comment: str | None = None
    quote: str | None = '"'
    trailing: bool = False
    footer: int = 0
    notices: tuple[Notice, ...] = ()


def dialect_of(file: File, options: DialectOptions) -> Dialect:
    """How a file is written, from its head and what a person writes of it.

    Raises:
        DataError: it cannot be decoded, or where its names stand is not clear: with the option that says it.
    """
    raise NotImplementedError
