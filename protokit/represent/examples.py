"""The rows that are learned from, or the sequences that rows of a long table make; and how much each counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from protokit.core.errors import DataError, SpecError
from protokit.core.names import as_text, counted
from protokit.core.rows import SourceRows
from protokit.core.values.said import Notice, Step
from protokit.core.values.signature import form_written
from protokit.core.values.tables import Split, Table
from protokit.represent.column.made import made_in, with_made
from protokit.represent.encoders.cells import row_of, to_numbers
from protokit.represent.encoders.readings import target_as_numbers, told_of_classes
from protokit.represent.encoders.sequences import SequenceGrouping
from protokit.represent.encoders.times import asked
from protokit.represent.represented import Setting
from protokit.represent.words import Represent

_MOST_KEYS, _LONGEST_KEY = 3, 100
_FEW_OF_ROWS = 0.1


@dataclass(frozen=True)
class Examples:
    """The rows that are learned from, each with its place in the collected table.

    `measured` are the targets whose texts are numbers with a unit or marks: such are no classes.
    """

    frame: pd.DataFrame
    parts: np.ndarray | None
    positions: np.ndarray
    source: SourceRows
    steps: tuple[Step, ...]
    notices: tuple[Notice, ...]
    grouping: SequenceGrouping | None
    measured: frozenset[str] = frozenset()


def examples_of(spec: Represent, table: Table, setting: Setting) -> Examples:
    """The rows of a table that have every target, or the sequences that they make.

    Raises:
        SpecError: a column that makes the sequences is wanted for something else.
        DataError: no row has a target.
    """
    targets, source = list(spec.targets), table.source_rows
    frame, parts = table.frame.set_axis(source.index()), table.parts  # so that an error can name the row
    frame = with_made(frame, made_in(spec))
    positions = np.arange(len(frame))
    steps: list[Step] = []
    notices: list[Notice] = []
    grouping = None
    if spec.sequence is not None:
        grouping, notices = _grouping(spec, frame, setting)
        rows = len(frame)
        frame, positions = grouping.examples(frame)
        parts = parts[positions] if parts is not None else None
        steps.append(Step("sequences", rows, len(frame), f"one for each {grouping.by}"))
    has = with_target(frame, targets, setting.task, setting.event)
    counts = with_weight(frame, setting.sample_weights)
    if not has.all():
        lost = int((~has).sum())
        if lost == len(has):
            raise DataError(f"the target {targets[0]!r} is missing in every row", cure="choose another target")
        steps.append(Step("rows with a target", len(has), len(has) - lost, f"{lost:,} without one dropped"))
        notices.append(
            Notice(f"{counted(lost, 'row')} without a target {'is' if lost == 1 else 'are'} dropped", tuple(targets))
        )
    if setting.sample_weights is not None and (lost := int((has & ~counts).sum())):
        before = int(has.sum())
        has = has & counts
        if not has.any():
            rule = f"{setting.sample_weights!r} is 0 in every row with a target"
            raise SpecError.one(rule, "name another column", ("learn", "sample_weights"))
        name = f"rows with a weight in {setting.sample_weights!r}"
        steps.append(Step(name, before, before - lost, "", {"weight of 0": lost}))
        have = f"{counted(lost, 'row', 'have')} a weight of 0 in {setting.sample_weights!r}"
        rule = f"{have}, and {'does' if lost == 1 else 'do'} not count: dropped"
        notices.append(Notice(rule, (setting.sample_weights,)))
    parts = parts[has] if parts is not None else None
    positions = positions[has]
    source = source.take(positions)
    kept_rows = frame[has].set_axis(source.index())  # so that an error can name the row of the source
    measured = frozenset[str]()
    if form_written(setting.task) in (None, "classes", "number", "quantiles"):
        kept_rows, measured, told = _measured(kept_rows, targets, setting.task)
        notices += told
    return Examples(kept_rows, parts, positions, source, tuple(steps), tuple(notices), grouping, measured)


def _measured(
    frame: pd.DataFrame, targets: Sequence[str], task: str | None
) -> tuple[pd.DataFrame, frozenset[str], list[Notice]]:
    """The rows with targets such as $1,000 as numbers, which of them are such, and what is told of it."""
    whole, measured, told = frame, set[str](), list[Notice]()
    for name in targets:
        found = target_as_numbers(frame[name], task) if form_written(task) != "classes" else None
        if found is not None:
            whole = whole.copy(deep=False)
            whole[name] = found[0]
            told += found[1]
            measured.update([name] if found[1] else [])
        elif form_written(task) in (None, "classes") and (notice := told_of_classes(frame[name])) is not None:
            told.append(notice)
    return whole, frozenset(measured), told


def keyed(examples: Examples, table: pd.DataFrame, spare: Sequence[str]) -> SourceRows:
    """Where the examples stand in the source, with the cells of those `spare` columns that name each row, as an ID."""
    source = examples.source
    rows = len(pd.DataFrame({"number": source.numbers, **dict(source.places)}).drop_duplicates())
    keys: dict[str, np.ndarray] = {}
    for name in spare:
        cells = table[name].iloc[examples.positions]
        if len(keys) < _MOST_KEYS and _names_rows(cells) and cells.nunique() == rows:
            keys[name] = cells.to_numpy(object) if cells.dtype == object else cells.to_numpy()
    return source.with_keys(keys)


def _names_rows(cells: pd.Series) -> bool:
    """Whether cells could be names of rows: all there, short texts, whole numbers or times."""
    if cells.isna().any() or cells.dtype.kind in "fcb":
        return False
    if cells.dtype.kind in "iuM":
        return True
    return all(isinstance(cell, str) and len(cell) <= _LONGEST_KEY for cell in cells)


def _grouping(spec: Represent, frame: pd.DataFrame, setting: Setting) -> tuple[SequenceGrouping, list[Notice]]:
    """How the rows of a long table become sequences."""
    sequence = spec.sequence
    assert sequence is not None
    labels = spec.targets if form_written(setting.task) == "tags" else ()
    apart = () if labels else spec.targets
    whole = (*apart, setting.event, setting.labels, setting.sample_weights, spec.split.way_column)
    makers = {sequence.by, sequence.time} - {None}
    if clash := next((name for name in (*labels, *whole) if name in makers), None):
        rule = f"{clash!r} makes the sequences, and is used up by that"
        raise SpecError.one(rule, "name another column", ("represent", "sequence"))
    kept = tuple(dict.fromkeys(name for name in whole if name and name not in makers))
    said = {name: str(spec.kind(name)) for name in spec.columns}
    return SequenceGrouping.of(frame, sequence.by, sequence.time, kept, said, asked(spec, sequence.time), labels)


def with_target(frame: pd.DataFrame, targets: Sequence[str], task: str | None, event: str | None = None) -> np.ndarray:
    """Whether a row can be learned from: target, and event where one is said, are there. Shapes: (rows,) bool."""
    # of labels in one column an empty cell means: none
    labels = form_written(task) == "labels" and len(targets) == 1
    wanted = [] if labels else [*targets, *([event] if event is not None else [])]
    if form_written(task) == "tags":  # cells have a label for each step
        labelled = frame[[*targets]].map(lambda cell: bool(pd.notna(cell).any()))
        return np.asarray(labelled.all(axis=1), bool)
    has: np.ndarray = frame[wanted].notna().all(axis=1).to_numpy()
    return has


def with_weight(frame: pd.DataFrame, name: str | None) -> np.ndarray:
    """Whether a row counts: its weight, where there is one, is not 0. Shapes: (rows,) bool."""
    if name is None:
        return np.ones(len(frame), bool)
    # cells that are no numbers are told when the weights are read
    found: np.ndarray = (pd.to_numeric(frame[name], errors="coerce") != 0).to_numpy(bool)
    return found


def sample_weights(name: str | None, frame: pd.DataFrame, rows: Split) -> np.ndarray | None:
    """The weight of each row in the loss, with a mean of 1 over the training rows; None where no column says it.

    Shapes: (rows,) float32.

    Raises:
        SpecError: a cell is missing or below 0, or all training rows have a weight of 0.
        DataError: a cell is not a number.
    """
    if name is None:
        return None
    found = weights_of(name, frame)
    weights: np.ndarray = (found / mean_weight(name, found[rows.train])).astype(np.float32)
    return weights


def weights_of(name: str, frame: pd.DataFrame) -> np.ndarray:
    """The weights as they are written. Shapes: (rows,) float64."""
    try:
        found = to_numbers(frame[name])
    except DataError as error:
        cast = f"collect: {{clean: [{{cast: {{{name}: number}}}}]}}"
        cure = f"write it as computers do, such as 1.5, or have it read before: {cast}"
        raise DataError(error.rule, cure=cure) from None
    wrong = ~(np.isfinite(found) & (found >= 0))
    if wrong.any():
        at = int(wrong.argmax())
        said = "is empty" if np.isnan(found[at]) else f"holds {as_text(frame[name].iloc[at])!r}"
        rule = f"a weight is a number from 0, and {name!r} {said} in row {row_of(frame[name], at)}"
        raise SpecError.one(rule, "mend the cell, or name another column", ("learn", "sample_weights"))
    return found


def mean_weight(name: str, weights: np.ndarray) -> float:
    """The mean of the training rows' weights."""
    if (mean := float(weights.mean())) == 0:
        rule = f"{name!r} is 0 in every training row"
        raise SpecError.one(rule, "name another column", ("learn", "sample_weights"))
    return mean


def told_of_weights(name: str, weights: np.ndarray, cells: pd.Series | None = None) -> list[Notice]:
    """What is said of weights that leave few of the training rows to learn from.

    Shapes: weights (training rows,); `cells` are theirs, where it is known which rows they are of.

    Source: Kish, Survey Sampling, 1965 (the effective number of rows).
    """
    each = np.asarray(weights, np.float64) / max(float(weights.max(initial=0)), 1e-300)
    total, rows = float(each.sum()), len(each)
    worth = total**2 / max(float((each**2).sum()), 1e-300)
    if worth >= _FEW_OF_ROWS * rows:
        return []
    at = int(each.argmax())
    of = f"row {row_of(cells, at)}" if cells is not None else "one row"
    rule = (
        f"{rows:,} training rows say by their weights in {name!r} as much as {counted(f'{worth:,.1f}', 'equal row')}: "
        f"{of} has {each[at] / total:.0%} of the weight"
    )
    cure = (
        f"look at the largest of {name!r}, from {of} on; to count all rows alike, remove learn.sample_weights and "
        f"write represent: {{columns: {{{name}: ignore}}}}"
    )
    return [Notice(rule, (name,), cure)]
