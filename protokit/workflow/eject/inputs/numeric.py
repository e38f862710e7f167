"""Columns that become several numbers: calls that make them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from protokit.core.errors import SpecError
from protokit.represent.encoders.lists.members import BagNumbers
from protokit.represent.kinds.lists.set import MembersOptions
from protokit.workflow.eject.code import literal
from protokit.workflow.eject.dating import form_of
from protokit.workflow.eject.script import INSTEAD
from protokit.workflow.eject.texts.dates import clock_of
from protokit.workflow.eject.texts.inputs.lists import members_of
from protokit.workflow.eject.texts.inputs.places import earth_of

_CLOCKS = ("%H:%M", "%H:%M:%S", "%I:%M %p", "%I:%M:%S %p", "%H:%M:%S.%f")


def members(column: Any, frame: pd.DataFrame, options: object) -> str:
    """How often members are there, or whether they are.

    Raises:
        SpecError: they are parted otherwise.
    """
    cells, separator = frame[column.column], column.separator or "|"
    try:
        found = [column.in_order(some or []) for some in members_of(cells, separator)]
    except ValueError:
        found = []
    told = ["|".join(some) if there else None for some, there in zip(found, cells.notna(), strict=False)]
    if told != [None if pd.isna(cell) else cell for cell in column.audited(cells)]:
        raise _refused(column, "the members are written in a way of their own")
    most = options.members if isinstance(options, MembersOptions) else MembersOptions().members
    parted = f"members_of(table[{literal(column.column)}], {literal(separator)})"
    return f"counts_of({parted}, train, {most}, several={isinstance(column, BagNumbers)})"


def clock(column: Any, frame: pd.DataFrame, options: object) -> str:
    """Times of day.

    Raises:
        SpecError: pandas reads them by no one form.
    """
    cells = frame[column.column]
    form = form_of(lambda form: clock_of(cells, str(form)), column.numbers(cells), _CLOCKS)
    if form is None:
        raise _refused(column, "the times are in no one form that pandas reads")
    return f"clock_of(table[{literal(column.column)}], {literal(form)})"


def place(column: Any, frame: pd.DataFrame, options: object) -> str:
    """Places on the sphere, and distances.

    Raises:
        SpecError: a cell holds both latitude and longitude, or degrees that are no plain numbers.
    """
    if not column.latitude or column.marks:
        raise _refused(column, "a cell holds both degrees, or degrees are no plain numbers")
    points = [*zip(column.point_latitudes, column.point_longitudes, strict=True)]
    try:
        found = earth_of(frame[column.latitude], frame[column.longitude], points)
    except ValueError:
        raise _refused(column, "degrees are no plain numbers") from None
    if not np.array_equal(found, column.numbers(frame[column.column]), equal_nan=True):
        raise _refused(column, "degrees are read otherwise")
    both = ", ".join(f"table[{literal(name)}]" for name in (column.latitude, column.longitude))
    return f"earth_of({both}, {literal(points)})"


def _refused(column: Any, why: str) -> SpecError:
    rule = f"{column.column!r} is a {column.kind}, which has no script: {why}"
    return SpecError.one(rule, INSTEAD, ("represent", "columns", column.column))
