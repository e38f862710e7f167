"""Rows of a long table as sequences, in a script."""

from __future__ import annotations

import numpy as np
import pandas as pd

from protokit.core.errors import SpecError
from protokit.represent.encoders.cells import FALSE, TRUE, texts_of
from protokit.represent.encoders.sequences import SequenceGrouping
from protokit.represent.encoders.times import times
from protokit.workflow.eject.code import beside, call, literal
from protokit.workflow.eject.dating import form_of
from protokit.workflow.eject.script import INSTEAD
from protokit.workflow.eject.texts import splits


def grouped(grouping: SequenceGrouping, frame: pd.DataFrame) -> list[str]:
    """Lines that make of the rows of `table` one for each sequence. `frame` is the collected table.

    Raises:
        SpecError: times or numbers of steps are written in a way that has no script.
    """
    numbers = [_channel(frame[name]) for name in grouping.channels]
    given = ["table", f"table[{literal(grouping.by)}]", _times(grouping, frame), "steps"]
    return [beside("steps = ", numbers), call("in_sequences", given, before="table = ")]


def _times(grouping: SequenceGrouping, frame: pd.DataFrame) -> str:
    """Code of the order of the steps."""
    if grouping.time is None:
        return "np.arange(len(table))"
    cells, column = frame[grouping.time], f"table[{literal(grouping.time)}]"
    if cells.dtype.kind in "iuf":
        return f"numbers_of({column})[:, 0]"
    places = np.unique(times(frame, grouping.time, grouping.dates), return_inverse=True)[1]
    form = form_of(lambda form: np.unique(splits.times_of(cells, form), return_inverse=True)[1], places)
    if form is None:
        rule = f"the times of {grouping.time!r} are in no one form that pandas reads"
        raise SpecError.one(rule, INSTEAD, ("represent", "sequence", "time"))
    return f"times_of({column}{form and f', {literal(form)}'})"


def _channel(cells: pd.Series) -> str:
    """The call that gives the numbers of a column at each step."""
    name = literal(str(cells.name))
    if cells.dtype.kind in "iuf":
        return f"numbers_of(table[{name}])"
    if cells.dtype.kind == "b" or {*texts_of(cells).dropna().str.lower()} <= {*TRUE, *FALSE, ""}:
        return f"truths_of(table[{name}])"
    rule = f"the steps of {cells.name!r} are numbers in a notation of their own, which has no script"
    raise SpecError.one(rule, INSTEAD, ("represent", "sequence"))
