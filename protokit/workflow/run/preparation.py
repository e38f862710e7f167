"""The first half of a run, without Keras: the data collected, represented and audited, the evaluation planned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from protokit.collect.column_flow import origins
from protokit.core.memory import release_unused
from protokit.core.values.said import Finding, Notice
from protokit.core.values.tables import Table
from protokit.recipe.recipe import Recipe
from protokit.represent.encoder import Encoder
from protokit.represent.represented import Represented
from protokit.show.progress import Progress
from protokit.workflow.cache.prepared import Cache
from protokit.workflow.ignored import findings_of
from protokit.workflow.record.folder import RunFolder
from protokit.workflow.record.stopwatch import Stopwatch
from protokit.workflow.result import Run
from protokit.workflow.run.auditing import audit, stop_if_strict
from protokit.workflow.run.collecting import collected, stays_on_disk
from protokit.workflow.run.evaluation_plan import EvaluationPlan
from protokit.workflow.run.out_of_core import on_disk
from protokit.workflow.run.representing import represent


@dataclass(frozen=True)
class Prepared:
    """What training and evaluation take. `folder` is the one of a run that goes on, None for a new one in `out`.

    `baselines` are the estimators that were passed from Python.
    """

    recipe: Recipe
    table: Table
    folds: tuple[Represented, ...]
    findings: tuple[Finding, ...]
    plan: EvaluationPlan
    out: Path
    folder: RunFolder | None
    baselines: Mapping[str, object] | None
    stopwatch: Stopwatch


def prepare(
    recipe: Recipe,
    given: object,
    out: Path,
    shown: Progress,
    opened: ExitStack,
    *,
    resume: bool,
    baselines: Mapping[str, object] | None,
    cache: bool,
) -> Prepared | Run:
    """Collect, represent and audit; the run itself where `resume` finds that it is complete.

    With `cache`, what an earlier run has prepared of the same recipe and files is taken from where it is kept.
    `opened` keeps what lies on the disk, of tables larger than memory, until the run has ended.

    Raises:
        SpecError: the recipe does not fit the data.
        DataError: the data is not as the recipe says.
        AuditError: the recipe is strict, and a finding is fatal.
    """
    stopwatch = Stopwatch()
    recipe.check_menu()
    large = opened.enter_context(on_disk(recipe)) if given is None and stays_on_disk(recipe) else None
    begins = recipe.learn.from_ is not None  # what is made of the rows depends on another run
    kept = Cache.of(recipe) if cache and given is None and large is None and not begins else None
    table = large.table if large else (kept.table() if kept else None) or _collected(recipe, given, kept)
    stopwatch.lap("collect")
    folder = RunFolder.find(out, recipe, table, baselines) if resume else None
    if folder and folder.complete:
        return Run.open(folder.path)
    shown.step("representing")
    known = kept.represented(table) if kept else None
    folds = known[0] if known else large.represent() if large else represent(recipe, table)
    stopwatch.lap("represent")
    plan = EvaluationPlan.of(recipe, folds, baselines)
    shown.step("auditing the data")
    findings = known[1] if known else audit(recipe, table, folds, origins(recipe.collect))
    if folds[0].sample is not None:
        release_unused()
    stopwatch.lap("audit")
    if kept and not known:
        kept.keep_represented(folds, findings)
        stopwatch.lap("cache")
    seen, told = _of_start(recipe, folds[0])
    table = replace(table, notices=(*table.notices, *told)) if told else table
    findings = (*_ignored(recipe, folds[0]), *seen, *findings)
    stop_if_strict(recipe, table, folds, findings, out, folder)
    if resume and folder is None and (anew := RunFolder.of_other_code(out, recipe)):
        table = replace(table, notices=(*table.notices, anew))
    return Prepared(recipe, table, folds, findings, plan, out, folder, baselines, stopwatch)


def _of_start(recipe: Recipe, fold: Represented) -> tuple[Sequence[Finding], Sequence[Notice]]:
    """What is found of rows that a run had at which the recipe begins, and why it cannot be looked for."""
    if recipe.learn.from_ is None:
        return (), ()
    from protokit.workflow.warm.start import WarmStart  # with Keras, which no other recipe needs yet

    start = WarmStart.of(recipe)
    return start.looked_at(fold) if start is not None else ((), ())


def _ignored(recipe: Recipe, fold: Represented) -> tuple[Finding, ...]:
    """What is said of columns that the menu does not take."""
    signature = fold.encoder.signature
    columns: dict[str, list[str]] = {}
    if isinstance(fold.encoder, Encoder):
        for name, places in fold.encoder.places.items():
            for given, _ in places:
                columns.setdefault(given, []).append(name)
    return findings_of(recipe.fitted(signature, fold.train.rows).network, signature, columns, fold.notices)


def _collected(recipe: Recipe, given: object, kept: Cache | None) -> Table:
    table = collected(recipe, given)
    if kept:
        kept.keep_table(table)
    return table
