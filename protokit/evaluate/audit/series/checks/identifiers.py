"""Columns beside the forecast that number the rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from protokit.core.values.said import Finding
from protokit.evaluate.audit.check import SERIES_CHECKS, SeriesCheck
from protokit.evaluate.audit.checks.identifiers import Identifiers
from protokit.evaluate.audit.series.data import SeriesData


@SERIES_CHECKS.add
class PastIdentifiers(SeriesCheck):
    """The check `identifiers` of tables, on the columns whose future is not known.

    A known column that counts on is a trend, and was named by the person.
    """

    name = "identifiers"
    about = "columns beside the forecast with another value in almost every row"
    rank = 20
    explains = True

    def __call__(self, data: SeriesData) -> Iterator[Finding]:
        """See SeriesCheck."""
        past = {name: kind for name, kind in data.rows.kinds.items() if name not in data.known}
        return Identifiers()(replace(data.rows, kinds=past))
