"""From a table to arrays: fitted on the training rows, and again on any later table."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from protokit.core.errors import DataError
from protokit.core.names import as_text
from protokit.core.suggest import did_you_mean
from protokit.core.values import Arrays, Features, InputSpec, Notice, Signature, Split, Step, Table, TaskName
from protokit.recipe.column_names import check_columns
from protokit.recipe.parts import By
from protokit.recipe.recipe import Recipe
from protokit.represent import columns as encoders
from protokit.represent import kinds
from protokit.represent.scaler import Scaler
from protokit.represent.split import split
from protokit.represent.target import TargetEncoder, infer_task

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

ONE_HOT = 8  # columns of up to so many levels are one-hot numbers, others are embedded


@dataclass(frozen=True)
class Encoder:
    """All that was learned of the columns and targets."""

    columns: tuple[encoders.Number | encoders.Boolean | encoders.Date | encoders.Category, ...]
    scaler: Scaler
    targets: tuple[TargetEncoder, ...]

    @property
    def signature(self) -> Signature:
        """What the network takes and gives."""
        hot, embedded = self._sorted()
        names = [name for column in self._numeric() for name in column.names]
        marked = [f"{name} missing" for name, is_marked in zip(names, self.scaler.marked, strict=True) if is_marked]
        one_hot = [f"{c.column} = {level}" for c in hot for level in c.levels]
        inputs = []
        if numbers := (*names, *marked, *one_hot):
            inputs.append(InputSpec("numbers", (len(numbers),), "float32", numbers))
        if embedded:
            levels = sum(len(column.levels) + 1 for column in embedded)
            titles = tuple(column.column for column in embedded)
            inputs.append(InputSpec("categories", (len(embedded),), "int32", titles, levels))
        return Signature(tuple(inputs), tuple(target.spec for target in self.targets))

    def features(self, frame: pd.DataFrame) -> Features:
        """The columns of a frame in plain form.

        Raises:
            DataError: a column is missing, or a cell is not what its column is.
        """
        import numpy as np

        for column in self.columns:
            if column.column not in frame.columns:
                raise DataError(
                    f"the column {column.column!r} is missing", cure=did_you_mean(column.column, frame.columns)
                )
        numeric = [column.numbers(frame[column.column]) for column in self._numeric()]
        categories = [c for c in self.columns if isinstance(c, encoders.Category)]
        codes = [column.codes(frame[column.column]) for column in categories]
        empty = np.zeros((len(frame), 0))
        return Features(
            np.concatenate([empty, *numeric], axis=1),
            np.stack(codes, axis=1) if codes else empty.astype(np.int64),
            tuple(len(column.levels) + 1 for column in categories),
        )

    def inputs(self, features: Features) -> dict[str, np.ndarray]:
        """What the network takes: `numbers` and `categories`, those that exist."""
        import numpy as np

        hot, embedded = self._sorted()
        categories = [c for c in self.columns if isinstance(c, encoders.Category)]
        codes = {c.column: features.codes[:, i] for i, c in enumerate(categories)}
        numbers = [self.scaler.transform(features.numbers)]
        for column in hot:
            numbers.append(np.eye(len(column.levels) + 1, dtype=np.float32)[codes[column.column]][:, 1:])
        found = {"numbers": np.concatenate(numbers, axis=1)}
        if not found["numbers"].shape[1]:
            del found["numbers"]
        if embedded:
            # codes of all columns share one embedding: each column has its own stretch of it
            starts = np.cumsum([0, *(len(column.levels) + 1 for column in embedded[:-1])])
            stacked = np.stack([codes[column.column] for column in embedded], axis=1) + starts
            found["categories"] = stacked.astype(np.int32)
        return found

    def arrays(self, frame: pd.DataFrame) -> Arrays:
        """Inputs, targets and plain features of a frame that has the targets."""
        features = self.features(frame)
        truth = {t.spec.name: t.truth(frame[t.spec.name]) for t in self.targets}
        targets = {t.spec.name: t.training(truth[t.spec.name]) for t in self.targets}
        return Arrays(self.inputs(features), targets, truth, features)

    def as_plain(self) -> dict[str, Any]:
        """The state as JSON values, to the bit."""
        return {
            "columns": [column.as_plain() for column in self.columns],
            "scaler": self.scaler.as_plain(),
            "targets": [target.as_plain() for target in self.targets],
        }

    @classmethod
    def from_plain(cls, plain: dict[str, Any]) -> Encoder:
        """The encoder of `as_plain`."""
        return cls(
            tuple(encoders.from_plain(column) for column in plain["columns"]),
            Scaler.from_plain(plain["scaler"]),
            tuple(TargetEncoder.from_plain(target) for target in plain["targets"]),
        )

    def _numeric(self) -> list[encoders.Number | encoders.Boolean | encoders.Date]:
        return [c for c in self.columns if not isinstance(c, encoders.Category)]

    def _sorted(self) -> tuple[list[encoders.Category], list[encoders.Category]]:
        categories = [c for c in self.columns if isinstance(c, encoders.Category)]
        hot = [c for c in categories if len(c.levels) <= ONE_HOT]
        return hot, [c for c in categories if len(c.levels) > ONE_HOT]


@dataclass(frozen=True)
class Represented:
    """The result of the second step."""

    encoder: Encoder
    split: Split
    train: Arrays
    validation: Arrays
    test: Arrays
    notices: tuple[Notice, ...]
    steps: tuple[Step, ...]
    positions: np.ndarray  # of each row in the collected table: rows without a target are gone


def represent(recipe: Recipe, table: Table) -> tuple[Represented, ...]:
    """Split the rows, fit every encoder on the training rows, and encode the three parts: for each fold anew.

    Raises:
        SpecError: the recipe names a column that is not there.
        DataError: the data does not fit the recipe.
    """
    check_columns(recipe, list(table.frame.columns))
    frame, parts, steps, notices, positions = _with_target(recipe, table)
    tasks = {name: infer_task(frame[name], recipe.learn.task) for name in recipe.represent.targets}
    first = recipe.represent.targets[0]
    classes = frame[first] if tasks[first] != "regression" else None
    splits = split(frame, parts, recipe.represent.split, classes, recipe.seed)
    common = (tuple(steps), tuple(notices), positions)
    found = tuple(_represented(recipe, frame, rows, tasks, *common) for rows in splits)
    targets = [one.encoder.signature.targets for one in found]
    if odd := next((i for i, some in enumerate(targets) if some != targets[0]), None):
        raise DataError(
            f"fold {odd + 1} has other classes in its training rows than fold 1", cure="lower represent.split.folds"
        )
    return found


def _represented(
    recipe: Recipe,
    frame: pd.DataFrame,
    rows: Split,
    tasks: dict[str, TaskName],
    steps: tuple[Step, ...],
    notices: tuple[Notice, ...],
    positions: np.ndarray,
) -> Represented:
    train = frame.iloc[rows.train]
    columns, found = _fit_columns(recipe, frame, train)
    numeric = [c.numbers(train[c.column]) for c in columns if not isinstance(c, encoders.Category)]
    import numpy as np

    scaler = Scaler.fit(np.concatenate([np.zeros((len(train), 0)), *numeric], axis=1))
    targets = tuple(TargetEncoder.fit(train[name], task) for name, task in tasks.items())
    encoder = Encoder(columns, scaler, targets)
    if not encoder.signature.inputs:
        raise DataError("no column is left to learn from", cure="name some under represent.columns")
    detail = f"{len(rows.train):,} train, {len(rows.validation):,} validation, {len(rows.test):,} test"
    weights = sample_weights(recipe, frame, rows)

    def arrays(part: np.ndarray) -> Arrays:
        made = encoder.arrays(frame.iloc[part])
        return made if weights is None else replace(made, weights=weights[part])

    return Represented(
        encoder,
        rows,
        arrays(rows.train),
        arrays(rows.validation),
        arrays(rows.test),
        (*notices, *found),
        (*steps, Step(f"split ({rows.by})", len(frame), len(frame), detail)),
        positions,
    )


def sample_weights(recipe: Recipe, frame: pd.DataFrame, rows: Split) -> np.ndarray | None:
    """The weight of each row in the loss, with a mean of 1 over the training rows.

    Shapes: (rows,) float32.

    Raises:
        SpecError: a cell is missing or below 0, or all training rows have a weight of 0.
        DataError: a cell is not a number.
    """
    import numpy as np

    name = recipe.learn.sample_weights
    if name is None:
        return None
    found = encoders.to_numbers(frame[name])
    wrong = ~(np.isfinite(found) & (found >= 0))
    if wrong.any():
        cell = frame[name].iloc[int(wrong.argmax())]
        rule = f"a weight is a number from 0, and {name!r} holds {as_text(cell)!r}"
        raise recipe.error(("learn", "sample_weights"), rule, "mend the cell, or name another column")
    mean = found[rows.train].mean()
    if mean == 0:
        raise recipe.error(("learn", "sample_weights"), f"{name!r} is 0 in every training row", "name another column")
    weights: np.ndarray = (found / mean).astype(np.float32)
    return weights


def _with_target(
    recipe: Recipe, table: Table
) -> tuple[pd.DataFrame, np.ndarray | None, list[Step], list[Notice], np.ndarray]:
    """The rows that have every target."""
    targets = list(recipe.represent.targets)
    has = table.frame[targets].notna().all(axis=1).to_numpy()
    steps, notices = [], []
    if not has.all():
        lost = int((~has).sum())
        if lost == len(has):
            raise DataError(f"the target {targets[0]!r} is missing in every row", cure="choose another target")
        steps.append(Step("rows with a target", len(has), len(has) - lost, f"{lost:,} without one dropped"))
        notices.append(Notice(f"{lost:,} rows without a target are dropped", tuple(targets)))
    parts = table.parts[has] if table.parts is not None else None
    return table.frame[has].reset_index(drop=True), parts, steps, notices, has.nonzero()[0]


def _fit_columns(recipe: Recipe, frame: pd.DataFrame, train: pd.DataFrame) -> tuple[tuple[Any, ...], list[Notice]]:
    by = recipe.represent.split.by
    used = {recipe.learn.sample_weights} | ({by.column, by.group} if isinstance(by, By) else set())
    fit: dict[str, Any] = {
        "number": encoders.Number,
        "boolean": encoders.Boolean,
        "date": encoders.Date,
        "category": encoders.Category,
    }
    found: list[Any] = []
    notices: list[Notice] = []
    for name in train.columns:
        said = recipe.represent.columns.get(name)
        if name in recipe.represent.targets or said == "ignore" or (said is None and name in used):
            continue
        column = train[name]
        marks = kinds.marks(frame[name]) if said in {None, "number", "date"} else ()
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
        if marks and said in {"number", "date"}:
            count = int(frame[name].map(as_text, na_action="ignore").isin(marks).sum())
            rule = f"{name!r}: cells that are no {said} are read as missing ({count:,}, e.g. {marks[0]!r})"
            notices.append(Notice(rule, (name,), f"or make it a category: columns: {{{name}: category}}"))
            found.append(fit[said].fit(column, marks))
            continue
        encoder = fit[said].fit(column)
        if isinstance(encoder, encoders.Category) and not encoder.levels:
            notices.append(Notice(f"{name!r} is left out: no level is in {encoders.RARE} training rows", (name,)))
            continue
        found.append(encoder)
    return tuple(found), notices
