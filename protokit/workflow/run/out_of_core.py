"""A run over a table larger than memory: its rows stay in a database, its arrays in files."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from protokit.collect.large import Held
from protokit.core.errors import DataError
from protokit.core.memory import release_unused
from protokit.core.values.tables import Table
from protokit.recipe.column_names import check_columns
from protokit.recipe.recipe import Recipe
from protokit.represent.examples import with_target
from protokit.represent.on_disk import most_rows, with_all_rows
from protokit.represent.represented import Represented
from protokit.workflow.run.collecting import held
from protokit.workflow.run.representing import represent, setting_of


@dataclass(frozen=True)
class OnDisk:
    """The rows of a recipe's tables on the disk; `table` holds a sample of them, and `parts` the part of each."""

    recipe: Recipe
    table: Table
    parts: np.ndarray
    _held: Held
    _database: ExitStack
    _folder: Path

    def represent(self) -> tuple[Represented, ...]:
        """Fit every encoder on the sample's training rows, and encode all of them; the database is gone afterwards.

        Raises:
            SpecError: the recipe names a column that is not there.
            DataError: the data does not fit the recipe.
        """
        [sampled] = represent(self.recipe, self.table, dealt=self.parts)
        spec, setting, counts = self.recipe.represent, setting_of(self.recipe), self._held.counts
        with self._database, self.recipe.document.placing():
            batches = self._held.batches("train")
            found = with_all_rows(spec, setting, sampled, batches, counts, self._folder)
        release_unused()
        return (found,)


@contextmanager
def on_disk(recipe: Recipe) -> Iterator[OnDisk]:
    """The recipe's tables, joined, cleaned and split on the disk; files of arrays are there until the context ends.

    Raises:
        SpecError: a step does not fit the columns.
        DataError: a table cannot be read, or is not what a step says.
    """
    with TemporaryDirectory(prefix="protokit-") as folder, ExitStack() as database:
        rows = database.enter_context(held(recipe))
        check_columns(recipe, rows.columns)
        targets = recipe.represent.targets
        frame, parts = rows.sample(most_rows(len(rows.columns)), targets, recipe.seed)
        has = with_target(frame, targets, recipe.learn.task)
        if not has.any():
            raise DataError(f"the target {targets[0]!r} is missing in every row", cure="choose another target")
        found = rows.source_rows(frame.index.to_numpy()[has])
        kept = frame[has].reset_index(drop=True)
        table = Table(kept, None, rows.origin, rows.notices, rows.steps, found, rows.clean, rows.notations)
        yield OnDisk(recipe, table, parts[has], rows, database, Path(folder))
