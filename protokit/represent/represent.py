"""From a table to arrays: fitted on the training rows, and again on any later table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from protokit.core.errors import DataError, SpecError
from protokit.core.plugins import guarded
from protokit.core.values.arrays import Arrays
from protokit.core.values.said import Notice, Step
from protokit.core.values.signature import form_written, task_of
from protokit.core.values.tables import Split, Table
from protokit.represent.clustering.unlabelled import Unlabelled, told_of_labels
from protokit.represent.column.kept import kept
from protokit.represent.columns import fit_columns
from protokit.represent.encoder import Encoder
from protokit.represent.encoders.scaling.knots import aligned, counts, knots_of
from protokit.represent.encoders.scaling.scaler import Scaler
from protokit.represent.encoders.times import asked, notices
from protokit.represent.examples import Examples, examples_of, keyed, sample_weights, told_of_weights
from protokit.represent.kind import NumberColumn
from protokit.represent.kinds.number import NumberOptions
from protokit.represent.represented import Represented, Setting
from protokit.represent.series.series import represent_series
from protokit.represent.sides.encoder import PairEncoder
from protokit.represent.sides.fitting import for_fitting, sides_of, told_of_sides
from protokit.represent.split_way import SplitTable
from protokit.represent.splitting import (
    as_dealt,
    split,
    told_of_known,
    told_of_share,
    way_of,
    with_each_class,
)
from protokit.represent.target import TargetEncoder, by_target, classes_of_rows, infer_tasks
from protokit.represent.targets.asked import found_separator, hold_no_lists, with_vector, written_order
from protokit.represent.targets.coding import Encoded
from protokit.represent.targets.counted import told_of_counts
from protokit.represent.targets.identities import told_of_identities
from protokit.represent.targets.positive import with_positive
from protokit.represent.targets.words import INPUTS
from protokit.represent.words import Represent

RECONSTRUCTION = "reconstruction"  # the task of the inputs as the target


def represent(
    spec: Represent, table: Table, setting: Setting, *, dealt: np.ndarray | None = None
) -> tuple[Represented, ...]:
    """Split the rows, fit every encoder on the training rows, and encode the three parts: for each fold anew.

    `dealt` says which part each row is in, where that is decided already; of series, whether there are test rows.

    Raises:
        SpecError: what the recipe says of a column cannot be; its path starts at the recipe.
        DataError: the data does not fit the recipe.
    """
    spec = _with_ignored(spec, list(map(str, table.frame.columns)))
    if spec.series is not None:
        return represent_series(spec, table, tested=dealt is None or "test" in dealt)
    if spec.gives_back:
        setting = replace(setting, task=RECONSTRUCTION)
        if INPUTS in table.frame.columns:
            rule = f"the table has a column {INPUTS!r}, which may be the target or not"
            cure = f"write target: [{INPUTS}] for the column, or rename it to learn all inputs"
            raise SpecError.one(rule, cure, ("represent", "target"))
    setting, of_task = with_vector(spec, table.frame, setting)
    hold_no_lists(spec, table.frame, setting.task)
    examples = examples_of(spec, table, setting)
    tasks = infer_tasks(examples.frame, spec.targets, setting.task, examples.measured, setting.derived)
    separator, told = found_separator(spec, examples.frame, tasks)
    if setting.task is None:
        numbers = [examples.frame[name] for name, task in tasks.items() if task_of(task).form == "number"]
        told = (*told, *filter(None, map(told_of_counts, numbers)))
    examples = replace(examples, notices=(*examples.notices, *of_task, *told))
    if dealt is None:
        known = None if setting.known is None else setting.known.parts(examples.frame)
        splits = _splits(spec, examples, tasks, separator, setting.seed, known)
        if setting.known is not None and known is not None:
            told_of = told_of_known(setting.known.run, known, splits[0])
            examples = replace(examples, notices=(*examples.notices, *told_of))
    else:
        splits = (as_dealt(dealt[examples.positions], spec.split),)
    found = _with_like_knots([_represented(spec, examples, rows, tasks, separator, setting) for rows in splits])
    used = {name for one in found for name in (*one.encoder.kinds, *one.encoder.needed)}
    apart = (setting.event, setting.sample_weights, setting.labels, spec.split.way_column)
    used.update(name for name in (*spec.targets, *apart) if name)
    source = keyed(examples, table.frame, [name for name in table.frame.columns if name not in used])
    found = with_positive(spec, [replace(one, source=source) for one in found])
    of_weights = (_of_weights(one, setting.sample_weights) for one in found)
    found = (replace(found[0], notices=(*found[0].notices, *next(filter(None, of_weights), ()))), *found[1:])
    # each fold may have other times: scores are brought to those of the first
    targets = [[replace(spec, width=0) for spec in one.encoder.signature.targets] for one in found]
    if odd := next((i for i, some in enumerate(targets) if some != targets[0]), None):
        raise DataError(
            f"fold {odd + 1} has other classes in its training rows than fold 1", cure="lower represent.split.folds"
        )
    return found


def _with_ignored(spec: Represent, names: Sequence[str]) -> Represent:
    """The same, with the keys of records ignored whose column was to be: it is not there any more."""
    gone = tuple(f"{name}." for name, said in spec.columns.items() if said == "ignore" and name not in names)
    keys = {name: "ignore" for name in names if gone and name.startswith(gone)}
    return spec.model_copy(update={"columns": {**keys, **spec.columns}}) if keys else spec


def _splits(
    spec: Represent,
    examples: Examples,
    tasks: Mapping[str, str],
    separator: str | None,
    seed: int,
    known: np.ndarray | None,
) -> tuple[Split, ...]:
    """The parts of the rows: once, or once for each fold."""
    first = next((name for name, task in tasks.items() if task_of(task).form == "classes"), None)
    classes = examples.frame[first] if first is not None else None
    dates = asked(spec, spec.split.way_column)
    splits = split(examples.frame, examples.parts, spec.split, classes, seed, dates, known)
    way = way_of(spec.split)
    if way is not None and not way.any_row_anywhere:
        return splits
    pairs = classes_of_rows(examples.frame, tasks, separator)
    movable = [part for part in ("validation", "test") if not isinstance(getattr(spec.split, part), str)]
    return tuple(with_each_class(one, *pairs, movable) for one in splits)


def _represented(
    spec: Represent,
    examples: Examples,
    rows: Split,
    tasks: Mapping[str, str],
    separator: str | None,
    setting: Setting,
) -> Represented:
    frame = examples.frame
    train, sides = frame.iloc[rows.train], sides_of(spec)
    said, whole, fitted = (spec, examples, train) if sides is None else for_fitting(sides, spec, examples, train)
    columns = fit_columns(said, whole, fitted, setting)
    numeric = [c for c in columns.table if isinstance(c, NumberColumn)]
    numbers = np.concatenate([np.zeros((len(fitted), 0)), *(_numbers(c, fitted[c.column]) for c in numeric)], axis=1)
    options = [said.options(c.column) for c in numeric]
    as_is = [isinstance(one, NumberOptions) and one.as_is for one in options]
    scaler = Scaler.fit(numbers, [one for one, c in zip(as_is, numeric, strict=True) for _ in c.names])
    targets = tuple(
        _named(
            spec,
            TargetEncoder.fit(
                train,
                names,
                task,
                setting.quantiles,
                separator,
                written_order(spec, names[0]),
                columns.own,
                options=spec.options(names[0]),
            ),
        )
        for names, task in by_target(tasks, setting.event).items()
    )
    many = [one.knots if isinstance(one, NumberOptions) else None for one in options]
    wanted = counts(len(fitted), [n for n, c in zip(many, numeric, strict=True) for _ in c.names])
    knots = knots_of(scaler, numbers, wanted)
    encoder = Encoder(tuple(columns.table), scaler, targets, tuple(columns.own), examples.grouping, knots)
    of_kept: list[Notice] = []
    if sides is None:
        encoder = replace(encoder, named=_named_inputs(spec, encoder))
    else:
        encoder, of_kept = PairEncoder(**vars(encoder), sides=sides), told_of_sides(sides, frame, rows.train, rows.test)
    if setting.kept is not None:
        encoder, of_kept = kept(setting.kept, encoder, setting.folder)
    if not encoder.signature.inputs:
        raise _nothing_left(columns.notices)
    if spec.gives_back:
        encoded = Encoded((*encoder.columns, *encoder.own), *encoder.encode(train))
        encoder = replace(
            encoder, targets=(TargetEncoder.fit(train, (RECONSTRUCTION,), RECONSTRUCTION, given=encoded),)
        )
    of_labels = told_of_identities(tasks, frame, rows)
    if form_written(setting.task) == "clusters":
        of_labels = told_of_labels(setting.labels, frame, rows)
        unlabelled = Unlabelled.fit(encoder, train, setting.labels, setting.seed)
        encoder, parts = unlabelled.encoder, unlabelled.parts(frame, rows)
    else:
        parts = _parts(spec, encoder, frame, rows, setting.sample_weights)
    detail = f"{len(rows.train):,} train, {len(rows.validation):,} validation, {len(rows.test):,} test"
    return Represented(
        encoder,
        rows,
        *parts,
        tuple(dict.fromkeys((*examples.notices, *_of_split(spec, frame), *of_labels, *of_kept, *columns.notices))),
        (*examples.steps, Step(f"split ({rows.by})", len(frame), len(frame), detail)),
        examples.positions,
        frame,
        examples.source,
    )


def _named_inputs(spec: Represent, encoder: Encoder) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The inputs that the recipe names.

    Raises:
        DataError: one has a column that is not learned from.
    """
    known = {one.name for one in encoder.signature.inputs}
    for name, columns in spec.inputs.items():
        if name in known:
            rule = f"the input {name!r} has the name of a column that is an input by itself"
            raise DataError(rule, cure="give it another name", path=("represent", "inputs", name))
        if odd := next((column for column in columns if column not in encoder.places), None):
            rule = f"the input {name!r} takes {odd!r}, which is not learned from"
            raise DataError(rule, cure=f"remove {odd!r} from it", path=("represent", "inputs", name))
    return tuple(spec.inputs.items())


def _named(spec: Represent, target: TargetEncoder) -> TargetEncoder:
    """The same under the name that several columns have together, where one is written."""
    if not isinstance(spec.target, dict):
        return target
    return replace(target, spec=replace(target.spec, name=next(iter(spec.target))))


def _with_like_knots(folds: Sequence[Represented]) -> tuple[Represented, ...]:
    """The folds with knots of the same columns, as many at most in each: their networks are then of one shape."""
    encoders = [fold.encoder for fold in folds]
    assert all(isinstance(encoder, Encoder) for encoder in encoders)
    knots = aligned([encoder.knots for encoder in encoders if isinstance(encoder, Encoder)])
    found = zip(folds, encoders, knots, strict=True)
    return tuple(replace(fold, encoder=replace(one, knots=k)) for fold, one, k in found if isinstance(one, Encoder))


def _of_split(spec: Represent, frame: pd.DataFrame) -> list[Notice]:
    """How the times that rows are split by are read, and that a share does not count where a column says the part."""
    way = way_of(spec.split)
    column = spec.split.way_column
    if way is None or column is None or way.name != "time":
        return told_of_share(frame, spec.split)
    return notices(frame, column, asked(spec, column))


def _numbers(column: NumberColumn, cells: pd.Series) -> np.ndarray:
    """The numbers of a column of training rows, as many as it has names for.

    Raises:
        ProtokitError: a kind of another package fails, or gives others.
    """
    with guarded("the column kind", column):
        found = column.numbers(cells)
        if found.shape != (wanted := (len(cells), len(column.names))):
            raise ValueError(f"`numbers` gives the shape {found.shape}, and its rows and `names` make {wanted}")
        return found


def _nothing_left(notices: Sequence[Notice]) -> DataError:
    """No column to learn from, and why each was left out."""
    rule = "no column is left to learn from"
    if not notices:
        return DataError(rule, cure="bring a table with more than the target, or forecast it: represent.series")
    told = [notice.rule for notice in notices[:3]] + [f"{len(notices) - 3} more"] * (len(notices) > 3)
    cure = next((notice.cure for notice in notices if notice.cure), "name some under represent.columns")
    return DataError(f"{rule}: {'; '.join(told)}", cure=cure.replace("columns: {", "represent.columns: {"))


def _parts(
    spec: Represent, encoder: Encoder, frame: pd.DataFrame, rows: Split, weighed_by: str | None
) -> tuple[Arrays, Arrays, Arrays]:
    """The arrays of the training, validation and test rows."""
    weights = sample_weights(weighed_by, frame, rows)
    way = way_of(spec.split)
    blocks = way.blocks(SplitTable(frame, spec.split.way_column)) if way is not None else None

    def arrays(part: np.ndarray) -> Arrays:
        made = encoder.arrays(frame.iloc[part])
        if blocks is not None:
            made = replace(made, blocks=blocks[part])
        return made if weights is None else replace(made, weights=weights[part])

    return arrays(rows.train), arrays(rows.validation), arrays(rows.test)


def _of_weights(one: Represented, name: str | None) -> list[Notice]:
    """What is said of the weights of the training rows."""
    if name is None or one.train.weights is None:
        return []
    return told_of_weights(name, np.asarray(one.train.weights), one.frame[name].iloc[one.split.train])
