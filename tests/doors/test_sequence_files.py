"""Files that take sequences: all steps of an example in, padded, and what the model predicts of it out."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import protokit
from protokit.core.errors import SpecError
from protokit.doors.planning import plan_of
from protokit.doors.proof import arrays

pytest.importorskip("onnx")
ort = pytest.importorskip("onnxruntime")
Models = Callable[[str], Any]


def walks(lengths: tuple[int, int] = (3, 8), many: int = 60) -> pd.DataFrame:
    """Walks of as many steps as may be, with gaps, and what is said of each as a whole."""
    rng = np.random.default_rng(0)
    tables = []
    for i in range(many):
        steps, up = int(rng.integers(*lengths)), bool(rng.random() < 0.5)
        one = pd.DataFrame({"walk": f"w{i}", "step": np.arange(steps)})
        one["height"] = 100 + np.cumsum(rng.normal(1.0 if up else -1.0, 1, steps)).round(2)
        one["pulse"] = np.where(rng.random(steps) < 0.2, np.nan, rng.normal(90, 8, steps).round())
        one["rests"] = rng.choice(["yes", "no"], steps)
        one["place"], one["age"] = str(rng.choice(["hill", "lake"])), float(rng.integers(20, 60))
        one["way"] = "up" if up else "down"
        tables.append(one)
    return pd.concat(tables, ignore_index=True)


RESTS = {"rests": "boolean"}
SMALL = [
    {"Conv1D": {"filters": 4, "kernel_size": 3}, "from": "sequence"},
    {"GlobalMaxPooling1D": {}, "name": "steps"},
    {"Concatenate": {}, "from": ["steps", "numbers"]},
]
RECIPES: dict[str, tuple[dict[str, Any], dict[str, Any], pd.DataFrame]] = {
    "several lengths": ({}, {"networks": 2, "menu": SMALL}, walks()),
    "one length": ({}, {"networks": 1, "menu": [{"GRU": 3, "from": "sequence"}]}, walks((5, 6))),
    "folds": ({"split": {"folds": 2}}, {"networks": 1, "menu": SMALL}, walks()),
}


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Models:
    @cache
    def made(name: str) -> Any:
        represent, learn, frame = RECIPES[name]
        recipe = {
            "represent": {"target": "way", "sequence": {"by": "walk", "time": "step"}, "columns": RESTS, **represent},
            "learn": {"epochs": 3, **learn},
            "evaluate": {"baselines": []},
        }
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("protokit.workflow.look.page._pictures", lambda *_: ())
            return protokit.run(recipe, frame, out=tmp_path_factory.mktemp("runs")).model

    return made


@pytest.fixture(scope="module")
def file(model: Models, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Path(model("several lengths").export(tmp_path_factory.mktemp("file") / "m.onnx").path)


@pytest.mark.some("folds-m.onnx")
@pytest.mark.parametrize("to", ["m.onnx", "m.keras", "served"])
@pytest.mark.parametrize("name", RECIPES)
def test_a_file_says_what_the_model_says(model: Models, tmp_path: Path, name: str, to: str) -> None:
    found = model(name).export(tmp_path / to, rows=RECIPES[name][2])
    assert found.differs <= 1e-5 and found.rows == 60 + found.drawn
    if to != "m.onnx":
        whole = [one.read_bytes() for one in tmp_path.rglob("*") if one.is_file() and one != found.contract]
        assert not any(b"protokit" in one for one in whole)


NUMBER = st.one_of(st.none(), st.floats(-1e4, 1e4), st.integers(80, 120))
STEP = st.fixed_dictionaries({"height": NUMBER, "pulse": NUMBER, "rests": st.sampled_from(["yes", "no"])})
WALK = st.tuples(
    st.lists(STEP, min_size=1, max_size=10),
    st.sampled_from(["hill", "sea", None]),
    st.one_of(st.none(), st.floats(0, 99)),
)


@pytest.mark.filterwarnings("ignore::protokit.PredictionNotice")
@settings(max_examples=6)
@given(walks=st.lists(WALK, min_size=1, max_size=4))
def test_drawn_sequences_come_out_alike(model: Models, file: Path, walks: list[Any]) -> None:
    tables = [
        pd.DataFrame(steps).assign(walk=i, step=range(len(steps)), place=p, age=a)
        for i, (steps, p, a) in enumerate(walks)
    ]
    table = pd.concat(tables, ignore_index=True).astype({"height": float, "pulse": float, "age": float})
    table["place"] = table["place"].astype(object)
    one = model("several lengths")
    plan = plan_of(one)
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    session = ort.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])
    given = arrays(plan, plan.rows(one.rows(table)[0]))
    assert given["height"].shape == (len(walks), 7) and given["place"].shape == (len(walks), 1)
    [found, said] = session.run(["way probabilities", "way"], given)
    ours = one.predict(table, unseen="allow")
    assert np.abs(found - ours[["way = down", "way = up"]].to_numpy()).max() <= 1e-5
    assert (said == ours["way"].to_numpy()).all() or np.abs(found - 0.5).min() < 1e-5


def test_the_contract_says_what_is_folded(model: Models, file: Path) -> None:
    contract = json.loads(file.with_name("m.onnx.json").read_text())
    inputs = {one["column"]: one for one in contract["inputs"]}
    assert list(inputs) == ["place", "age", "height", "pulse", "rests"]
    assert inputs["pulse"]["shape"] == ["rows", 7] and inputs["pulse"]["missing"] == "NaN, as all steps past the end"
    assert inputs["age"]["shape"] == ["rows", 1]
    assert any("rows of one 'walk' are an example, in the order of 'step'" in one for one in contract["outside"])


def test_steps_at_the_end_without_a_number_are_past_it(model: Models) -> None:
    one = model("several lengths")
    plan, frame = plan_of(one), walks(many=3)
    rows = plan.rows(one.rows(frame)[0])
    longer = rows.assign(**{name: [[*cell, np.nan] for cell in rows[name]] for name in ("height", "pulse", "rests")})
    whole = plan.examples(one.parts[0].encoder, longer)["sequence"]
    assert [len(cell) for cell in whole] == [len(cell) for cell in rows["height"]]


def test_other_formats_are_refused_by_name(model: Models, tmp_path: Path) -> None:
    for name in ("m.tflite", "m.py"):
        with pytest.raises(SpecError, match="sequences do not go into a file of"):
            model("several lengths").export(tmp_path / name)
    assert not list(tmp_path.iterdir())
