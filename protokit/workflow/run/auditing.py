"""Hands the data to the audit before anything is trained, and stops a strict run on what is fatal."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from protokit.cells.times.columns import is_date, may_be_dates
from protokit.cells.times.durations import is_duration, seconds
from protokit.core.errors import AuditError, DataError
from protokit.core.values.arrays import Arrays
from protokit.core.values.said import Finding
from protokit.core.values.signature import TargetSpec
from protokit.core.values.tables import Table
from protokit.evaluate.audit.audit import audit as find
from protokit.evaluate.audit.audit import audit_series
from protokit.evaluate.audit.data import AuditData
from protokit.learn.planning import of_each_class, weights_of
from protokit.recipe.recipe import Recipe
from protokit.represent.encoder import Encoder
from protokit.represent.encoders.cells import texts_of
from protokit.represent.kind import audited_as
from protokit.represent.kinds.date import Date
from protokit.represent.represented import Represented
from protokit.represent.words import By
from protokit.workflow.cures.fitting import fitting_findings
from protokit.workflow.record.folder import RunFolder
from protokit.workflow.run.audited.series import series_data
from protokit.workflow.run.audited.steps import steps_of

_MOST_SIDES = 10  # parts of a vector, to each of which all columns are held


def audit(
    recipe: Recipe, table: Table, folds: Sequence[Represented], derived: Mapping[str, Sequence[str]] | None = None
) -> tuple[Finding, ...]:
    """What the audit finds in the data of a run, the gravest first.

    `derived` maps a target to the columns that it was made of.
    """
    if recipe.represent.series is not None:
        return fitting_findings(audit_series(series_data(recipe, table, folds, derived or {})), recipe)
    data = audit_data(recipe, table, folds, derived)
    found = find(data, steps_of(recipe, folds[0], data))
    if len(data.sides) > _MOST_SIDES:
        name = folds[0].encoder.signature.targets[0].name
        rule = f"of {len(data.sides):,} parts of {name!r} the first {_MOST_SIDES} were looked at"
        found = (*found, Finding("leaks", "note", (), rule))
    return fitting_findings(found, recipe)


def audit_data(
    recipe: Recipe, table: Table, folds: Sequence[Represented], derived: Mapping[str, Sequence[str]] | None = None
) -> AuditData:
    """What the audit looks at of a run whose rows are no series. `derived` as for `audit`."""
    first = folds[0]
    frame = first.frame.reset_index(drop=True)
    kinds = {name: audited_as(kind) for name, kind in first.encoder.kinds.items()}
    by = recipe.represent.split.by
    given = by if isinstance(by, By) else By()
    apart = {*recipe.represent.targets, recipe.learn.sample_weights, given.column}
    used = {*kinds, *first.encoder.needed, *apart}
    left_out = tuple(name for name in frame.columns if name not in used)
    specs = first.encoder.signature.targets
    known = [spec for spec in specs if spec.of_task.audited]
    told = [spec for spec in specs if spec.of_task.audited or spec.of_task.sided]
    whole = {spec.name: _truth(first, spec.name, len(frame)) for spec in told}
    sides = [one for spec in told for one in spec.of_task.sides(spec, whole[spec.name])]
    weights = {s.name: each for s in known if (each := _weights(recipe, first, s, len(frame))) is not None}
    if first.in_memory.weights is not None:
        each_row = _whole(first, lambda arrays: np.asarray(arrays.weights), len(frame), np.dtype(float))
        weights |= {spec.name: each_row for spec, _ in sides}
    return AuditData(
        frame=_dated(frame, first, left_out),
        splits=tuple(fold.split for fold in folds),
        targets=(*known, *(spec for spec, _ in sides[:_MOST_SIDES])),
        truth={**{spec.name: whole[spec.name] for spec in known}, **{spec.name: truth for spec, truth in sides}},
        kinds=kinds,
        left_out=left_out,
        given=bool(given.column) or isinstance(recipe.represent.split.test, str),
        group=given.group,
        time=given.time,
        derived={name: tuple(columns) for name, columns in (derived or {}).items()},
        seed=recipe.seed,
        weights=weights,
        sides=frozenset(spec.name for spec, _ in sides),
        further=tuple(
            name for name in recipe.represent.targets if name in frame and name not in {s.name for s in known}
        ),
    )


def stop_if_strict(
    recipe: Recipe,
    table: Table,
    folds: Sequence[Represented],
    findings: Sequence[Finding],
    out: Path,
    folder: RunFolder | None,
) -> None:
    """Stop a strict run on fatal findings; its folder keeps the recipe and `audit.json`.

    Raises:
        AuditError: the recipe is strict and a finding is fatal.
    """
    if recipe.evaluate.strict and any(finding.severity == "fatal" for finding in findings):
        folder = folder or RunFolder.create(out, recipe, recipe.fitted(folds[0].encoder.signature), table)
        folder.write_audit(recipe, table, folds, findings)
        raise AuditError(findings, place=str(folder.path / "audit.json"))


def _truth(fold: Represented, name: str, rows: int) -> np.ndarray:
    """The target of each row, put together from the three parts."""
    return _whole(fold, lambda arrays: arrays.truth[name], rows, fold.in_memory.truth[name].dtype)


def _whole(fold: Represented, of: Callable[[Arrays], np.ndarray], rows: int, dtype: np.dtype[Any]) -> np.ndarray:
    """What there is of each row, put together from the three parts; 0 of rows that are in none."""
    parts = ((fold.split.train, fold.in_memory), (fold.split.validation, fold.validation), (fold.split.test, fold.test))
    whole = np.zeros((rows, *np.asarray(of(fold.in_memory)).shape[1:]), dtype)
    for positions, arrays in parts:
        whole[positions] = of(arrays)
    return whole


def _weights(recipe: Recipe, fold: Represented, spec: TargetSpec, rows: int) -> np.ndarray | None:
    """How much each row counts for a target, by its own weight and by that of its class; None where all do alike."""
    given = weights_of(recipe.learn.class_weights, spec) if spec.has_classes else None
    own = fold.in_memory.weights is not None
    if given is None and not own:
        return None
    each = of_each_class(given, spec, np.asarray(fold.in_memory.truth[spec.name])) if given is not None else None

    def of(arrays: Arrays) -> np.ndarray:
        by = np.ones(len(arrays.truth[spec.name])) if arrays.weights is None else np.asarray(arrays.weights, float)
        return by if each is None else by * each[np.asarray(arrays.truth[spec.name])]

    return _whole(fold, of, rows, np.dtype(float))


def _dated(frame: pd.DataFrame, fold: Represented, left_out: Sequence[str]) -> pd.DataFrame:
    """The frame with each column as its kind has it audited, and as dates those that are left out."""
    encoder, found = fold.encoder, dict[str, pd.Series]()
    for column in (*encoder.columns, *encoder.own) if isinstance(encoder, Encoder) else ():
        cells = frame.get(column.column)
        if cells is not None and (seen := column.audited(cells)) is not cells:
            found[column.column] = seen
    for name in left_out:
        if (dates := _as_dates(frame[name])) is not None:
            found[name] = dates
    found |= {n: pd.Series(seconds(frame[n])[0], frame.index) for n in frame.columns if is_duration(frame[n])}
    dated = frame.copy(deep=False)
    for name, dates in found.items():
        dated[name] = dates
    return dated


def _as_dates(column: pd.Series) -> pd.Series | None:
    if is_date(column):
        return Date.fit(column).dates(column)
    few = column.dropna().head(50)
    if column.dtype.kind in "biuf" or few.empty or not may_be_dates(texts_of(few)):
        return None
    try:
        return Date.fit(column).dates(column)
    except DataError:
        return None
