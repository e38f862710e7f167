"""One run: collect, represent, learn, evaluate."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

from protokit.core.errors import DataError, SpecError
from protokit.core.stopwatch import Stopwatch
from protokit.core.suggest import one_of
from protokit.core.values import Finding, Predictions, Score, Signature, Table, TargetSpec
from protokit.recipe.recipe import Recipe
from protokit.recipe.vocabulary import BASELINES, DEFAULT_METRICS, METRICS, WITH_LABELS
from protokit.show.progress import Progress, progress
from protokit.workflow.folder import RunFolder
from protokit.workflow.outcome import Results
from protokit.workflow.result import Run

if TYPE_CHECKING:
    import keras

    from protokit.evaluate.verdict import Verdict
    from protokit.represent.represented import Represented


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
        AuditError: `evaluate.strict` is true, and the audit found a fatal fault in the data; nothing was trained.
        TrainingError: the loss was not finite.
    """
    recipe = as_recipe(recipe, set)
    with progress() as shown, ExitStack() as kept:
        shown.step("collecting")
        from protokit.collect.collect import collect
        from protokit.collect.large import is_large

        clock = Stopwatch()
        large = None
        if table is None and is_large(recipe):
            from protokit.workflow.large import on_disk

            large = kept.enter_context(on_disk(recipe))
        collected = large.table if large else collect(recipe, table)
        clock.lap("collect")
        folder = RunFolder.find(Path(out), recipe, collected) if resume else None
        if folder and folder.complete:
            return Run.open(folder.path)
        shown.step("representing")
        from protokit.represent.represent import represent

        folds = large.represent() if large else represent(recipe, collected)
        clock.lap("represent")
        signature = folds[0].encoder.signature
        metrics = _metrics(recipe, signature)
        baselines = {target.name: _baselines(recipe, target) for target in signature.targets}
        shown.step("auditing the data")
        from protokit.recipe.flow import origins
        from protokit.workflow.auditing import audit, stop_if_strict

        findings = audit(recipe, folds, origins(recipe.collect))
        clock.lap("audit")
        stop_if_strict(recipe, collected, folds, findings, Path(out), folder)
        from protokit.learn.train import network_of

        fitted = recipe.fitted(signature)
        network = network_of(fitted, signature)
        if folder is None:  # only now: a menu that does not fit writes nothing
            folder = RunFolder.create(Path(out), recipe, fitted, collected)
        clock.lap("build")
        return _finish(fitted, network, collected, folds, findings, metrics, baselines, folder, shown, clock)


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
    findings: Sequence[Finding],
    metrics: dict[str, tuple[str, ...]],
    baselines: dict[str, tuple[str, ...]],
    folder: RunFolder,
    shown: Progress,
    clock: Stopwatch,
) -> Run:
    from protokit.bundle.folder import save
    from protokit.bundle.intake import Intake
    from protokit.bundle.model import Model, needed
    from protokit.workflow.networks import train_all, with_clusters

    shown.step("preparing the network")
    networks = train_all(recipe, built, folds, folder, shown)
    if recipe.learn.task == "clustering":
        networks = with_clusters(recipe, networks, folds)
    clock.lap("learn")
    shown.step("evaluating")
    intake = Intake.of(recipe, needed(networks.parts))
    model = Model(recipe.network, networks.parts, recipe.learn.precision, intake)
    by_fold = [part.predictions(fold.test) for part, fold in zip(networks.parts, folds, strict=True)]
    results = _evaluate(recipe, folds, by_fold, metrics, baselines)
    clock.lap("evaluate")
    save(model, folder.path / "model")
    folder.write_results(recipe, collected, folds, findings, networks, results, clock)
    return Run.open(folder.path, model=model)


def _evaluate(
    recipe: Recipe,
    folds: Sequence[Represented],
    by_fold: Sequence[dict[str, Predictions]],
    metrics: dict[str, tuple[str, ...]],
    baselines: dict[str, tuple[str, ...]],
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
        spec = pooled[target.name].target  # of clusters it knows how many were found
        simple = {
            name: Predictions.pooled([predict(name, spec, fold.in_memory, fold.test, recipe.seed) for fold in folds])
            for name in baselines[target.name]
        }
        found, verdict = judge(pooled[target.name], simple, metrics[target.name], recipe.seed)
        scores += found
        verdicts.append(verdict)
        for own, predictions in zip(folded, by_fold, strict=True):
            for name in metrics[target.name]:
                label = f"{target.name}.{name}" if len(targets) > 1 else name
                own[label] = SCORERS[name](predictions[target.name])
    return Results(pooled, tuple(scores), tuple(verdicts), tuple(folded) if len(folds) > 1 else ())


def _baselines(recipe: Recipe, target: TargetSpec) -> tuple[str, ...]:
    """The baselines of a target: those that the recipe names, else those of its task.

    Raises:
        SpecError: one of the recipe's is not for this task.
    """
    fitting = tuple(name for name, tasks in BASELINES.items() if target.task in tasks)
    wanted = recipe.evaluate.baselines
    if odd := next((name for name in wanted or () if name not in fitting), None):
        rule = f"the baseline {odd!r} is not for {target.task}"
        raise recipe.error(("evaluate", "baselines", (wanted or ()).index(odd)), rule, one_of(fitting))
    return fitting if wanted is None else wanted


def _metrics(recipe: Recipe, signature: Signature) -> dict[str, tuple[str, ...]]:
    """The metrics of each target.

    Raises:
        SpecError: one of the recipe's is for no target of this task.
    """
    targets = signature.targets
    wanted = recipe.evaluate.metrics
    if wanted is None:
        first = WITH_LABELS if recipe.evaluate.labels is not None else ()
        return {target.name: (*first, *DEFAULT_METRICS[target.task]) for target in targets}
    tasks = {target.task for target in targets}
    if wanted[0] in {"coverage", "interval_width"}:
        rule = f"{wanted[0]} is better neither high nor low, and the first metric decides the verdict"
        raise recipe.error(("evaluate", "metrics", 0), rule, "put mean_pinball_loss before it")
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
