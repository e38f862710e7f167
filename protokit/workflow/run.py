"""One run: collect, represent, learn, evaluate."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from protokit.core.errors import DataError, SpecError
from protokit.core.stopwatch import Stopwatch
from protokit.core.values import Predictions, Score, Signature, Table
from protokit.recipe.recipe import Recipe
from protokit.recipe.vocabulary import DEFAULT_METRICS, METRICS
from protokit.show.progress import Progress, progress
from protokit.workflow.folder import RunFolder
from protokit.workflow.outcome import Results
from protokit.workflow.result import Run

if TYPE_CHECKING:
    import keras

    from protokit.evaluate.verdict import Verdict
    from protokit.represent.represent import Represented


def run(
    recipe: Recipe | str | Path | dict[str, Any],
    table: Any = None,
    *,
    out: str | Path = "runs",
    resume: bool = False,
    set: Sequence[str] = (),
) -> Run:
    """Run a recipe: a file, a dict of the same shape, or a `Recipe`. A data frame may stand for its tables.

    The run is kept in `out/NAME/TIME-HASH/`. With `resume`, the last run of the same recipe and data goes on
    where it stopped; if it was complete it is returned as it is.

    Raises:
        SpecError: the recipe is wrong; nothing was written.
        DataError: the data is not as the recipe says.
        TrainingError: the loss was not finite.
    """
    recipe = as_recipe(recipe, set)
    with progress() as shown:
        shown.step("collecting")
        from protokit.collect.collect import collect

        clock = Stopwatch()
        collected = collect(recipe, table)
        clock.lap("collect")
        folder = RunFolder.find(Path(out), recipe, collected) if resume else None
        if folder and folder.complete:
            return Run.open(folder.path)
        shown.step("representing")
        from protokit.represent.represent import represent

        folds = represent(recipe, collected)
        clock.lap("represent")
        metrics = _metrics(recipe, folds[0].encoder.signature)
        from protokit.learn.train import network_of

        network = network_of(recipe, folds[0].encoder.signature)
        if folder is None:  # only now: a menu that does not fit writes nothing
            folder = RunFolder.create(Path(out), recipe, collected)
        clock.lap("build")
        return _finish(recipe, network, collected, folds, metrics, folder, shown, clock)


def as_recipe(recipe: Recipe | str | Path | dict[str, Any], set: Sequence[str] = ()) -> Recipe:
    """A recipe from what a person may pass.

    Raises:
        SpecError: it is wrong.
    """
    if isinstance(recipe, Recipe):
        if set:
            raise SpecError.one("`set` is for files and dicts", "change the recipe itself")
        return recipe
    if isinstance(recipe, dict):
        return Recipe.parse(recipe, set=set)
    return Recipe.read(recipe, set=set)


def _finish(
    recipe: Recipe,
    built: keras.Model,
    collected: Table,
    folds: Sequence[Represented],
    metrics: dict[str, tuple[str, ...]],
    folder: RunFolder,
    shown: Progress,
    clock: Stopwatch,
) -> Run:
    from protokit.bundle.folder import save
    from protokit.bundle.model import Model
    from protokit.workflow.networks import train_all

    shown.step("preparing the network")
    networks = train_all(recipe, built, folds, folder, shown)
    clock.lap("learn")
    shown.step("evaluating")
    model = Model(recipe.network, networks.parts, recipe.learn.precision)
    by_fold = [
        part.predictions(fold.test.features, dict(fold.test.truth))
        for part, fold in zip(networks.parts, folds, strict=True)
    ]
    results = _evaluate(recipe, folds, by_fold, metrics)
    clock.lap("evaluate")
    save(model, folder.path / "model")
    folder.write_results(recipe, collected, folds, networks, results, clock)
    return Run.open(folder.path, model=model)


def _evaluate(
    recipe: Recipe,
    folds: Sequence[Represented],
    by_fold: Sequence[dict[str, Predictions]],
    metrics: dict[str, tuple[str, ...]],
) -> Results:
    """Score the networks and the baselines over the test rows of all folds together, and of each for itself."""
    from protokit.evaluate.baselines import predict
    from protokit.evaluate.metrics import METRICS as SCORERS
    from protokit.evaluate.verdict import judge

    scores: list[Score] = []
    verdicts: list[Verdict] = []
    pooled: dict[str, Predictions] = {}
    folded: list[dict[str, float]] = [{} for _ in folds]
    targets = folds[0].encoder.signature.targets
    for target in targets:
        pooled[target.name] = Predictions.pooled([fold[target.name] for fold in by_fold])
        baselines = {
            name: Predictions.pooled([predict(name, target, fold.train, fold.test, recipe.seed) for fold in folds])
            for name in recipe.evaluate.baselines
        }
        found, verdict = judge(pooled[target.name], baselines, metrics[target.name], recipe.seed)
        scores += found
        verdicts.append(verdict)
        for own, predictions in zip(folded, by_fold, strict=True):
            for name in metrics[target.name]:
                label = f"{target.name}.{name}" if len(targets) > 1 else name
                own[label] = SCORERS[name](predictions[target.name])
    return Results(pooled, tuple(scores), tuple(verdicts), tuple(folded) if len(folds) > 1 else ())


def _metrics(recipe: Recipe, signature: Signature) -> dict[str, tuple[str, ...]]:
    """The metrics of each target.

    Raises:
        SpecError: one of the recipe's is for no target of this task.
    """
    targets = signature.targets
    wanted = recipe.evaluate.metrics
    if wanted is None:
        return {target.name: DEFAULT_METRICS[target.task] for target in targets}
    tasks = {target.task for target in targets}
    for i, name in enumerate(wanted):
        if not tasks & {*METRICS[name]}:
            fitting = ", ".join(DEFAULT_METRICS[targets[0].task])
            raise recipe.error(("evaluate", "metrics", i), f"{name} is not for {targets[0].task}", f"such as {fitting}")
    return {
        target.name: tuple(n for n in wanted if target.task in METRICS[n]) or DEFAULT_METRICS[target.task]
        for target in targets
    }


def check(recipe: Recipe | str | Path | dict[str, Any], *, set: Sequence[str] = ()) -> Recipe:
    """Check a recipe and, where that takes no heavy library, its files and the names of their columns.

    Raises:
        SpecError: with every fault at its line.
        DataError: a file is not there.
    """
    from protokit.collect.collect import columns
    from protokit.recipe.column_names import check_columns

    checked = as_recipe(recipe, set)
    try:
        checked.network.expand()
    except SpecError as error:
        raise checked.in_menu(error) from None
    try:
        names = columns(checked)
    except DataError as error:
        place = checked.document.place(("collect", "tables"))
        where = error.place or (str(place) if place else "collect.tables")
        raise DataError(error.rule, place=where, cure=error.cure) from None
    if names is not None:
        check_columns(checked, names)
    return checked
