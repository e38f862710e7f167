"""Tries the cures that a run has shown: each is trained on its training rows and scored on its validation rows."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from protokit.core.errors import DataError, ProtokitError, SpecError
from protokit.core.outside import access
from protokit.core.outside.reach import Allow
from protokit.core.values.tables import Table
from protokit.recipe.recipe import Recipe
from protokit.represent.represented import Represented
from protokit.show.progress import Progress, progress
from protokit.workflow.check import hold_backend
from protokit.workflow.cures.shown import OTHER_ROWS, Cure, cures_of
from protokit.workflow.cures.trial import OutOfTime, Rows, gains, outcome, trained
from protokit.workflow.cures.tried import Tried
from protokit.workflow.record.contents import Environment, PlainTrial
from protokit.workflow.result import Run
from protokit.workflow.run.collecting import collected, stays_on_disk
from protokit.workflow.run.networks import network_for
from protokit.workflow.run.out_of_core import on_disk
from protokit.workflow.run.representing import represent, setting_of

SECONDS = 300.0  # of all trainings together, where a person says nothing


def try_cures(run: Run | str | Path, table: object = None, *, seconds: float = SECONDS, allow: Allow = ()) -> Tried:
    """Try each cure that the audit and the doctor have shown of a run, alone, and say what it changes.

    The network is trained with the run's seeds on its training rows and scored on its validation rows, as the run's own
    network is; the test rows are not looked at. Of folds the first is taken. `table` is what was passed to the run.
    `seconds` limit the trainings, all together: a cure that is expected to take longer than is left is not begun, and
    one that does is stopped. What comes of each is written to `cures.json` in the run's folder at once, so that the
    next call goes on with the rest.

    The recipe in the run's folder may read below that folder and the current one; `allow` is what it may open beside,
    as for `run`.

    >>> protokit.try_cures(run, birds, seconds=60).folds
    1

    Raises:
        SpecError: the run is of clusters, or the time is not more than 0.
        DataError: it is not a run, or its data is not what it was.
    """
    if not seconds > 0:
        raise SpecError.one(f"the trainings take more than {seconds:g} seconds", "leave seconds out for 300")
    run = run if isinstance(run, Run) else Run.open(run)
    known = Tried.read(run.path)
    results = run.results
    grave = [one for one in results["findings"] if one["severity"] != "note"]
    edits = any(one.get("edit") for one in (*results["diagnosis"]["diagnoses"], *grave))
    if not edits and not any(one.get("advised") for one in results["notices"]):
        return Tried(run.path, ())
    recipe, environment = _recipe(run, allow)
    hold_backend(recipe, "a trial of a cure")
    if recipe.learn.form == "clusters":
        raise SpecError.one("cures are scored on validation rows, and clusters have no truth there", "compare two runs")
    reach = recipe.reach and recipe.reach.beside(run.path)
    with progress() as shown, ExitStack() as opened, access.named_by("recipe", reach):
        shown.step("collecting")
        rows = _rows(recipe, environment, table, opened, shown)
        signature = rows.fold.encoder.signature
        cures = cures_of(
            results, recipe, rows.fitted, lambda changed: network_for(changed.fitted(signature), signature)
        )
        trying = _Trying(run, rows, table, known, time.monotonic() + seconds, shown)
        return trying.every(cures)


class _Trying:
    """The cures of one run, one after the other, until the time is up."""

    def __init__(self, run: Run, rows: Rows, table: object, known: Tried, until: float, shown: Progress) -> None:
        self._run, self._rows, self._table, self._until, self._shown = run, rows, table, until, shown
        self._kept = {one["key"]: one for one in known.trials if one["outcome"] != "no time"}
        networks = run.results["metrics"]["networks"]
        self._folds = len({one["fold"] for one in networks})
        self._epochs = max(one["epochs"] for one in networks)
        self._metrics: dict[str, list[str]] = {v["target"]: [v["metric"]] for v in run.results["metrics"]["verdicts"]}
        for score in run.results["metrics"]["scores"]:
            own = self._metrics.setdefault(score["target"], [])
            own += [score["metric"]] if score["metric"] not in own else []

    def every(self, cures: Sequence[Cure]) -> Tried:
        """What came of each; written once each is done."""
        tried = Tried(self._run.path, (), self._folds)
        for cure in cures:
            tried = replace(tried, trials=(*tried.trials, self._kept.get(cure.key) or self._of(cure)))
            tried.write()
        return tried

    def _of(self, cure: Cure) -> PlainTrial:
        if cure.recipe is None:
            return _trial(cure, "not tried", cure.why)
        left, wanted = self._until - time.monotonic(), self._expected(cure.recipe)
        if left <= 0 or wanted > left:
            rule = f"it takes about {max(1, round(wanted)):,} s, and {max(0, round(left)):,} s are left"
            return _trial(cure, "no time", rule)
        self._shown.step(f"trying the cure of {cure.checks[0].replace('_', ' ')}")
        started = time.monotonic()
        try:
            rows = self._changed(cure.recipe)
            if not self._rows.same_rows(rows.fold):
                return _trial(cure, "not tried", OTHER_ROWS)
            before = self._rows.said_by(self._run.model.parts[0])
            after = rows.said_by(trained(rows, self._until, self._shown))
            found = gains(before, after, self._metrics, self._rows.recipe.seed, rows.scored)
        except OutOfTime:
            return _trial(cure, "no time", "its training did not end in the time that was left")
        except ProtokitError as error:
            return _trial(cure, "failed", error.rule)
        return {**_trial(cure, outcome(found), ""), "scores": found, "seconds": round(time.monotonic() - started, 1)}

    def _changed(self, recipe: Recipe) -> Rows:
        """The rows as the recipe with a cure represents them."""
        own = self._rows.recipe
        if recipe.represent == own.represent and setting_of(recipe) == setting_of(own):
            return Rows(recipe, self._rows.fold)
        if self._rows.fold.sample is not None:
            raise DataError("the table lies on the disk, and is represented once")
        return Rows(recipe, represent(recipe, collected(recipe, self._table))[0].without_test())

    def _expected(self, recipe: Recipe) -> float:
        """The seconds that a training may take: those of the run's, for as many more epochs as the cure asks for."""
        try:
            seconds = json.loads((self._run.path / "steps.json").read_text(encoding="utf-8"))["seconds"]
        except (OSError, ValueError, KeyError):
            return 0.0
        own = (float(seconds.get("learn", 0.0)) + float(seconds.get("compile", 0.0))) / max(1, self._folds)
        asked = recipe.learn.epochs
        longer = asked is not None and asked != self._rows.recipe.learn.epochs
        return own * max(1.0, (asked or 0) / max(1, self._epochs)) if longer else own


def _trial(cure: Cure, came: str, why: str) -> PlainTrial:
    return {
        "checks": list(cure.checks),
        "edit": cure.edit,
        "outcome": came,  # type: ignore[typeddict-item]
        "scores": [],
        "seconds": 0.0,
        "why": why,
        "key": cure.key,
    }


def _recipe(run: Run, allow: Allow) -> tuple[Recipe, Environment]:
    """The recipe of a run, its paths from where they started then."""
    environment: Environment = json.loads((run.path / "environment.json").read_text(encoding="utf-8"))
    folder = run.path / environment["folder"] if "folder" in environment else Path.cwd()
    return Recipe.read(run.path / "recipe.yaml", allow=allow).at(folder.resolve()), environment


def _rows(recipe: Recipe, environment: Environment, table: object, opened: ExitStack, shown: Progress) -> Rows:
    """The rows of the run, those of the test left out.

    Raises:
        DataError: the data is not what it was.
    """
    if table is None and not recipe.collect.tables:
        rule = "the run was of a table of Python's own"
        raise DataError(rule, cure="protokit.try_cures(RUN, table), with the same table")
    large = opened.enter_context(on_disk(recipe)) if table is None and stays_on_disk(recipe) else None
    found: Table = large.table if large else collected(recipe, table)
    if sorted(found.origin.values()) != sorted(environment.get("inputs", {}).values()):
        rule = "the data is not what the run was made of"
        raise DataError(rule, cure="run its recipe again, and try the cures of that run")
    shown.step("representing")
    folds: Sequence[Represented] = large.represent() if large else represent(recipe, found)
    return Rows(recipe, folds[0].without_test())
