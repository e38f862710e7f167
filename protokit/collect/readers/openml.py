"""Data sets of OpenML."""

from __future__ import annotations

import warnings
from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, ClassVar

from pydantic import Field

from protokit.collect.source import SOURCES, Source
from protokit.core.errors import DataError
from protokit.core.outside import access
from protokit.core.places import Fault
from protokit.core.values.said import Notice
from protokit.grammar.faults import refuse
from protokit.grammar.words import JsonSchema, Word

if TYPE_CHECKING:
    import pandas as pd


_ADDRESS = "https://api.openml.org/"  # which scikit-learn asks


def _version(given: object) -> object:
    if not isinstance(given, int) or isinstance(given, bool) or given < 1:
        raise refuse(Fault(f"version is a whole number from 1, not {given!r}"))
    return given


@SOURCES.add
class OpenML(Source):
    """A data set of OpenML (https://www.openml.org), fetched and kept by scikit-learn."""

    name = "openml"
    about = "a data set of OpenML, by its name or number"
    example = "{openml: credit-g, version: 1}"
    rank = 13
    location_schema: ClassVar[JsonSchema] = {"type": ["string", "integer"]}

    version: Annotated[
        int | None,
        Word(_version, {"type": "integer", "minimum": 1}),
        Field(description="of the data set; the active one when not given", examples=[1]),
    ] = None

    @classmethod
    def read_location(cls, given: object) -> object:
        """A number as a text."""
        return str(given) if isinstance(given, int) and not isinstance(given, bool) else given

    def columns(self, folder: Path) -> list[str] | None:
        """Not known without scikit-learn; it is held that the recipe may ask OpenML."""
        access.hold("address", _ADDRESS)
        return None

    def read(self, folder: Path, texts: Collection[str] = ()) -> tuple[pd.DataFrame, str, tuple[Notice, ...]]:
        """All rows, the target among the columns under its own name. The digest is that of the rows.

        Raises:
            DataError: OpenML knows no such data set, or cannot be reached.
        """
        access.hold("address", _ADDRESS)
        from sklearn.datasets import fetch_openml

        from protokit.collect.frames import fingerprint, tidy

        name = self.location
        asked: dict[str, str | int] = {"data_id": int(name)} if name.isdecimal() else {"name": name}
        if "name" in asked:
            asked["version"] = self.version or "active"
        try:
            with warnings.catch_warnings(record=True) as said:
                warnings.simplefilter("always")
                found = fetch_openml(**asked, as_frame=True, parser="pandas")
        except ValueError as error:  # of HTTP too: "412: no such data set"
            raise DataError(f"OpenML: {_line(error)}", cure="look its name and version up at openml.org") from None
        except (OSError, EOFError) as error:  # urllib's errors are such
            reason = getattr(error, "reason", None) or error
            cure = "check the connection; once fetched, a data set is kept and needs none"
            raise DataError(f"OpenML cannot be reached: {_line(reason)}", cure=cure) from None
        except (LookupError, TypeError, AttributeError) as error:
            words = f"OpenML's answer about {name!r} cannot be read: {_line(error)}"
            raise DataError(words, cure="look it up at openml.org, and name its file") from None
        frame = tidy(found.frame)
        version = found.details["version"]
        notices = [Notice(f"OpenML: {_line(w.message)}") for w in said if issubclass(w.category, UserWarning)]
        if self.version is None and "name" in asked:
            notices.append(
                Notice(f"version {version} of {name!r} at OpenML", (), f"write version: {version} to keep it")
            )
        return frame, fingerprint(frame), tuple(notices)


def _line(error: object) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
