"""One trained model in a folder, and the sets that it is for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from protokit.core.errors import BundleError, SpecError

if TYPE_CHECKING:
    from protokit.bundle.model import Model


@dataclass(frozen=True)
class Kept:
    """A trained model in a folder, and the sets that it is for, of which it learned by a way.

    Of a model for several sets `intakes` say of each how its tables come to the columns of the model: they end with
    the step that writes the set's name into `column`.
    """

    folder: Path
    way: str
    sets: tuple[str, ...]
    column: str = ""
    intakes: Mapping[str, Mapping[str, Any]] | None = None

    @cached_property
    def whole(self) -> Model:
        """The model as it was trained.

        Raises:
            BundleError: it is damaged.
        """
        from protokit.bundle.folder import load

        return load(self.folder)

    def of(self, name: str) -> Model:
        """The model for tables of a set.

        Raises:
            BundleError: it is damaged.
        """
        return self._taking(self.intakes[name]) if self.intakes else self.whole

    def of_others(self, name: str) -> Model:
        """The model for tables of a set that it has not seen: as those of the first set, where all are taken alike.

        Raises:
            BundleError: it is damaged.
        """
        assert self.intakes, "it is for several sets"
        before = [one["clean"][:-1] for one in self.intakes.values()]
        first = next(iter(self.intakes.values()))
        steps = before[0] if all(one == before[0] for one in before) else []
        columns = first["columns"] if steps == before[0] else [c for c in self.whole.columns if c != self.column]
        # series are told apart by the name; of rows a missing one is what no level has
        of_series = any(spec.kind == "series" for spec in self.whole.signature.inputs)
        written = naming(self.column, name if of_series else None)
        return self._taking({**first, "columns": columns, "clean": [*steps, written]})

    def _taking(self, intake: Mapping[str, Any]) -> Model:
        from protokit.bundle.input_schema import InputSchema

        try:
            return replace(self.whole, input_schema=InputSchema.from_plain(intake))
        except (SpecError, KeyError, TypeError, ValueError) as error:
            raise BundleError(
                f"how tables of a set are taken cannot be read: {error}", place=str(self.folder)
            ) from None


def naming(column: str, level: str | None) -> dict[str, object]:
    """The step of cleaning that writes the name of a set into a column.

    >>> naming("set", "Joe's")
    {'derive': {'set': "'Joe''s'"}}
    """
    text = "CAST(NULL AS VARCHAR)" if level is None else "'" + level.replace("'", "''") + "'"
    return {"derive": {column: text}}
