"""Columns beside the forecast that hold next to nothing."""

from __future__ import annotations

from collections.abc import Iterator

from protokit.core.values.said import Finding
from protokit.evaluate.audit.check import SERIES_CHECKS, SeriesCheck
from protokit.evaluate.audit.checks.empty import Empty
from protokit.evaluate.audit.series.data import SeriesData


@SERIES_CHECKS.add
class EmptyColumns(SeriesCheck):
    """The check `empty` of tables, on the columns beside the forecast."""

    name = "empty"
    about = "columns beside the forecast that are constant or missing in almost every training row"
    rank = 70

    def __call__(self, data: SeriesData) -> Iterator[Finding]:
        """See SeriesCheck."""
        return Empty()(data.rows)
