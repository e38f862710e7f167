"""What a server counts, in the form that Prometheus reads."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest

from protokit.doors.serve.fields import Cells, Field


class Counters:
    """Requests, rows, seconds, and cells that are not as training had them."""

    def __init__(self, fields: Sequence[Field]) -> None:
        self._fields, self._registry = tuple(fields), CollectorRegistry()
        own: Any = {"registry": self._registry, "namespace": "protokit"}
        self.requests = Counter("requests", "Requests, by path and status.", ("path", "status"), **own)
        self.seconds = Histogram("request_seconds", "Seconds that a request took.", ("path",), **own)
        self.rows = Counter("rows", "Rows that were predicted.", **own)
        about = "Cells that are not as in training: missing, unseen, or out_of_range."
        self.cells = Counter("cells", about, ("column", "what"), **own)

    def see(self, cells: Cells) -> None:
        """Count cells, by what training had."""
        self.rows.inc(len(next(iter(cells.values()))))
        for field in self._fields:
            counts: dict[str, int] = {}
            for cell in cells[field.name]:
                if (what := field.unlike(cell)) is not None:
                    counts[what] = counts.get(what, 0) + 1
            for what, count in counts.items():
                self.cells.labels(field.name, what).inc(count)

    def text(self) -> bytes:
        """All counts."""
        return generate_latest(self._registry)
