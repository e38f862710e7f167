"""The front door of a search: a recipe with slots in, the best of many settings and an honest end out."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import ValidationError

from protokit.core.errors import SpecError
from protokit.core.libraries.optional import optional
from protokit.core.outside import access
from protokit.core.outside.reach import Allow
from protokit.grammar.faults import faults_of
from protokit.recipe.overrides import Settings
from protokit.recipe.recipe import Recipe
from protokit.recipe.search import Search
from protokit.recipe.space import Space
from protokit.workflow.check import as_recipe, hold_backend, hold_one_set

if TYPE_CHECKING:
    from protokit.search.result import Study

_OF_SETS = "tune the parts of one set as a recipe of its own, and write its values here; run_sets takes the defaults"
_SLOT = "write one where a value is to be chosen, such as `Dense: {choice: [32, 64]}` or `rate: {float: [0.0, 0.5]}`"


def tune(
    recipe: Recipe | str | Path | Mapping[str, object],
    table: object = None,
    *,
    out: str | Path = "runs",
    resume: bool = False,
    set: Settings = (),
    trials: int | None = None,
    time: float | str | None = None,
    workers: int | str | None = None,
    allow: Allow = (),
) -> Study:
    """Search the values of a recipe's slots: a file, a dict of the same shape, or a `Recipe`.

    Settings are trained and compared on validation rows; the best few and the recipe's own defaults are trained again
    on other splits and seeds; the winner of these and the defaults are run, with one look at the test rows for both.
    `trials`, `time` and `workers` stand for what the recipe says under `search`.

    The search is kept in `out/NAME/search-TIME-HASH/`. With `resume`, the last one of the same recipe and data goes on
    where it stopped; one that was complete goes on with more trials, if more are asked for.

    What a recipe of a file may open beside what is below its folder and the current one is said by `allow`, as for
    `run`.

    >>> study
    <Study runs/search/search-...: ...>
    >>> len(study.trials), list(study.best_values)
    (2, ['Dense.units'])
    >>> protokit.tune(search, birds, trials=2, resume=True).path == study.path
    True

    Raises:
        SpecError: the recipe is wrong, or has no slots; nothing was written.
        DataError: the data is not as the recipe says, another process drives this search, or the disk is full.
        AuditError: `evaluate.strict` is true, and the audit found a fatal fault in the data; nothing was trained.
        TrainingError: the first trials all failed.
        MissingExtra: Optuna is not installed.
    """
    read = as_recipe(recipe, set, several=True, allow=allow)
    hold_one_set(read, "a search is on one set of data, and this recipe names several sets of data", _OF_SETS)
    hold_backend(read, "a search")
    read = with_search(read, {"trials": trials, "time": time, "workers": workers})
    space = Space(read)
    if not space.slots:
        raise SpecError.one("the recipe has no slots: there is nothing to choose", _SLOT)
    if read.learn.form == "clusters":
        cure = "compare runs with other `learn.clusters` by their metrics: protokit compare"
        raise read.error(("learn", "task"), "clusters have no truth on validation rows to be compared by", cure)
    for word in ("stages", "freeze", "from_", "devices"):
        if getattr(read.learn, word):
            key = word.rstrip("_")
            cure = "search without it, then run the winner's recipe with it"
            raise read.error(("learn", key), f"learn.{key} is for one training: no trial would have it", cure)
    read.check_menu()
    optional("optuna", "tune")
    with access.named_by("recipe", read.reach and read.reach.beside(Path(out))):
        from protokit.search.searching import searched

        return searched(read, space, table, Path(out), resume=resume)


def with_search(recipe: Recipe, words: Mapping[str, object]) -> Recipe:
    """The recipe with other words under `search`, those that are not None.

    Raises:
        SpecError: a word cannot be.
    """
    new = {name: value for name, value in words.items() if value is not None}
    if not new:
        return recipe
    whole = {**{name: getattr(recipe.search, name) for name in recipe.search.model_fields_set}, **new}
    try:
        search = Search.model_validate(whole)
    except ValidationError as error:
        raise SpecError(faults_of(error, Search, whole)) from None
    return recipe.model_copy(update={"search": search})
