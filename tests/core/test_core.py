from __future__ import annotations

import errno
import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protokit.core.errors import DataError, SpecError
from protokit.core.files import finite, write_bytes, write_json, write_with
from protokit.core.places import Fault, Place
from protokit.core.registry import Registry
from protokit.core.suggest import distance, nearest


@given(st.text("abc", max_size=6), st.text("abc", max_size=6))
def test_distance_is_symmetric_and_zero_only_for_equals(a: str, b: str) -> None:
    assert distance(a, b, 6) == distance(b, a, 6)
    assert (distance(a, b, 6) == 0) == (a == b)


def test_nearest_prefers_the_first_letter_and_knows_when_nothing_is_near() -> None:
    assert nearest("rlu", ["elu", "relu", "selu"]) == "relu"
    assert nearest("dense", ["Dense", "Dot"]) == "Dense"
    assert nearest("xyzzy", ["Dense", "Dot"]) is None


def test_a_fault_shows_its_line_and_cure() -> None:
    place = Place("r.yaml", 14, 28, 9, "  - Dense: {units: 64, activaton: relu}")
    text = str(Fault("unknown argument 'activaton' of Dense", "did you mean 'activation'?", place=place))
    assert text.splitlines()[0] == "r.yaml:14:28: unknown argument 'activaton' of Dense"
    assert text.splitlines()[2].endswith("^^^^^^^^^ did you mean 'activation'?")
    assert len(max(str(Fault("r", place=Place("f", 1, 500, 5, "x" * 900))).splitlines(), key=len)) < 130


def test_a_registry_has_one_owner_a_name() -> None:
    registry: Registry[int] = Registry("source")
    registry.add(1, name="csv")
    with pytest.raises(SpecError, match="already"):
        registry.add(2, name="csv")
    with pytest.raises(SpecError, match="did you mean 'csv'"):
        registry["cvs"]


@pytest.mark.parametrize("call", ["fsync", "replace", "write"])
def test_a_failing_disk_leaves_the_earlier_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str) -> None:
    path = tmp_path / "metrics.json"
    write_bytes(path, b"old")

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    if call == "write":
        with pytest.raises(DataError, match=r"metrics\.json.*No space left"):
            write_with(path, full)
    else:
        monkeypatch.setattr(*{"fsync": (os, "fsync"), "replace": (Path, "replace")}[call], full)
        with pytest.raises(DataError, match=r"metrics\.json.*No space left"):
            write_bytes(path, b"new")
        monkeypatch.undo()
    assert path.read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["metrics.json"]


_NUMBERS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3)
_NESTED = st.recursive(_NUMBERS, lambda inner: st.lists(inner) | st.tuples(inner) | st.dictionaries(st.text(), inner))


@given(_NESTED)
def test_what_is_made_finite_is_json_and_the_rest_is_kept(value: Any) -> None:
    found = finite(value)
    text = json.dumps(found, allow_nan=False)
    assert json.loads(text) == found == finite(found)
    if "NaN" not in (plain := json.dumps(value)) and "Infinity" not in plain:
        assert found == json.loads(plain)


def test_no_number_is_no_json(tmp_path: Path) -> None:
    undefined = {"nan": float("nan"), "ends": [float("inf"), (-float("inf"), 1.5)]}
    write_json(tmp_path / "x.json", finite(undefined))
    assert json.loads((tmp_path / "x.json").read_text()) == {"nan": None, "ends": [None, [None, 1.5]]}
