"""JSON in a line, fast where it has long lists of numbers, such as the knots of many scalers."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from itertools import chain
from uuid import uuid4

_LONG = 64  # floats of a list
_KNOWN = 100  # texts that are kept


def compact(value: object) -> str:
    """What `json.dumps` writes of a value in a line, but for how a float is written: any text that gives every bit.

    Raises:
        ValueError: a number is not finite.
    """
    mark = uuid4().hex  # a text that stands for a long list
    runs: list[list[float]] = []
    text = json.dumps(_without(value, runs, mark), ensure_ascii=False, allow_nan=False)
    if not runs:
        return text
    parts = text.split(f'"{mark}"')
    return "".join(chain.from_iterable(zip(parts, chain(_written(runs), ("",)), strict=True)))


def _without(value: object, runs: list[list[float]], mark: str) -> object:
    """The value with the mark in place of each long list of finite floats, which are put among the runs."""
    if isinstance(value, Mapping):
        return {name: _without(part, runs, mark) for name, part in value.items()}
    if not isinstance(value, (list, tuple)):
        return value
    if len(value) >= _LONG and set(map(type, value)) == {float} and all(map(math.isfinite, value)):
        runs.append(list(value))
        return mark
    return [_without(part, runs, mark) for part in value]


def _written(runs: list[list[float]]) -> Iterator[str]:
    """Each list as JSON. Arrow writes the shortest text of a number, many times as fast as Python."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    known: dict[bytes, str] = {}  # the ranks of columns without equal numbers are the same for all of them
    for run in runs:
        numbers = np.array(run)
        key = numbers.tobytes()
        found = known.get(key, "")
        if not found:
            texts = pa.array(numbers).cast(pa.string())
            whole = numbers == np.floor(numbers)
            if whole.any():  # 1 would be read as an integer, and -0 lose its sign
                marked = [one if "e" in one else f"{one}.0" for one in texts.filter(pa.array(whole)).to_pylist()]
                texts = pc.replace_with_mask(texts, pa.array(whole), pa.array(marked))
            found = f"[{pc.binary_join(pa.ListArray.from_arrays([0, len(run)], texts), ', ')[0].as_py()}]"
            if len(known) < _KNOWN:
                known[key] = found
        yield found
