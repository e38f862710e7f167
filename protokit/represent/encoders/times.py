"""A column's times as numbers, for what goes by time."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from protokit.cells.times.columns import is_date, read, survey
from protokit.cells.times.durations import is_duration, seconds
from protokit.cells.times.rules import UNASKED, Decision, Rule, decide
from protokit.core.errors import DataError
from protokit.core.suggest import did_you_mean
from protokit.core.values.said import Notice
from protokit.grammar.readings import DateOptions
from protokit.represent.encoders.cells import missing_texts, row_of, to_numbers, without
from protokit.represent.words import Represent


def asked(spec: Represent, column: str | None) -> Rule:
    """How the recipe says that a column's dates are read, if it does."""
    options = spec.options(column) if column is not None else None
    return Rule(**options.asked) if isinstance(options, DateOptions) else UNASKED


def writes(column: str) -> Callable[[str], str]:
    """The edit of a recipe that says how a column of dates is read."""
    return lambda option: f"columns: {{{column}: {{date: {{{option}}}}}}}"


def times(frame: pd.DataFrame, name: str, rule: Rule = UNASKED) -> np.ndarray:
    """A column's times as numbers that only grow with them: as they are, or microseconds since 1970.

    Shapes: (rows,) float64 or int64.

    Raises:
        DataError: there is no such column, a cell is missing, or is no time.
    """
    column = _there(frame, name)
    if column.dtype.kind in "iuf":
        return to_numbers(column)
    if is_duration(column):
        return seconds(column)[0]
    found = read(column, reading(column, rule).rule)
    if found.unread.any():
        position = int(found.unread.argmax())
        rule_of = f"the time column {name!r}, row {row_of(column, position)}: {column.iloc[position]!r} is no time"
        raise DataError(rule_of, cure="write times as 2024-12-31 or 2024-12-31 23:59:00")
    return found.values.astype(np.int64)


def reading(column: pd.Series, rule: Rule) -> Decision:
    """How a column of times that are no numbers is read.

    Raises:
        DataError: a cell is no time, or it cannot be told how they are read.
    """
    name = str(column.name)
    if not is_date(column) and (odd := missing_texts(column)):
        why = f"the time column {name!r} has cells that are no time, such as {odd[0]!r}"
        raise DataError(why, cure=f"mend them, or drop their rows: clean: [{{filter: \"{name} <> '{odd[0]}'\"}}]")
    found = survey(column)
    if found.unread:
        rule_of = f"the time column {name!r}: no one form reads every cell as a time, e.g. {found.unread!r}"
        raise DataError(rule_of, cure="write times as 2024-12-31 or 2024-12-31 23:59:00")
    decided = decide(found, rule).surely()
    if decided.trouble:
        raise DataError(f"the time column {name!r}: {decided.trouble}", cure=decided.cure(writes(name)))
    return decided


def notices(frame: pd.DataFrame, name: str, rule: Rule) -> list[Notice]:
    """What is decided of how a column of times is read.

    Raises:
        DataError: as `times`.
    """
    column = _there(frame, name)
    if column.dtype.kind in "iufm":
        return []
    decided = reading(column, rule)
    return [*decided.notices(name, writes(name)), *read(column, decided.rule).notices(name, decided.rule.zone)]


def _there(frame: pd.DataFrame, name: str) -> pd.Series:
    """The column, without a missing cell."""
    if name not in frame.columns:
        raise DataError(f"no column {name!r} with times", cure=did_you_mean(name, list(frame.columns)))
    column = frame[name]
    if without(column, ()).isna().any():
        raise DataError(f"the time column {name!r} has missing cells", cure="fill or remove those rows")
    return column
