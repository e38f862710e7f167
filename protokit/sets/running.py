"""The front door of several sets: a recipe with `sets` in, what each way gives for each set out."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

from protokit.core.errors import SpecError
from protokit.core.outside import access
from protokit.core.outside.reach import Allow
from protokit.recipe.overrides import Settings
from protokit.recipe.recipe import Recipe
from protokit.recipe.sets.members import given_by_set
from protokit.sets.how import How
from protokit.sets.many.run_all import workers_of
from protokit.sets.result import SetsRun
from protokit.show.progress import progress
from protokit.workflow.check import as_recipe, hold_backend


def run_sets(
    recipe: Recipe | str | Path | Mapping[str, object],
    table: object = None,
    *,
    out: str | Path = "runs",
    resume: bool = False,
    set: Settings = (),
    workers: int | str = 1,
    cache: bool = True,
    allow: Allow = (),
) -> SetsRun:
    """Train on the sets of a recipe, each alone and by the ways of `learn.sets`, and hold the ways against each other.

    A dict of data frames by set may stand for the tables; of sets by a column, one frame. Each set's own network is
    always trained: against it each other way is judged, on the set's own test rows.

    All is kept in `out/NAME/sets-TIME-HASH/`, the run of each set and way in `WAY/SET/` there. With `resume`, the last
    experiment of the same recipe and data goes on where it stopped. More `workers` train the sets' own networks in so
    many processes, `"ray"` on a cluster; what is trained together is trained here. `allow` is as for `run`.

    >>> protokit.run_sets({**recipe, "name": "halves", "sets": {"one": {}, "other": {}}}, halves, resume=True) == sets
    True

    Raises:
        SpecError: the recipe is wrong, or has no sets; or a way cannot be for them.
        DataError: the data of a set, which is named, is not as the recipe says.
        TrainingError: the loss was not finite.
    """
    read = as_recipe(recipe, set, several=True, allow=allow)
    if not read.sets:
        raise SpecError.one("this recipe has one set of data", "protokit.run runs it; or write sets: {a: ..., b: ...}")
    hold_backend(read, "training on several sets")
    count = workers_of(workers)
    if count != 1 and table is not None:
        raise SpecError.one("tables that are passed stay in this process", "write files into the recipe, or workers=1")
    reach = read.reach and read.reach.beside(Path(out))
    with progress() as shown, ExitStack() as opened, access.named_by("recipe", reach):
        shown.step("collecting")
        from protokit.sets.whole import experiment_on

        given, how = given_by_set(read, table), How(resume=resume, cache=cache, workers=count)
        return SetsRun.open(experiment_on(read, given, Path(out), shown, opened, how))
