"""From a table to arrays: fitted on the training rows, and again on any later table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from protokit.core.errors import DataError
from protokit.core.names import as_text
from protokit.core.values import Arrays, Notice, Split, Step, Table, TaskName
from protokit.recipe.column_names import check_columns
from protokit.recipe.recipe import Recipe
from protokit.represent.clustering import Unlabelled
from protokit.represent.encoder import Encoder
from protokit.represent.kinds import columns as encoders
from protokit.represent.kinds import inference as kinds
from protokit.represent.kinds import inputs
from protokit.represent.represented import Represented
from protokit.represent.scaler import Scaler
from protokit.represent.sequences import COLUMN, Folding, Steps
from protokit.represent.series.series import represent_series
from protokit.represent.split.split import as_dealt, blocks, split, with_each_outcome
from protokit.represent.target import TargetEncoder, by_target, infer_tasks, outcomes
from protokit.represent.words import By, OrderedColumn

RESERVED = (
    "numbers",
    "categories",
    "inputs",
    "output",
    "columns",
    COLUMN,
)  # what the network's inputs are named already


def represent(recipe: Recipe, table: Table, *, dealt: np.ndarray | None = None) -> tuple[Represented, ...]:
    """Split the rows, fit every encoder on the training rows, and encode the three parts: for each fold anew.

    `dealt` says which part each row is in, where that is decided already.

    Raises:
        SpecError: the recipe names a column that is not there.
        DataError: the data does not fit the recipe.
    """
    check_columns(recipe, list(table.frame.columns))
    if recipe.represent.series is not None:
        return represent_series(recipe, table)
    examples = _examples(recipe, table)
    tasks = infer_tasks(examples.frame, recipe.represent.targets, recipe.learn.task)
    first = next((name for name, task in tasks.items() if task in {"binary", "multiclass"}), None)
    classes = examples.frame[first] if first is not None else None
    if dealt is None:
        rule = recipe.represent.split
        splits = split(examples.frame, examples.parts, rule, classes, recipe.seed)
        if not isinstance(rule.by, By):
            pairs = outcomes(examples.frame, tasks)
            movable = [part for part in ("validation", "test") if not isinstance(getattr(rule, part), str)]
            splits = tuple(with_each_outcome(one, *pairs, movable) for one in splits)
    else:
        splits = (as_dealt(dealt[examples.positions], recipe.represent.split.by),)
    found = tuple(_represented(recipe, examples, rows, tasks) for rows in splits)
    targets = [one.encoder.signature.targets for one in found]
    if odd := next((i for i, some in enumerate(targets) if some != targets[0]), None):
        raise DataError(
            f"fold {odd + 1} has other classes in its training rows than fold 1", cure="lower represent.split.folds"
        )
    return found


@dataclass(frozen=True)
class _Examples:
    """The rows that are learned from, each with its place in the collected table."""

    frame: pd.DataFrame
    parts: np.ndarray | None
    positions: np.ndarray
    steps: tuple[Step, ...]
    notices: tuple[Notice, ...]
    folding: Folding | None


def _represented(recipe: Recipe, examples: _Examples, rows: Split, tasks: dict[str, TaskName]) -> Represented:
    frame = examples.frame
    train = frame.iloc[rows.train]
    columns, own, found = _fit_columns(recipe, examples, train)
    numeric = [c.numbers(train[c.column]) for c in columns if not isinstance(c, encoders.Category)]
    scaler = Scaler.fit(np.concatenate([np.zeros((len(train), 0)), *numeric], axis=1))
    targets = tuple(
        TargetEncoder.fit(train, names, task, recipe.learn.quantiles) for names, task in by_target(tasks).items()
    )
    encoder = Encoder(columns, scaler, targets, own, examples.folding)
    if not encoder.signature.inputs:
        raise _nothing_left(found)
    if recipe.learn.task == "clustering":
        unlabelled = Unlabelled.fit(encoder, train, recipe.evaluate.labels, recipe.seed)
        encoder, parts = unlabelled.encoder, unlabelled.parts(frame, rows)
    else:
        parts = _parts(recipe, encoder, frame, rows)
    detail = f"{len(rows.train):,} train, {len(rows.validation):,} validation, {len(rows.test):,} test"
    return Represented(
        encoder,
        rows,
        *parts,
        (*examples.notices, *found),
        (*examples.steps, Step(f"split ({rows.by})", len(frame), len(frame), detail)),
        examples.positions,
        frame,
    )


def _nothing_left(notices: Sequence[Notice]) -> DataError:
    """No column to learn from, and why each was left out."""
    rule = "no column is left to learn from"
    if not notices:
        return DataError(rule, cure="bring a table with more than the target, or forecast it: represent.series")
    told = [notice.rule for notice in notices[:3]] + [f"{len(notices) - 3} more"] * (len(notices) > 3)
    cure = next((notice.cure for notice in notices if notice.cure), "name some under represent.columns")
    return DataError(f"{rule}: {'; '.join(told)}", cure=cure.replace("columns: {", "represent.columns: {"))


def _parts(recipe: Recipe, encoder: Encoder, frame: pd.DataFrame, rows: Split) -> tuple[Arrays, Arrays, Arrays]:
    """The arrays of the training, validation and test rows."""
    weights = sample_weights(recipe, frame, rows)
    by = recipe.represent.split.by
    groups = blocks(frame, by.group) if isinstance(by, By) and by.group else None

    def arrays(part: np.ndarray) -> Arrays:
        made = encoder.arrays(frame.iloc[part])
        if groups is not None:
            made = replace(made, blocks=groups[part])
        return made if weights is None else replace(made, weights=weights[part])

    return arrays(rows.train), arrays(rows.validation), arrays(rows.test)


def sample_weights(recipe: Recipe, frame: pd.DataFrame, rows: Split) -> np.ndarray | None:
    """The weight of each row in the loss, with a mean of 1 over the training rows.

    Shapes: (rows,) float32.

    Raises:
        SpecError: a cell is missing or below 0, or all training rows have a weight of 0.
        DataError: a cell is not a number.
    """
    if (found := weights_of(recipe, frame)) is None:
        return None
    weights: np.ndarray = (found / mean_weight(recipe, found[rows.train])).astype(np.float32)
    return weights


def weights_of(recipe: Recipe, frame: pd.DataFrame) -> np.ndarray | None:
    """The weights as they are written. Shapes: (rows,) float64."""
    name = recipe.learn.sample_weights
    if name is None:
        return None
    found = encoders.to_numbers(frame[name])
    wrong = ~(np.isfinite(found) & (found >= 0))
    if wrong.any():
        cell = frame[name].iloc[int(wrong.argmax())]
        rule = f"a weight is a number from 0, and {name!r} holds {as_text(cell)!r}"
        raise recipe.error(("learn", "sample_weights"), rule, "mend the cell, or name another column")
    return found


def mean_weight(recipe: Recipe, weights: np.ndarray) -> float:
    """The mean of the training rows' weights."""
    if (mean := float(weights.mean())) == 0:
        rule = f"{recipe.learn.sample_weights!r} is 0 in every training row"
        raise recipe.error(("learn", "sample_weights"), rule, "name another column")
    return mean


def with_target(recipe: Recipe, frame: pd.DataFrame) -> np.ndarray:
    """Whether a row can be learned from. Shapes: (rows,) bool."""
    targets = list(recipe.represent.targets)
    # of labels in one column an empty cell means: none
    labels = recipe.learn.task == "multilabel" and len(targets) == 1
    has: np.ndarray = frame[[] if labels else targets].notna().all(axis=1).to_numpy()
    return has


def _examples(recipe: Recipe, table: Table) -> _Examples:
    """The rows that have every target, or the sequences that rows of a long table make."""
    targets = list(recipe.represent.targets)
    frame, parts = table.frame, table.parts
    positions = np.arange(len(frame))
    steps: list[Step] = []
    notices: list[Notice] = []
    folding = None
    if (spec := recipe.represent.sequence) is not None:
        by = recipe.represent.split.by
        given = by.column or by.group or by.time if isinstance(by, By) else None
        whole = (*targets, recipe.evaluate.labels, recipe.learn.sample_weights, given)
        if clash := next((name for name in whole if name in {spec.by, spec.time} and name is not None), None):
            raise recipe.error(
                ("represent", "sequence"),
                f"{clash!r} makes the sequences, and is used up by that",
                "name another column",
            )
        kept = tuple(dict.fromkeys(name for name in whole if name and name not in {spec.by, spec.time}))
        said = {name: str(recipe.represent.kind(name)) for name in recipe.represent.columns}
        folding, notices = Folding.of(frame, spec.by, spec.time, kept, said)
        rows = len(frame)
        frame, positions = folding.examples(frame)
        parts = parts[positions] if parts is not None else None
        steps.append(Step("sequences", rows, len(frame), f"one for each {spec.by}"))
    has = with_target(recipe, frame)
    if not has.all():
        lost = int((~has).sum())
        if lost == len(has):
            raise DataError(f"the target {targets[0]!r} is missing in every row", cure="choose another target")
        steps.append(Step("rows with a target", len(has), len(has) - lost, f"{lost:,} without one dropped"))
        notices.append(Notice(f"{lost:,} rows without a target are dropped", tuple(targets)))
    parts = parts[has] if parts is not None else None
    kept_rows = frame[has].set_axis(positions[has])  # so that an error can name the row of the table
    return _Examples(kept_rows, parts, positions[has], tuple(steps), tuple(notices), folding)


def _fit_columns(
    recipe: Recipe, examples: _Examples, train: pd.DataFrame
) -> tuple[tuple[Any, ...], tuple[inputs.InputEncoder, ...], list[Notice]]:
    """Encoders of plain columns, encoders of columns that are an input of their own, and what there is to say."""
    by = recipe.represent.split.by
    own_menu = recipe.learn.menu != "auto"
    used = {recipe.learn.sample_weights, recipe.evaluate.labels} | (
        {by.column, by.group} if isinstance(by, By) else set()
    )
    found: list[Any] = []
    own: list[inputs.InputEncoder] = []
    notices: list[Notice] = []
    for name in train.columns:
        said = recipe.represent.kind(name)
        if name in recipe.represent.targets or said == "ignore" or (said is None and name in used):
            continue
        column, whole = train[name], examples.frame[name]
        if name == COLUMN and examples.folding and recipe.represent.sequence:
            own.append(Steps.fit(column, examples.folding.channels, recipe.represent.sequence.length))
            continue
        marks = kinds.marks(whole) if said in {None, "number", "date"} else ()
        if said is None:
            guess = kinds.infer(encoders.unmarked(column, marks))
            if guess.kind is None:
                notices.append(kinds.notice(name, guess))
                continue
            said = guess.kind
            if guess.format in {"%m/%d/%Y", "%d/%m/%Y"}:
                order = "month/day/year" if guess.format.startswith("%m") else "day/month/year"
                notices.append(Notice(f"{name!r} is read as {order}", (name,)))
        elif column.isna().all():
            raise recipe.error(
                ("represent", "columns", name), f"{name!r} is missing in every training row", "remove it"
            )
        if said in {"text", "image"}:
            inferred = recipe.represent.kind(name) is None
            if inferred and own_menu and len(train.columns) > len(recipe.represent.targets) + 1:
                what = {"text": "free text", "image": "images"}[said]
                cure = f"columns: {{{name}: {said}}}, and from: {name} in the menu"
                notices.append(Notice(f"{name!r} is left out: {what}, which this menu does not take", (name,), cure))
                continue
            own.append(_own(recipe, name, said, column))
            continue
        if marks and said in {"number", "date"}:
            count = int(whole.map(as_text, na_action="ignore").isin(marks).sum())
            rule = f"{name!r}: cells that are no {said} are read as missing ({count:,}, e.g. {marks[0]!r})"
            notices.append(Notice(rule, (name,), f"or make it a category: columns: {{{name}: category}}"))
        encoder = _plain(said, recipe.represent.columns.get(name), column, marks)
        if isinstance(encoder, encoders.Category) and not encoder.levels:
            notices.append(Notice(f"{name!r} is left out: no level is in {encoders.RARE} training rows", (name,)))
            continue
        found.append(encoder)
    return tuple(found), tuple(own), notices


def _plain(kind: str, said: Any, column: pd.Series, marks: tuple[str, ...]) -> Any:
    if isinstance(said, OrderedColumn):
        return encoders.Ordered(str(column.name), said.ordered)
    if kind == "number":
        return encoders.Number.fit(column, marks)
    if kind == "date":
        return encoders.Date.fit(column, marks)
    return encoders.Boolean.fit(column) if kind == "boolean" else encoders.Category.fit(column)


def _own(recipe: Recipe, name: str, kind: str, column: pd.Series) -> inputs.InputEncoder:
    if name in RESERVED:
        rule = f"a {kind} column cannot be named {name!r}, as the network's own input"
        raise DataError(rule, cure=f"rename it: collect: {{clean: [{{rename: {{{name}: {name}_1}}}}]}}")
    return inputs.fit(kind, recipe.represent.columns.get(name), column, recipe.folder)
