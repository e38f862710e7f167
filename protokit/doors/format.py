"""How a format is written and run: the contract of its file in `protokit.doors.files`."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

import numpy as np

from protokit.doors.graph.columns.column import RawColumn
from protokit.doors.plan import Plan


class Format(ABC):
    """A format.

    Attributes:
        name: what it is called.
        tolerance: how far a file may be from the model, in probabilities and standard deviations of a target.
        changes: how many of its classes may be others; None where probabilities are compared instead.
    """

    name: ClassVar[str]
    tolerance: float = 1e-5
    changes: float | None = None

    def adapted(self, plan: Plan) -> Plan:
        """The plan with columns and outputs as the format has them.

        Raises:
            SpecError: a column cannot go into it.
        """
        return plan

    @abstractmethod
    def names(self, plan: Plan) -> Mapping[str, str]:
        """What it calls columns and outputs.

        Raises:
            SpecError: something cannot go into it.
            MissingExtra: it needs a package that is not installed.
        """

    def beside(self, path: Path) -> tuple[Path, ...]:
        """Further files that belong to the one at a path."""
        return ()

    def shape(self, column: RawColumn) -> tuple[object, ...]:
        """Of an input, for the contract."""
        return ("rows", *column.shape)

    def needs(self, plan: Plan) -> tuple[str, ...]:
        """What who runs the file must have, beyond what any that runs the format has."""
        return ()

    @property
    def told(self) -> Mapping[str, object]:
        """What else the contract says of it, as JSON values."""
        return {}

    @abstractmethod
    def write(self, plan: Plan, path: Path) -> None:
        """Write a file, or a folder.

        Raises:
            SpecError: a layer cannot go into it.
        """

    @abstractmethod
    def run(self, plan: Plan, path: Path, given: Mapping[str, np.ndarray]) -> Mapping[str, np.ndarray]:
        """What it says, as another program would have it. Shapes: (rows, 1) by column -> by the output's name."""
