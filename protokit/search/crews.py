"""Who does the work of a search: the crew that `search.workers` names."""

from __future__ import annotations

from pathlib import Path

from protokit.core.values.tables import Table
from protokit.recipe.recipe import Recipe
from protokit.search.trials import MakeTrials, Trials
from protokit.workers.crew import Crew
from protokit.workers.in_process import InProcess
from protokit.workers.processes.crew import LocalCrew


def crew_of(recipe: Recipe, table: Table, folder: Path) -> Crew:
    """The crew of a search.

    Raises:
        MissingExtra: what it needs is not installed.
    """
    workers = recipe.search.workers
    make = MakeTrials(str(folder.resolve()))
    if workers == 1:
        return InProcess(lambda: Trials(recipe, table, folder))
    if isinstance(workers, int):
        return LocalCrew(make, workers)
    raise NotImplementedError(workers)
