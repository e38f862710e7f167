"""Runs that begin at what an earlier one has learned."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import protokit
from protokit.core.libraries.backend import keras
from protokit.core.values.inputs import embedding_width
from protokit.workflow.result import Run

MENU = [{"Dense": {"units": 6, "activation": "tanh"}, "name": "body"}, {"Dropout": 0.1}]
STILL = {"SGD": {"learning_rate": 1e-30}}


def table(rows: int, shops: int, seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    shop = rng.integers(0, shops, rows)
    x = rng.normal(seed, 1 + seed, rows)
    sold = (x - seed + shop % 3 > 1).astype(int)
    return pd.DataFrame({"x": x, "shop": [f"s{i:02}" for i in shop], "sold": np.where(sold, "yes", "no")})


FIRST, LATER = table(320, 16, 0), table(320, 18, 1)


def run(frame: pd.DataFrame, out: Path, target: str = "sold", **learn: Any) -> Run:
    words = {"menu": MENU, "epochs": 2, "stop": None, **learn}
    data = {"represent": {"target": target}, "learn": words, "evaluate": {"baselines": ["dummy"]}}
    return protokit.run(data, frame, out=out)


@pytest.fixture(scope="module")
def earlier(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return run(FIRST, tmp_path_factory.mktemp("earlier"), epochs=3)


def notices(found: Run) -> str:
    return json.dumps(found.results["notices"])


def weights(found: Run) -> dict[str, np.ndarray]:
    return {w.path: w.numpy() for w in found.model.network.weights}


def test_the_encoders_and_weights_of_a_run_are_the_start_and_new_levels_have_new_rows(
    earlier: Run, tmp_path: Path
) -> None:
    assert embedding_width(16, 1) == embedding_width(19, 1)
    later = run(LATER, tmp_path, **{"from": str(earlier.path)}, optimizer=STILL)
    before, after = weights(earlier), weights(later)
    assert set(before) == set(after)
    for path, values in before.items():
        if "category_embedding" not in path:
            assert np.array_equal(values, after[path]), path
    old, new = before["category_embedding/embeddings"], after["category_embedding/embeddings"]
    assert new.shape == (19, old.shape[1]) and np.array_equal(new[:17], old)
    pd.testing.assert_frame_equal(later.model.predict(FIRST), earlier.model.predict(FIRST))
    said = notices(later)
    assert "3 of 3 layers begin at the weights of" in said and "s16, s17" in said
    inputs = json.loads((later.path / "environment.json").read_text())["inputs"]
    assert len(inputs[str(earlier.path)]) == 64


def test_of_another_target_the_head_begins_anew(earlier: Run, tmp_path: Path) -> None:
    frame = FIRST.assign(sold=FIRST["sold"].map({"yes": "good", "no": "bad"}))
    later = run(frame, tmp_path, **{"from": str(earlier.path)}, optimizer=STILL)
    assert np.array_equal(weights(earlier)["body/kernel"], weights(later)["body/kernel"])
    assert "2 of 3 layers" in notices(later) and "its target is another" in notices(later)


def test_new_encoders_take_weights_only_where_the_inputs_mean_the_same(earlier: Run, tmp_path: Path) -> None:
    start = {"run": str(earlier.path), "encoders": "new"}
    same = run(FIRST, tmp_path, **{"from": start}, optimizer=STILL)
    assert "3 of 3 layers" in notices(same)
    assert all(np.array_equal(a, weights(same)[path]) for path, a in weights(earlier).items())
    later = run(LATER, tmp_path, **{"from": start}, optimizer=STILL)  # the numbers are scaled otherwise
    old = weights(earlier)["category_embedding/embeddings"]
    new = weights(later)["category_embedding/embeddings"]
    assert np.array_equal(new[1:17], old[1:17]) and "1 of 3 layers" in notices(later)
    assert "body (what comes to it is not what it was)" in notices(later)


def test_rows_are_found_by_level_in_whatever_order(earlier: Run, tmp_path: Path) -> None:
    frame = FIRST[FIRST["shop"] > "s03"]
    start = {"run": str(earlier.path), "encoders": "new"}
    later = run(frame, tmp_path, **{"from": start}, optimizer=STILL)
    old, new = (weights(one)["category_embedding/embeddings"] for one in (earlier, later))
    if old.shape[1] == new.shape[1]:
        assert np.array_equal(new[1:], old[5:])
    else:
        assert "it gives" in notices(later)


def test_a_file_of_keras_gives_its_weights_by_name(tmp_path: Path) -> None:
    given = keras.Sequential([keras.Input([3]), keras.layers.Dense(4), keras.layers.Dense(6, name="body")])
    given.build()
    given.layers[0]._name = "other"
    given.save(tmp_path / "some.keras")
    menu = [{"Dense": 4, "name": "first"}, {"Dense": {"units": 6}, "name": "body"}]
    frame = FIRST[["x", "sold"]]
    later = run(frame, tmp_path, menu=menu, **{"from": str(tmp_path / "some.keras")}, optimizer=STILL)
    assert np.array_equal(weights(later)["body/kernel"], given.layers[1].kernel.numpy())
    assert "1 of 3 layers" in notices(later) and "first (it is not in the file)" in notices(later)


@pytest.mark.parametrize(
    ("learn", "words"),
    [
        ({"from": "runs/none"}, "no run, model or file runs/none"),
        ({"from": "."}, "not the folder of a finished run"),
        ({"from": "some.txt"}, "some.txt is no folder of a run"),
        ({"from": "bad.keras"}, "bad.keras is no model of Keras 3"),
        ({"from": "RUN", "menu": [{"Dense": 5}]}, "other numbers"),
    ],
)
def test_a_start_that_cannot_be_is_told(
    learn: dict[str, Any], words: str, earlier: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("some.txt").write_text("x")
    Path("bad.keras").write_text("x")
    if learn["from"] == "RUN":
        learn = {**learn, "from": str(earlier.path)}
    with pytest.raises(protokit.core.errors.ProtokitError, match=words) as caught:  # type: ignore[attr-defined]
        run(LATER.assign(more=1.5 * LATER["x"] ** 2), tmp_path, **learn)
    assert "learn.from" in str(caught.value)


def test_a_start_that_fits_no_layer_is_an_error(earlier: Run, tmp_path: Path) -> None:
    start = {"run": str(earlier.path), "encoders": "new"}
    with pytest.raises(protokit.SpecError, match=r"learn.from: no layer begins at .*: of other, it was not there"):
        run(LATER[["x", "sold"]], tmp_path, menu=[{"Dense": 5, "name": "other"}], **{"from": start})
    assert not list(tmp_path.iterdir())
