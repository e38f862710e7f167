"""Data sets by name: those that scikit-learn ships, and those of OpenML."""

from __future__ import annotations

import hashlib
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

from protokit.collect.frames import fingerprint, tidy
from protokit.collect.table_words import TableSource
from protokit.core.errors import DataError
from protokit.core.values import Notice

if TYPE_CHECKING:
    import pandas as pd


class Bundled:
    """A table that scikit-learn ships. The target's column is named `target`."""

    def columns(self, spec: TableSource, folder: Path) -> list[str] | None:
        """Not known without scikit-learn."""
        return None

    def read(self, spec: TableSource, folder: Path) -> tuple[pd.DataFrame, str, tuple[Notice, ...]]:
        """All rows; classes by their names."""
        import pandas as pd
        from sklearn import datasets

        found = getattr(datasets, f"load_{spec.location}")(as_frame=True)
        frame: pd.DataFrame = found.frame.copy()
        names = getattr(found, "target_names", None)
        if "target" in frame and names is not None and frame["target"].dtype.kind in "iu":
            frame["target"] = [int(v) if str(names[v]).isdigit() else str(names[v]) for v in frame["target"]]
        digest = hashlib.sha256(pd.util.hash_pandas_object(frame, index=False).to_numpy().tobytes())
        return frame, digest.hexdigest(), ()


class OpenML:
    """A data set of OpenML (https://www.openml.org), fetched and kept by scikit-learn."""

    def columns(self, spec: TableSource, folder: Path) -> list[str] | None:
        """Not known without scikit-learn."""
        return None

    def read(self, spec: TableSource, folder: Path) -> tuple[pd.DataFrame, str, tuple[Notice, ...]]:
        """All rows, the target among the columns under its own name. The digest is that of the rows.

        Raises:
            DataError: OpenML knows no such data set, or cannot be reached.
        """
        from sklearn.datasets import fetch_openml

        name = spec.location
        asked: dict[str, Any] = {"data_id": int(name)} if name.isdecimal() else {"name": name}
        if "name" in asked:
            asked["version"] = spec.version or "active"
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
        if spec.version is None and "name" in asked:
            notices.append(
                Notice(f"version {version} of {name!r} at OpenML", (), f"write version: {version} to keep it")
            )
        return frame, fingerprint(frame), tuple(notices)


def _line(error: object) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
