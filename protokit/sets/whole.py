"""An experiment on several sets from its rows to `sets.json`."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

from protokit.core.errors import AuditError
from protokit.core.files import finite, write_json, write_text
from protokit.core.names import counted
from protokit.core.values.said import Finding, Notice
from protokit.learn.parts.sets import Sequence, Shared, Stacked
from protokit.recipe.recipe import Recipe
from protokit.recipe.sets.earlier import Earlier
from protokit.recipe.sets.members import members, whole
from protokit.sets.audit.audit import across
from protokit.sets.audit.data import SetData
from protokit.sets.choosing import chosen
from protokit.sets.contents import LAST, PlainSets, is_whole
from protokit.sets.experiment import Experiment, Outcome
from protokit.sets.growing.changes import changes_of, steps_after
from protokit.sets.growing.start import earlier_of, hold_tables, new_rows, seen_in, take_own
from protokit.sets.how import How
from protokit.sets.judging import cells, steps
from protokit.sets.look.page import page_of
from protokit.sets.member import Member, prepared_members
from protokit.sets.record import SetsFolder
from protokit.sets.ways.each import train_each
from protokit.sets.ways.sequence import hold_joint, train_sequence
from protokit.sets.ways.shared import train_shared
from protokit.sets.ways.stacked import taken, train_stacked
from protokit.show.progress import Progress
from protokit.workflow.run.auditing import audit_data
from protokit.workflow.run.collecting import collected
from protokit.workflow.warm.rows import SEEN

_TRAINED: Mapping[type, Any] = {Stacked: train_stacked, Shared: train_shared, Sequence: train_sequence}


def experiment_on(recipe: Recipe, table: object, out: Path, shown: Progress, opened: ExitStack, how: How) -> Path:
    """Train each set alone and by the ways of the recipe, and write what came of it. See `run_sets`.

    Returns:
        The experiment's folder.
    """
    earlier = earlier_of(recipe, out, resume=how.resume)
    recipes, given, left = _sets_of(recipe, table, earlier)
    hold_tables(recipe, recipes, given)
    found = prepared_members(recipes, given, out, shown, opened, cache=how.cache)
    whole_recipe = recipe if earlier is None else earlier.completed(recipe)
    ways, notices = chosen(whole_recipe, found, earlier)
    shown.step("auditing across the sets")
    findings = _audited(found, earlier)
    hold_joint(Experiment(whole_recipe, found, out, "", shown), ways)
    folder = SetsFolder.of(out, recipe, found, resume=how.resume, earlier=earlier)
    if how.resume and is_whole(folder.path):
        return folder.path
    new = new_rows(earlier, found)
    beside = (how.resume, how.workers, how.cache, earlier, new)
    experiment = Experiment(whole_recipe, found, folder.path, folder.key, shown, *beside)
    for member in found:
        member.kept_in(experiment.of("each"))
    notices += take_own(experiment)
    outcomes: list[Outcome] = [train_each(experiment)]
    for way in ways:
        outcomes.append(_TRAINED[type(way)](experiment, way))
    shown.step("comparing")
    changes, of_changes = changes_of(experiment, outcomes)
    told = [*left, *notices, *of_changes, *(notice for outcome in outcomes for notice in outcome.notices)]
    results: PlainSets = {
        "name": recipe.name,
        "sets": [member.name for member in found],
        "ways": [outcome.way for outcome in outcomes],
        "rows": {member.name: _rows(member) for member in found},
        "cells": cells(found, outcomes, str(folder.path)),
        "steps": steps_after(earlier, next((steps(found, one.steps) for one in outcomes if one.steps), None)),
        "shared": {one.way: list(one.shared) for one in outcomes if one.shared},
        "own": {one.way: list(one.own) for one in outcomes if one.shared},
        "notices": [dict(notice.as_plain()) for notice in told],
        "findings": [dict(finding.as_plain()) for finding in findings],
        "stacked": next((taken(one) for one in outcomes if one.intakes), None),
    }
    if earlier is not None:
        results["earlier"] = {"path": str(earlier.path), "sets": list(earlier.sets), "new_rows": new}
        results["changes"] = changes
    write_text(folder.path / "report.html", page_of(results, folder.path).html())
    write_json(folder.path / LAST, finite(results))
    for snapshot in folder.path.glob("*/snapshot*.safetensors"):
        snapshot.unlink()
    return folder.path


def _sets_of(
    recipe: Recipe, table: object, earlier: Earlier | None
) -> tuple[dict[str, Recipe], Mapping[str, object], list[Notice]]:
    """The recipe of each set, what was passed for its tables, and which rows are of none."""
    if not recipe.sets.by:
        return members(recipe, earlier=earlier), table if isinstance(table, Mapping) else {}, []
    every = whole(recipe if earlier is None else earlier.completed(recipe))
    frame = collected(every, table).frame
    if recipe.sets.by not in frame.columns:
        rule = f"there is no column {recipe.sets.by!r}"
        raise recipe.error(("sets", "by"), rule, f"one of: {', '.join(map(str, frame.columns[:12]))}")
    recipes = members(recipe, sorted(frame[recipe.sets.by].dropna().unique().tolist(), key=str), earlier)
    given = {} if table is None else dict.fromkeys(recipes, table)
    if not (missing := int(frame[recipe.sets.by].isna().sum())):
        return recipes, given, []
    rule = f"{counted(missing, 'row')} without a cell in {recipe.sets.by!r} are in no set"
    cure = f"write collect: {{clean: [{{fill: {{{recipe.sets.by}: none}}}}]}} for a set of them"
    return recipes, given, [Notice(rule, (recipe.sets.by,), cure)]


def _audited(found: list[Member], earlier: Earlier | None) -> list[Finding]:
    """What the audit finds across the sets, the gravest first; series are not looked at.

    Raises:
        AuditError: a recipe is strict, and a finding is fatal.
    """
    looked = [member for member in found if member.recipe.represent.series is None and member.fold.sample is None]
    data = [
        SetData.of(member.name, audit_data(member.recipe, member.prepared.table, member.prepared.folds))
        for member in looked
    ]
    findings = across(data) if len(data) > 1 else []
    findings += seen_in(earlier, data, findings)
    findings += [_named(member.name, one) for member in found for one in member.prepared.findings if one.check == SEEN]
    strict = any(member.recipe.evaluate.strict for member in found)
    if strict and any(finding.severity == "fatal" for finding in findings):
        raise AuditError(findings)
    return findings


def _named(name: str, finding: Finding) -> Finding:
    """A finding of one set with the set's name."""
    return replace(finding, rule=f"set {name!r}: {finding.rule}", evidence={"set": name, **finding.evidence})


def _rows(member: Member) -> dict[str, int]:
    fold = member.fold
    return {"train": fold.train.rows, "validation": fold.validation.rows, "test": fold.test.rows}
