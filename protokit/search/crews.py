"""Who does the work of a search: the crew that `search.workers` names."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path

from protokit.core.values.tables import Table
from protokit.recipe.recipe import Recipe
from protokit.search.hand import HandIn
from protokit.search.trials import Trials
from protokit.workers.crew import Crew, Say
from protokit.workers.in_process import InProcess
from protokit.workers.processes.crew import LocalCrew


def _tell(text: str) -> None:
    print(text, file=sys.stderr)


def crew_of(recipe: Recipe, table: Table, folder: Path, say: Say = _tell) -> Crew:
    """The crew of a search. `say` is told of workers that are waited for, come and leave.

    Raises:
        MissingExtra: what it needs is not installed.
        WorkerError: no cluster answers.
    """
    workers, home = recipe.search.workers, folder.resolve()
    if workers == 1:
        return InProcess(lambda: Trials(recipe, table, folder))
    if workers == "ray":
        from protokit.workers.cluster.crew import RayCrew

        return RayCrew(HandIn(recipe.reach), home, say=say)
    if workers == "folder":
        from protokit.workers.folder.crew import FolderCrew

        return FolderCrew(home, say=say)
    return LocalCrew(partial(HandIn(recipe.reach), home), int(workers))
