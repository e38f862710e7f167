"""Data sets that scikit-learn ships."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from protokit.collect.source import SOURCES, Refusal, Source
from protokit.core.suggest import did_you_mean
from protokit.core.values.said import Notice
from protokit.grammar.words import JsonSchema

if TYPE_CHECKING:
    import pandas as pd

_TABLES = ("wine", "breast_cancer", "diabetes", "digits", "iris", "linnerud")


@SOURCES.add
class Shipped(Source):
    """A table that scikit-learn ships. The target's column is named `target`."""

    name = "sklearn"
    about = "a table that scikit-learn ships"
    example = "{sklearn: wine}"
    rank = 12
    location_schema: ClassVar[JsonSchema] = {"type": "string", "enum": list(_TABLES)}

    @classmethod
    def refused(cls, location: str) -> Refusal | None:
        """What is none of them."""
        if location in _TABLES:
            return None
        return f"scikit-learn ships no table {location!r}", did_you_mean(location, _TABLES)

    def columns(self, folder: Path) -> list[str] | None:
        """Not known without scikit-learn."""
        return None

    def content_version(self, folder: Path) -> str | None:
        """That of scikit-learn, which ships the rows."""
        return f"{self.location} of scikit-learn {metadata.version('scikit-learn')}"

    def read(self, folder: Path, texts: Collection[str] = ()) -> tuple[pd.DataFrame, str, tuple[Notice, ...]]:
        """All rows; classes by their names."""
        import pandas as pd
        from sklearn import datasets

        found = getattr(datasets, f"load_{self.location}")(as_frame=True)
        frame: pd.DataFrame = found.frame.copy()
        names = getattr(found, "target_names", None)
        if "target" in frame and names is not None and frame["target"].dtype.kind in "iu":
            frame["target"] = [int(v) if str(names[v]).isdigit() else str(names[v]) for v in frame["target"]]
        digest = hashlib.sha256(pd.util.hash_pandas_object(frame, index=False).to_numpy().tobytes())
        return frame, digest.hexdigest(), ()
