"""What the network takes, of the raw columns of a file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

import numpy as np

from protokit.doors.arithmetic.arithmetic import Arithmetic
from protokit.doors.graph.columns.column import RawColumn
from protokit.doors.graph.scaling import checked, scaled
from protokit.represent.encoder import ONE_HOT, Encoder
from protokit.represent.kind import CodeColumn, NumberColumn

Value = TypeVar("Value")


def encoded(
    a: Arithmetic[Value], encoder: Encoder, columns: Mapping[str, RawColumn], raw: Mapping[str, Value]
) -> dict[str, Value]:
    """`numbers` and `categories`, those that the network takes, and columns that are inputs themselves; see Encoder.

    Shapes: raw (rows, 1) each, or as their columns have it -> (rows, numbers) float32, (rows, categories) int32, ...
    """
    made = {one.column: columns[one.column].made(a, raw[one.column]) for one in encoder.columns}
    numeric = [made[one.column] for one in encoder.columns if isinstance(one, NumberColumn)]
    coded = [one for one in encoder.columns if isinstance(one, CodeColumn)]
    hot = [one for one in coded if len(one.levels) <= ONE_HOT]
    embedded = [one for one in coded if len(one.levels) > ONE_HOT]
    numbers = scaled(a, checked(encoder.scaler), a.concatenate(numeric)) if numeric else []
    if hot:
        codes = a.concatenate([made[one.column] for one in hot])
        owners = [i for i, one in enumerate(hot) for _ in one.levels]
        levels = np.array([[place for one in hot for place in range(1, len(one.levels) + 1)]], np.int64)
        numbers.append(a.cast(a.binary("equal", a.columns(codes, owners), levels), "float32"))
    found = {"numbers": a.concatenate(numbers)} if numbers else {}
    if embedded:
        codes = a.concatenate([made[one.column] for one in embedded])
        starts = np.cumsum([0, *(len(one.levels) + 1 for one in embedded[:-1])])
        found["categories"] = a.cast(a.binary("add", codes, starts[None].astype(np.int64)), "int32")
    return found | {one.column: columns[one.column].made(a, raw[one.column]) for one in encoder.own}
