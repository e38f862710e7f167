"""The hand that runs recipes one after the other in one process: a worker's, or this one."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, cast

from protokit.core.errors import WorkerError
from protokit.core.runs import LAST
from protokit.recipe.recipe import Recipe
from protokit.workers.crew import Plain, Report
from protokit.workflow.run.run import Runner

if TYPE_CHECKING:
    from protokit.grammar.document import Document


@dataclass(frozen=True)
class Recipes:
    """The recipes as they go to workers, and how each is run. `out` is where runs are kept."""

    written: tuple[tuple[Document, Path, str], ...]
    out: Path
    cache: bool = True

    @classmethod
    def of(cls, recipes: Sequence[Recipe], out: Path, *, cache: bool = True) -> Recipes:
        """Those that were read, and not changed since."""
        return cls(tuple((one.document, one.folder, one.name) for one in recipes), out, cache)

    def hand(self) -> RunHand:
        """The hand in a process of this machine."""
        return RunHand(lambda number: Recipe.of(*self.written[number]), self.out, self.cache)

    def hand_in(self, folder: Path) -> RunHand:
        """The hand on a machine of a cluster, for which `folder` is where runs are kept.

        Raises:
            WorkerError: that machine does not see the folder of the runs.
        """
        if folder != self.out:
            rule = f"a machine of the cluster does not see {self.out}, where the runs are to be kept"
            raise WorkerError(rule, cure="write -o with a folder that all of them see")
        return self.hand()


@dataclass
class RunHand:
    """Runs recipes by their number; what was compiled for one is kept for those that come. See `Hand`."""

    recipe: Callable[[int], Recipe]
    out: Path
    cache: bool
    _runner: Runner = field(default_factory=Runner)

    def do(self, task: Plain, report: Report) -> Plain:
        """Run the recipe of a task, and say where the run is, and whether it was complete before.

        Raises:
            ProtokitError: of the run.
        """
        recipe, resume, began = self.recipe(cast(int, task["recipe"])), bool(task["resume"]), time.time()
        path = self._runner.run(recipe, out=self.out, resume=resume, cache=self.cache).path
        return {"path": str(path), "earlier": (path / LAST).stat().st_mtime < began}
