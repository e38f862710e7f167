"""Folders that a stranger may send: each is refused with its file and a rule, or is another model that predicts."""

from __future__ import annotations

import json
import os
import shutil
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from safetensors.numpy import load_file, save_file

import protokit
from protokit.core.errors import BundleError
from protokit.core.files import sha256
from protokit.represent.kinds.date import Date

GOLDEN = Path(__file__).parents[2] / "golden"


def signed(model: Path) -> Path:
    """The manifest as it would be of what is there."""
    path = model / "manifest.json"
    manifest = json.loads(path.read_text())
    for name, said in manifest["files"].items():
        said |= {"bytes": (model / name).stat().st_size, "sha256": sha256(model / name)}
    path.write_text(json.dumps(manifest))
    return model


@pytest.fixture
def model(tmp_path: Path) -> Path:
    return Path(shutil.copytree(GOLDEN / "format5_table" / "model", tmp_path / "model"))


def refused(model: Path) -> BundleError:
    with pytest.raises(BundleError) as caught:
        protokit.load(model)
    assert str(model) in str(caught.value.place) and caught.value.rule and len(str(caught.value)) < 3_000
    return caught.value


def a_link(file: Path) -> None:
    file.rename(file.parent.parent / "moved")
    file.symlink_to(file.parent.parent / "moved")


def a_pipe(file: Path) -> None:
    file.unlink()
    os.mkfifo(file)


def a_folder(file: Path) -> None:
    file.unlink()
    file.mkdir()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are none on this system")
@pytest.mark.parametrize("name", ["manifest.json", "menu.json", "weights.safetensors"])
@pytest.mark.parametrize("harm", [a_link, a_pipe, a_folder, Path.unlink])
def test_a_member_is_a_file_of_the_folder(model: Path, name: str, harm: Callable[[Path], None]) -> None:
    harm(model / name)
    refused(model)


@pytest.mark.parametrize("name", ["menu.json", "encoders.json"])
@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[" * 100_000, "not JSON"),
        ('{"a": 1, "a": 2}', "twice"),
        ('{"a": NaN}', "no number of JSON"),
        ('{"a": "\\ud800"}', "not JSON"),
        ("\ufeff{}", "not JSON"),
        ("null", ""),
        ("[7]", ""),
    ],
)
def test_members_are_strict_json(model: Path, name: str, text: str, said: str) -> None:
    (model / name).write_text(text, encoding="utf-8")
    assert said in refused(signed(model)).rule


def test_a_member_has_a_largest_size_that_can_be_raised(model: Path) -> None:
    with protokit.limits(member=100):
        error = refused(model)
    assert "at most 100 bytes" in error.rule and "protokit.limits(member=" in str(error.cure)
    with protokit.limits(member="1MB"):
        assert protokit.load(model).networks


def test_a_file_of_holes_is_not_read(model: Path) -> None:
    os.truncate(model / "menu.json", 8 << 30)
    assert "bytes are taken" in refused(model).rule


Change = Callable[[Any], Any]


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (("columns", 0, "column"), 7),
        (("columns", 0, "marks"), [1]),
        (("columns", 0, "zz"), 1),
        (("targets", 0, "classes"), 7),
        (("targets", 0, "task"), "system"),
        (("targets", 0, "center"), 10**400),
        (("targets", 0, "scale"), "x"),
        (("scaler", "columns", 0, "center"), []),
        (("scaler", "columns", 0, "bits"), 0.5),
        (("scaler", "columns", 0, "knots"), [1.0, "x"]),
        (("scaler", "columns", 0, "marked"), 1),
        (("scaler", "columns", 0, "values"), []),
        (("scaler", "version"), 10**9),
        (("source",), "https://127.0.0.1:9/x"),
        (("knots",), {"places": [10**9], "size": 1, "values": [[0.0]]}),
    ],
)
def test_each_value_of_an_encoder_has_its_type(model: Path, place: tuple[str | int, ...], value: object) -> None:
    path = model / "encoders.json"
    plain = json.loads(path.read_text())
    of = plain[0]
    for key in place[:-1]:
        of = of[key]
    of[place[-1]] = value
    path.write_text(json.dumps(plain))
    refused(signed(model))


@pytest.mark.parametrize(
    ("layer", "said"),
    [
        ({"Dense": 10**9}, "another network"),
        ({"Embedding": [10**9, 64]}, ""),
        ({"Dense": {"units": 8, "kernel_initializer": "/etc/passwd"}}, ""),
        ({"RepeatVector": 10**9}, "of one row"),
        ({"StringLookup": {"vocabulary": "/etc/passwd"}}, ""),
        ({"TextVectorization": {"vocabulary": "/etc/passwd"}}, ""),
        ({"Lambda": "x"}, ""),
    ],
)
def test_a_network_is_no_larger_than_its_weights(model: Path, layer: object, said: str) -> None:
    path = model / "menu.json"
    menu = json.loads(path.read_text())
    menu["menu"] = [layer, *(menu["menu"] if isinstance(menu["menu"], list) else menu["menu"]["layers"])]
    path.write_text(json.dumps(menu))
    assert said in refused(signed(model)).rule


def test_layers_are_counted_before_they_are_read(model: Path) -> None:
    path = model / "menu.json"
    menu = json.loads(path.read_text())
    menu["menu"] = [{"zz": 1}] * 50_000
    path.write_text(json.dumps(menu))
    assert "50,000, and at most 20,000" in refused(signed(model)).rule


def nan(tensors: dict[str, np.ndarray], key: str) -> None:
    tensors[key] = np.full_like(tensors[key], np.nan)


def another_type(tensors: dict[str, np.ndarray], key: str) -> None:
    tensors[key] = tensors[key].astype("float64")


def another_shape(tensors: dict[str, np.ndarray], key: str) -> None:
    tensors[key] = tensors[key].reshape(-1, 1)


def one_more(tensors: dict[str, np.ndarray], key: str) -> None:
    tensors["../zz"] = tensors[key]


def one_less(tensors: dict[str, np.ndarray], key: str) -> None:
    del tensors[key]


@pytest.mark.parametrize("harm", [nan, another_type, another_shape, one_more, one_less])
def test_tensors_are_those_of_the_layers(model: Path, harm: Callable[[dict[str, np.ndarray], str], None]) -> None:
    path = model / "weights.safetensors"
    tensors = load_file(path)
    harm(tensors, max(tensors, key=lambda name: tensors[name].size))
    save_file(tensors, path)
    refused(signed(model))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(header=st.recursive(st.none() | st.integers() | st.text(max_size=5), lambda of: st.dictionaries(
    st.sampled_from(["a", "dtype", "shape", "data_offsets", "__metadata__"]), of | st.lists(of, max_size=3), max_size=4
), max_leaves=6), length=st.integers(0, 2**64 - 1) | st.none())  # fmt: skip
def test_headers_of_tensors_are_held(model: Path, header: object, length: int | None) -> None:
    text = json.dumps(header).encode()
    (model / "weights.safetensors").write_bytes(struct.pack("<Q", len(text) if length is None else length) + text)
    refused(signed(model))


PLACES = [(), (0,), (0, "columns"), (0, "columns", 0), (0, "scaler"), (0, "targets"), (0, "targets", 0)]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    plain=st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
        lambda of: st.lists(of, max_size=4) | st.dictionaries(st.text(max_size=8), of, max_size=4),
        max_leaves=12,
    ),
    place=st.sampled_from(
        [(), (0,), (0, "columns"), (0, "columns", 0), (0, "scaler"), (0, "targets"), (0, "targets", 0)]
    ),
)
def test_no_json_is_a_traceback(model: Path, plain: object, place: tuple[str | int, ...]) -> None:
    path = model / "encoders.json"
    root = {"": json.loads((GOLDEN / "format5_table" / "model" / "encoders.json").read_text())}
    of: Any = root
    for key in ("", *place)[:-1]:
        of = of[key]
    of[("", *place)[-1]] = plain
    path.write_text(json.dumps(root[""]))
    refused(signed(model))


@pytest.mark.parametrize(
    ("word", "value"), [("zone", "https://x"), ("zone", "../x"), ("order", "week"), ("epoch", "days")]
)
def test_dates_are_read_in_a_known_way(word: str, value: str) -> None:
    assert Date("day", True, (), "day", "Europe/Madrid", "").zone
    with pytest.raises(ValueError, match="no way to read dates"):
        Date(**{"column": "day", "timed": True, word: value})  # type: ignore[arg-type]
