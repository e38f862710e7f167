"""One run: collect, represent, learn, evaluate.

Each half of the way is imported when it begins: a wrong recipe is told before pandas is loaded, wrong data before
TensorFlow is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

from protokit.core.outside import access
from protokit.recipe.recipe import Recipe
from protokit.show.progress import progress
from protokit.workflow.check import as_recipe
from protokit.workflow.result import Run


def run(
    recipe: Recipe | str | Path | Mapping[str, object],
    table: object = None,
    *,
    out: str | Path = "runs",
    resume: bool = False,
    set: Sequence[str] = (),
    baselines: Mapping[str, object] | None = None,
    cache: bool = True,
) -> Run:
    """Run a recipe: a file, a dict of the same shape, or a `Recipe`. A data frame may stand for its tables.

    `baselines` are estimators of scikit-learn by a name of your own, held against the network beside the recipe's.

    The run is kept in `out/NAME/TIME-HASH/`. With `resume`, the last run of the same recipe and data goes on
    where it stopped; if it was complete it is returned as it is.

    What is prepared of files, up to the first training step, is kept in the user's folder for caches, for the next run
    of the same recipe on files of the same content; without `cache` it is neither taken from there nor kept.

    Raises:
        SpecError: the recipe is wrong; nothing was written.
        DataError: the data is not as the recipe says.
        AuditError: `evaluate.strict` is true, and the audit found a fatal fault in the data; nothing was trained.
        TrainingError: the loss was not finite.
    """
    recipe = as_recipe(recipe, set)
    with progress() as shown, ExitStack() as opened, access.named_by("recipe"):
        shown.step("collecting")
        from protokit.workflow.run.preparation import prepare

        prepared = prepare(recipe, table, Path(out), shown, opened, resume=resume, baselines=baselines, cache=cache)
        if isinstance(prepared, Run):
            return prepared
        from protokit.workflow.run.training import train_and_evaluate

        return train_and_evaluate(prepared, shown)
