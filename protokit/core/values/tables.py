"""The collected data, and which row is in which part."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from protokit.core.rows import SourceRows, rows_read
from protokit.core.values.said import Notice, Step

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd


@dataclass(frozen=True)
class Table:
    """The collected data, one row per example. `parts` names the table of each row, `rows` its row in the first table's
    source. `origin` maps each source to its SHA-256, `clean` are the steps of cleaning as the rows decided them.
    `notations` are the readings of columns that a table's rules made numbers: marks and unit."""

    frame: pd.DataFrame
    parts: np.ndarray | None = None
    origin: Mapping[str, str] = field(default_factory=dict)
    notices: tuple[Notice, ...] = ()
    steps: tuple[Step, ...] = ()
    rows: SourceRows | None = None
    clean: tuple[object, ...] = ()
    notations: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def source_rows(self) -> SourceRows:
        """Where each row stands in what the first table was read from; as they come, where nothing says otherwise."""
        return self.rows or rows_read(self.frame)


@dataclass(frozen=True)
class Split:
    """Row positions of each part, ascending. No row is in two parts."""

    train: np.ndarray
    validation: np.ndarray
    test: np.ndarray
    by: str
