"""Where tables come from, behind one protocol."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from protokit.core.errors import DataError
from protokit.core.files import sha256
from protokit.core.registry import Registry
from protokit.core.values import Notice
from protokit.menu.document import nearby
from protokit.recipe.parts import TableSource

if TYPE_CHECKING:
    import pandas as pd


class Source(Protocol):
    """Reads one kind of table."""

    def columns(self, spec: TableSource, folder: Path) -> list[str] | None:
        """The columns' names, found without loading the rows or a heavy library; None if that needs one."""

    def read(self, spec: TableSource, folder: Path) -> tuple[pd.DataFrame, str, tuple[Notice, ...]]:
        """The rows, the SHA-256 of what was read, and what was decided in reading."""


class Csv:
    """A file of delimited text, plain or gzipped."""

    def columns(self, spec: TableSource, folder: Path) -> list[str] | None:
        """The header."""
        from protokit.collect import text_table

        return text_table.header(located(spec, folder), spec)

    def read(self, spec: TableSource, folder: Path) -> tuple[pd.DataFrame, str, tuple[Notice, ...]]:
        """All rows, with the type of each column inferred."""
        from protokit.collect import text_table

        path = located(spec, folder)
        frame, notices = text_table.read(path, spec)
        return frame, sha256(path), notices


class Parquet:
    """A Parquet file, read by DuckDB."""

    def columns(self, spec: TableSource, folder: Path) -> list[str] | None:
        """Not known without DuckDB; the file's presence is checked."""
        located(spec, folder)
        return None

    def read(self, spec: TableSource, folder: Path) -> tuple[pd.DataFrame, str, tuple[Notice, ...]]:
        """All rows with the types of the file."""
        import duckdb

        path = located(spec, folder)
        try:
            with duckdb.connect() as connection:
                frame = connection.read_parquet(str(path)).df()
        except duckdb.Error as error:
            raise DataError(f"not a Parquet file: {str(error).splitlines()[0]}", place=str(path)) from None
        return frame, sha256(path), ()


class Bundled:
    """A table that scikit-learn ships. The target's column is named `target`."""

    def columns(self, spec: TableSource, folder: Path) -> list[str] | None:
        """Not known without scikit-learn."""
        return None

    def read(self, spec: TableSource, folder: Path) -> tuple[pd.DataFrame, str, tuple[Notice, ...]]:
        """All rows; classes by their names."""
        import hashlib

        import pandas as pd
        from sklearn import datasets

        found = getattr(datasets, f"load_{spec.location}")(as_frame=True)
        frame: pd.DataFrame = found.frame.copy()
        names = getattr(found, "target_names", None)
        if "target" in frame and names is not None and frame["target"].dtype.kind in "iu":
            frame["target"] = [int(v) if str(names[v]).isdigit() else str(names[v]) for v in frame["target"]]
        digest = hashlib.sha256(pd.util.hash_pandas_object(frame, index=False).to_numpy().tobytes())
        return frame, digest.hexdigest(), ()


SOURCES: Registry[Source] = Registry("source")
SOURCES.add("csv", Csv())
SOURCES.add("parquet", Parquet())
SOURCES.add("sklearn", Bundled())


def located(spec: TableSource, folder: Path) -> Path:
    """The file of a source; a path that is not absolute starts at the recipe's folder."""
    path = folder / spec.location
    if not path.is_file():
        what = "a folder" if path.is_dir() else "no such file"
        raise DataError(f"{what}: {path}", cure=nearby(path))
    return path
