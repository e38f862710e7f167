"""Two or more runs side by side."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from protokit.core.errors import SpecError
from protokit.core.names import number
from protokit.show.card import Card, Grid
from protokit.workflow.result import Run, epochs


@dataclass(frozen=True)
class Comparison:
    """Runs with their scores; shows itself as a table."""

    runs: tuple[Run, ...]

    @property
    def card(self) -> Card:
        """One row for each run, one column for each score."""
        names = list(dict.fromkeys(name for run in self.runs for name in run.metrics))
        rows = tuple(
            (
                f"{run.name}/{run.path.name}",
                *(number(float("nan") if (v := run.metrics.get(n)) is None else v) for n in names),
                f"{sum(row[3] for row in run.results['metrics']['network']):,}",
                epochs(run.results["metrics"]["networks"]),
            )
            for run in self.runs
        )
        grid = Grid("scores on each run's own test rows", ("run", *names, "parameters", "epochs"), rows)
        tests = {tuple(sorted(run.results["metrics"]["rows"].items())) for run in self.runs}
        notes = ("the runs are not on the same rows: their scores do not rank them",) if len(tests) > 1 else ()
        return Card(f"{len(self.runs)} runs", (), (grid,), notes)

    def as_plain(self) -> list[dict[str, Any]]:
        """The scores as JSON values."""
        return [{"run": str(run.path), "metrics": run.metrics} for run in self.runs]

    def __str__(self) -> str:
        return self.card.text()

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {"text/plain": str(self), "text/html": self.card.html()}


def compare(*runs: Run | str | Path) -> Comparison:
    """Put runs (or their folders) side by side.

    Raises:
        SpecError: fewer than two.
        DataError: a folder is not that of a finished run.
    """
    if len(runs) < 2:
        raise SpecError.one(f"compare takes two runs or more, not {len(runs)}", "give their folders")
    return Comparison(tuple(run if isinstance(run, Run) else Run.open(run) for run in runs))
