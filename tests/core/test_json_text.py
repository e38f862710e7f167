"""JSON in a line: what is written is read back to the bit."""

from __future__ import annotations

import json
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protokit.core.json_text import compact

FLOATS = st.floats(allow_nan=False, allow_infinity=False)
SPECIAL = [0.0, -0.0, 1.0, -3.0, 1e16, 1e22, 5e-324, 1.7976931348623157e308, 1e-7, 0.1]


@given(st.lists(FLOATS, max_size=40))
def test_long_lists_of_floats_keep_every_bit(drawn: list[float]) -> None:
    numbers = [*drawn, *SPECIAL] * 8
    found = json.loads(compact({"a": numbers, "b": [tuple(numbers), "é", 1, None]}))
    assert all(type(one) is float for one in found["a"])
    for read in (found["a"], found["b"][0]):
        assert struct.pack(f"{len(read)}d", *read) == struct.pack(f"{len(numbers)}d", *numbers)
    assert found["b"][1:] == ["é", 1, None]


def test_lists_of_other_things_are_as_json_has_them() -> None:
    for value in ([1] * 100, [True] * 100, [1.0, 2] * 50, ["x"] * 100, [], {"a": [[0.5] * 3] * 100}):
        assert compact(value) == json.dumps(value)


def test_a_number_that_is_not_finite_is_refused() -> None:
    with pytest.raises(ValueError, match="JSON"):
        compact([0.5] * 100 + [float("nan")])
