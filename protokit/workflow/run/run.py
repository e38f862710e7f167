"""One run: collect, represent, learn, evaluate."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from protokit.core.errors import DataError, SpecError
from protokit.core.stopwatch import Stopwatch
from protokit.core.values import Finding, Table
from protokit.recipe.recipe import Recipe
from protokit.show.progress import Progress, progress
from protokit.workflow.record.folder import RunFolder
from protokit.workflow.result import Run

if TYPE_CHECKING:
    import keras

    from protokit.represent.represented import Represented
    from protokit.workflow.run.evaluation_plan import Asked


def run(
    recipe: Recipe | str | Path | dict[str, Any],
    table: Any = None,
    *,
    out: str | Path = "runs",
    resume: bool = False,
    set: Sequence[str] = (),
    baselines: Mapping[str, Any] | None = None,
) -> Run:
    """Run a recipe: a file, a dict of the same shape, or a `Recipe`. A data frame may stand for its tables.

    `baselines` are estimators of scikit-learn by a name of your own, held against the network beside the recipe's.

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
            from protokit.workflow.run.out_of_core import on_disk

            large = kept.enter_context(on_disk(recipe))
        collected = large.table if large else collect(recipe, table)
        clock.lap("collect")
        folder = RunFolder.find(Path(out), recipe, collected, baselines) if resume else None
        if folder and folder.complete:
            return Run.open(folder.path)
        shown.step("representing")
        from protokit.represent.represent import represent

        folds = large.represent() if large else represent(recipe, collected)
        clock.lap("represent")
        signature = folds[0].encoder.signature
        from protokit.workflow.run.evaluation_plan import Asked

        asked = Asked.of(recipe, folds, baselines)
        shown.step("auditing the data")
        from protokit.collect.column_flow import origins
        from protokit.workflow.run.auditing import audit, stop_if_strict

        findings = audit(recipe, collected, folds, origins(recipe.collect))
        clock.lap("audit")
        stop_if_strict(recipe, collected, folds, findings, Path(out), folder)
        from protokit.workflow.run.networks import network_for

        fitted = recipe.fitted(signature)
        network = network_for(fitted, signature)
        if folder is None:  # only now: a menu that does not fit writes nothing
            folder = RunFolder.create(Path(out), recipe, fitted, collected, baselines)
        clock.lap("build")
        return _finish(fitted, network, collected, folds, findings, asked, folder, shown, clock)


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
    if not isinstance(recipe, str | Path):
        rule = f"a recipe is a file, a dict or a Recipe, not a {type(recipe).__name__}"
        raise SpecError.one(rule, "a data frame comes second: run(recipe, table)")
    return Recipe.read(recipe, set=set)


def _finish(
    recipe: Recipe,
    built: keras.Model,
    collected: Table,
    folds: Sequence[Represented],
    findings: Sequence[Finding],
    asked: Asked,
    folder: RunFolder,
    shown: Progress,
    clock: Stopwatch,
) -> Run:
    from protokit.bundle.folder import save
    from protokit.bundle.input_schema import Intake
    from protokit.bundle.model import Model, needed
    from protokit.workflow.run.baselines import Baselines
    from protokit.workflow.run.doctoring import doctor, initial
    from protokit.workflow.run.evaluation import evaluate, settled
    from protokit.workflow.run.importance import importance
    from protokit.workflow.run.networks import train_all, with_clusters

    shown.step("preparing the network")
    start = initial(built)
    with Baselines(recipe, folds, asked) as baselines:  # fitted beside the training where cores allow
        networks = train_all(recipe, built, folds, folder, shown)
    if recipe.learn.task == "clustering":
        networks = with_clusters(recipe, networks, folds)
    clock.lap("learn")
    doctor(recipe, networks, folds, start, folder)
    clock.lap("doctor")
    shown.step("evaluating")
    networks = settled(asked, networks, folds)
    intake = Intake.of(recipe, needed(networks.parts))
    model = Model(recipe.network, networks.parts, recipe.learn.precision, intake)
    results = evaluate(recipe, collected, folds, networks, asked, baselines)
    relied = importance(networks.parts[0], folds[0], asked.metrics, recipe.seed)
    results = replace(results, details={**results.details, "importance": relied})
    clock.lap("evaluate")
    save(model, folder.path / "model")
    folder.write_results(recipe, collected, folds, findings, networks, results, clock)
    return Run.open(folder.path, model=model)


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
