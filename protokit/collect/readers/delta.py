"""Delta tables, read by the library of delta.io."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from protokit.collect.files.file_source import OnDisk
from protokit.collect.files.secrets import Location, expand, hold_variables
from protokit.collect.remote import stores
from protokit.collect.source import SOURCES, Refusal
from protokit.core.errors import DataError
from protokit.core.outside import access
from protokit.core.places import Fault
from protokit.core.values.said import Notice
from protokit.grammar.document import nearby
from protokit.grammar.faults import refuse
from protokit.grammar.words import Word

if TYPE_CHECKING:
    import pandas as pd


_REFUSED = re.compile(r"necessary privileges|unauthenticated|valid authentication|\b40[13]\b", re.I)


def _version(given: object) -> object:
    if not isinstance(given, int) or isinstance(given, bool) or given < 0:
        raise refuse(Fault(f"version is a whole number from 0, not {given!r}", "leave it out for the newest"))
    return given


@SOURCES.add
class Delta(OnDisk):
    """A Delta table: a folder of Parquet files with a log of its versions, here or in a store of the cloud."""

    name = "delta"
    about = "a Delta table, in a folder or at s3://, gs:// or az://"
    example = '{delta: "s3://bucket/sales", version: 12}'
    rank = 6

    version: Annotated[
        int | None,
        Word(_version, {"type": "integer", "minimum": 0}),
        Field(description="of the table; the newest one when not given", examples=[12]),
    ] = None

    @classmethod
    def refused(cls, location: str) -> Refusal | None:
        """Pages of the web: they cannot be listed."""
        if location.lower().startswith(("http://", "https://")):
            return "a Delta table cannot be read from a web page", "write s3://, gs://, az://, or the path of a folder"
        return super().refused(location)

    def columns(self, folder: Path) -> list[str] | None:
        """Not known without the library; it is held that the recipe may ask for the place."""
        hold_variables(self.location)
        access.hold("folder", self.location if "://" in self.location else str(folder / self.location))
        return None

    def read(self, folder: Path, texts: Collection[str] = ()) -> tuple[pd.DataFrame, str, tuple[Notice, ...]]:
        """All rows of a version. The digest is that of the table's identity, the version and its list of files.

        Raises:
            DataError: there is no such table or version, or it cannot be read.
            MissingExtra: deltalake or pyarrow is not installed.
        """
        from protokit.collect.frames import tidy

        location = expand(self.location)
        with location.masking():
            table = self._opened(location, folder)
            try:
                frame = tidy(table.to_pyarrow_table().to_pandas(date_as_object=False))
            except Exception as error:  # of Rust and of Arrow, of many kinds
                raise self._error(error, location) from None
            notices = []
            if self.version is None:
                rule = f"version {table.version()} of the Delta table {location.written}"
                notices.append(Notice(rule, (), f"write version: {table.version()} to keep it"))
            return frame, _digest(table), tuple(notices)

    def content_version(self, folder: Path) -> str | None:
        """The digest of the table's identity, the version and its list of files."""
        location = expand(self.location)
        with location.masking():
            return _digest(self._opened(location, folder))

    def origin(self, name: str, folder: Path, digest: str) -> dict[str, str]:
        """The place as written with the version that was read, and the digest.

        Raises:
            DataError: the table has another version meanwhile.
        """
        location = expand(self.location)
        with location.masking():
            table = self._opened(location, folder)
            if _digest(table) != digest:
                cure = f"run it again, or keep one: version: {table.version()}"
                raise DataError(f"the Delta table {self.location!r} changed while it was read", cure=cure)
            return {f"{name}: {self.location} version {table.version()}": digest}

    def _opened(self, location: Location, folder: Path) -> Any:
        options: dict[str, str] = {}
        if stores.scheme_of(location.text):
            access.hold("address", location.text)
            # asked first by the way of all stores, which says what is wrong in its words
            public = stores.reach(location)
            place, options = location.text, _options(public)
        else:
            path = access.local(folder / location.text)
            if not (path / "_delta_log").is_dir():
                what = "no Delta table: there is no _delta_log in it" if path.is_dir() else "no such folder"
                raise DataError(f"{what}: {path}", cure=nearby(path) or "name the folder of the table")
            place = str(path.resolve())
        try:
            table = access.delta(place, self.version, options)
        except (DataError, OSError, ValueError) as error:
            raise self._error(error, location) from None
        except Exception as error:
            if type(error).__module__.split(".")[0] not in {"_internal", "deltalake"}:
                raise
            raise self._error(error, location) from None
        for uri in table.file_uris():  # the log may name files elsewhere
            access.hold("file", str(uri))
        return table

    def _error(self, error: Exception, location: Location) -> DataError:
        said = " ".join(str(error).split())
        if "specified end version" in said or ("version" in said.lower() and self.version is not None):
            cure = "leave version out for the newest"
            return DataError(f"{location.written} has no version {self.version}", cure=cure)
        if stores.scheme_of(location.text) and _REFUSED.search(said):
            return stores.no_permission(location)
        if "TableNotFound" in type(error).__name__:
            return DataError(f"{location.written} is no Delta table", cure="name the folder that has a _delta_log")
        return DataError(f"the Delta table {location.written} cannot be read: {said[:300]}", cure="is it whole?")


def _options(public: bool) -> dict[str, str]:
    """What the library is told beside the environment: a server of one's own may speak http."""
    endpoint = access.variable("AWS_ENDPOINT_URL")
    found = {"max_retries": "2", "retry_timeout": "20s"}
    if endpoint.startswith("http://"):
        found["aws_allow_http"] = "true"
    if public:
        found["aws_skip_signature"] = "true"
    return found


def _digest(table: Any) -> str:
    """The SHA-256 of what a version is: files of a Delta table never change, and are listed in its log."""
    lines = [str(table.metadata().id), str(table.version())]
    lines += sorted(str(uri).rsplit("/", 1)[-1] for uri in table.file_uris())
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
