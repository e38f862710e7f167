"""The formats that a model can be exported to: the contract of one, and what an export leaves behind."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import pandas as pd

from protokit.bundle.opened.fitted import Fitted
from protokit.core.errors import SpecError
from protokit.core.names import counted
from protokit.core.registry import Registry


@dataclass(frozen=True)
class Export:
    """A file that was written, and how far what it says is from what the model says: see `Model.export`.

    `contract` is the JSON file beside it. Of `rows`, of which `drawn` were drawn, the largest difference is `differs`:
    of probabilities as they are, of numbers in standard deviations of the training rows' target. `inputs` and
    `outputs` say in a line each what the file takes and gives, `outside` what it leaves to whoever calls it. A share
    of `changed` rows have another class; where `changes` says how many may, probabilities do not count.
    """

    path: Path
    contract: Path
    format: str
    rows: int
    drawn: int
    differs: float
    tolerance: float
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    outside: tuple[str, ...]
    changed: float = 0.0
    changes: float | None = None

    def as_plain(self) -> dict[str, object]:
        """All of it as JSON values."""
        return {name: str(one) if isinstance(one, Path) else one for name, one in vars(self).items()}

    def __str__(self) -> str:
        """In short."""
        lines = [f"{self.path} ({self.format}), its contract {self.contract.name}", "takes"]
        lines += [f"    {line}" for line in self.inputs]
        lines += ["gives", *(f"    {line}" for line in self.outputs)]
        lines += ["stays outside", *(f"    {line}" for line in self.outside)] if self.outside else []
        rows = f"{counted(self.rows, 'row')}, {self.drawn:,} of them drawn"
        if self.changes is not None:
            at_most = f"{self.changed:.2%} of classes change on {rows} (allowed: {self.changes:.2%})"
            lines.append(f"{at_most}; numbers {self.differs:.1e} apart (allowed: {self.tolerance:g})")
        else:
            lines.append(f"at most {self.differs:.1e} apart from this model on {rows} (allowed: {self.tolerance:g})")
        return "\n".join(lines)


class Exporter(ABC):
    """A format, which the ending of a path chooses: a class in a file of `protokit.doors.ways`.

    Attributes:
        name: what it is called.
        about: what it is, in a sentence.
        ending: of the path, such as `.onnx`; empty for a folder.
        dtypes: what the weights can be kept as.
    """

    name: ClassVar[str]
    about: ClassVar[str]
    ending: ClassVar[str] = ""
    dtypes: ClassVar[tuple[str, ...]] = ("float32",)

    @abstractmethod
    def export(
        self, model: Fitted, path: Path, rows: pd.DataFrame | None, tolerance: float | None, dtype: str
    ) -> Export:
        """See `Model.export`; `rows` are those of a cleaned table, `dtype` one of `dtypes`."""


EXPORTERS: Registry[Exporter] = Registry("export format", "protokit.doors.ways")


def exporter_of(path: Path) -> Exporter:
    """The format of a path.

    Raises:
        SpecError: none has its ending.
    """
    known = {one.ending: one for one in EXPORTERS.all().values()}
    found = known.get(path.suffix.lower())
    if found is None:
        rule = f"no format has the ending {path.suffix!r}: {path.name}"
        written = [f"{one.ending} ({one.name})" for one in known.values() if one.ending]
        raise SpecError.one(rule, f"end the name in {', '.join(written)}, or in nothing for the folder of a SavedModel")
    return found
