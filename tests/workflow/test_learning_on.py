"""A run that goes on with more rows: test rows stay test rows, vocabularies grow, and what was seen is told."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import protokit
from protokit.core.values.tables import Split
from protokit.evaluate.audit.kept_rows import KeptRows
from protokit.workflow.result import Run

MENU = [{"Dense": {"units": 6, "activation": "tanh"}, "name": "body"}]
STILL = {"SGD": {"learning_rate": 1e-30}}


def table(rows: int, shops: int, seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    shop = rng.integers(0, shops, rows)
    x = rng.normal(size=rows)
    return pd.DataFrame({"x": x, "shop": [f"s{i:02}" for i in shop], "sold": np.where(x + shop % 3 > 1, "yes", "no")})


FIRST, NEW = table(160, 5, 0), table(90, 10, 1)
BOTH = pd.concat([FIRST, NEW], ignore_index=True)


def run(frame: pd.DataFrame, out: Path, split: object = None, **learn: Any) -> Run:
    words = {"menu": MENU, "epochs": 2, "stop": None, "networks": 1, **learn}
    data: dict[str, Any] = {"represent": {"target": "sold"}, "learn": words, "evaluate": {"baselines": ["dummy"]}}
    data["represent"] |= {"split": split} if split else {}
    return protokit.run(data, frame, out=out)


@pytest.fixture(scope="module")
def earlier(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return run(FIRST, tmp_path_factory.mktemp("earlier"))


def parts(found: Run) -> np.ndarray:
    kept = found.model.kept_rows
    assert kept is not None
    return kept.parts


def notices(found: Run) -> str:
    return json.dumps(found.results["notices"])


def test_rows_stay_in_their_parts_and_new_ones_are_dealt(earlier: Run, tmp_path: Path) -> None:
    before = sorted(path.read_bytes() for path in earlier.path.rglob("*") if path.is_file())
    order = np.random.default_rng(0).permutation(len(BOTH))
    later = run(BOTH.iloc[order].reset_index(drop=True), tmp_path, **{"from": str(earlier.path)}, optimizer=STILL)
    back = parts(later)[np.argsort(order)]
    assert np.array_equal(back[:160], parts(earlier)) and set(back[160:]) == {0, 1, 2}
    assert "160 rows are such that" in notices(later) and "90 rows are new" in notices(later)
    assert not [one for one in later.results["findings"] if one["check"] == "seen_rows"]
    assert sorted(path.read_bytes() for path in earlier.path.rglob("*") if path.is_file()) == before
    assert protokit.load(later.path).kept_rows is not None


def test_one_hot_levels_grow_and_what_was_learned_stays(earlier: Run, tmp_path: Path) -> None:
    later = run(BOTH, tmp_path, **{"from": str(earlier.path)}, optimizer=STILL)
    old, new = (one.model.signature.inputs[0].columns for one in (earlier, later))
    assert len(old) == 6 and len(new) > 9 and new[:6] == old  # more levels than are one-hot anew
    kernels = [one.model.network.get_layer("body").kernel.numpy() for one in (earlier, later)]
    assert np.array_equal(kernels[1][:6], kernels[0]) and np.abs(kernels[1][6:]).min() > 0
    pd.testing.assert_frame_equal(later.model.predict(FIRST), earlier.model.predict(FIRST))
    again = run(BOTH, tmp_path / "again", **{"from": str(later.path)}, optimizer=STILL)
    pd.testing.assert_frame_equal(again.model.predict(FIRST), later.model.predict(FIRST))
    assert np.array_equal(parts(again), parts(later)) and "none is new" in notices(again)


def test_layers_for_each_number_grow_too(earlier: Run, tmp_path: Path) -> None:
    menu = [{"PiecewiseLinearEmbedding": {"units": 2, "bins": 4}, "name": "bins"}, {"Dense": 3, "name": "last"}]
    first = run(FIRST, tmp_path / "first", menu=menu)
    later = run(BOTH, tmp_path, menu=menu, **{"from": str(first.path)}, optimizer=STILL)
    assert "3 of 3 layers begin at" in notices(later)
    for name, places in (("bins", 6), ("last", 12)):
        old, new = (one.model.network.get_layer(name).get_weights()[0] for one in (first, later))
        assert len(new) > len(old) == places and np.array_equal(new[:places], old)


def test_rows_that_were_learned_from_are_found_in_a_test_that_the_table_says(earlier: Run, tmp_path: Path) -> None:
    frame = FIRST.assign(part=np.where(np.arange(len(FIRST)) % 3 == 0, "test", "train"))
    later = run(frame, tmp_path, {"by": {"column": "part"}}, **{"from": str(earlier.path)})
    found = [one for one in later.results["findings"] if one["check"] == "seen_rows"]
    seen = int(((parts(earlier) < 2) & (frame["part"] == "test")).sum())
    assert found[0]["severity"] == "fatal" and found[0]["evidence"]["rows"] == seen and "split" in found[0]["edit"]
    assert found[1]["severity"] == "note" and "was tested on are learned from now" in found[1]["rule"]


def test_a_model_without_rows_says_so(earlier: Run, tmp_path: Path) -> None:
    model = earlier.model
    type(model)(model.menu, model.parts, model.precision, model.input_schema).save(tmp_path / "old")
    later = run(BOTH, tmp_path, **{"from": str(tmp_path / "old")})
    assert "keeps no hashes of its rows" in notices(later)


def test_nothing_is_left_to_test(earlier: Run, tmp_path: Path) -> None:
    with pytest.raises(protokit.DataError, match="none is left to test on"):
        run(FIRST[parts(earlier) < 2], tmp_path, **{"from": str(earlier.path)})


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 5), min_size=3, max_size=40), st.integers(0, 2**32 - 1))
def test_equal_rows_keep_their_parts_in_whatever_order(values: list[int], seed: int) -> None:
    frame, rng = pd.DataFrame({"a": values}), np.random.default_rng(seed)
    dealt = np.arange(len(values)) % 3
    kept = KeptRows.of(frame, ["a"], Split(*(np.flatnonzero(dealt == i) for i in range(3)), "random"))
    places = kept.places(frame.iloc[rng.permutation(len(values))])
    assert sorted(places) == list(range(len(values)))
    copied = kept.places(pd.concat([frame, frame], ignore_index=True))[len(values) :]
    learned = {value for value, part in zip(values, dealt, strict=True) if part < 2}
    assert all(kept.parts[place] < 2 for place, v in zip(copied, values, strict=True) if place >= 0 and v in learned)
