"""Files that say what the model says, without protokit; and what is refused instead of being silently different."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protokit.core.errors import DataError, SpecError
from protokit.core.libraries.backend import keras, tf
from protokit.doors.arithmetic.of_keras import OfKeras
from protokit.doors.arithmetic.of_onnx import IR, OPSET, OPSET_ML, OfOnnx, Wire
from protokit.doors.files.onnx_file import OnnxFile
from protokit.doors.graph.encoded import encoded
from protokit.doors.plan import Plan
from protokit.doors.proof import arrays, drawn, scores
from tests.command import call
from tests.doors.conftest import ALL, FEW

onnx = pytest.importorskip("onnx")
ort = pytest.importorskip("onnxruntime")
Models = Callable[[str], Any]


def session(path: Path) -> Any:
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    return ort.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def said(path: Path, given: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    one = session(path)
    names = [output.name for output in one.get_outputs()]
    return dict(zip(names, one.run(names, dict(given)), strict=True))


@pytest.mark.parametrize("name", ["classes", "default", "folds"])
def test_onnx_predicts_as_the_model(model: Models, birds: pd.DataFrame, tmp_path: Path, name: str) -> None:
    one = model(name)
    found = one.export(tmp_path / "m.onnx", rows=birds)
    assert found.differs <= 1e-5 and found.rows == 60 + found.drawn
    contract = json.loads(found.contract.read_text())
    predicted, outputs = one.predict(birds), said(found.path, arrays(Plan.of(one), birds))
    assert predicted.select_dtypes("number").std().max() > 0
    for end in contract["outputs"]:
        of = outputs[end["name"]]
        assert of.shape == (60, *end["shape"][1:])
        for i, column in enumerate(end.get("columns", [end["name"]])):
            ours, theirs = predicted[column].to_numpy(), of[:, i] if of.ndim == 2 else of
            if end["what"] == "class":
                assert (ours == theirs).all()
            else:
                assert np.allclose(ours.astype(float), theirs.astype(float), rtol=1e-5, atol=1e-5)


def test_keras_file_predicts_as_the_model(model: Models, birds: pd.DataFrame, tmp_path: Path) -> None:
    assert model("folds").export(tmp_path / "m.keras", rows=birds).differs <= 1e-5


def test_saved_model_predicts_as_the_model(model: Models, birds: pd.DataFrame, tmp_path: Path) -> None:
    found = model("classes").export(tmp_path / "served", rows=birds)
    assert found.differs <= 1e-5 and (tmp_path / "served" / "saved_model.pb").is_file()
    assert found.contract == tmp_path / "served.json"
    names = [one["name"] for one in json.loads(found.contract.read_text())["inputs"]]
    assert names[0] == "wing_size"


def test_inputs_are_encoded_to_the_bit(model: Models, tmp_path: Path) -> None:
    plan = Plan.of(model("classes"))
    table = drawn(plan, 400, 1)
    given, wanted = arrays(plan, table), plan.encoders[0].encode(table)[0]
    a = OfOnnx()
    made = encoded(a, plan.encoders[0], plan.columns[0], {n: Wire(n, c.dtype) for n, c in plan.raw.items()})
    types = {"float64": "DOUBLE", "float32": "FLOAT", "int64": "INT64", "int32": "INT32", "object": "STRING"}

    def info(name: str, dtype: str) -> Any:
        return onnx.helper.make_tensor_value_info(name, getattr(onnx.TensorProto, types[dtype]), ["rows", "n"])

    inputs = [info(name, column.dtype) for name, column in plan.raw.items()]
    graph = onnx.helper.make_graph(a.nodes, "g", inputs, [info(w.name, w.dtype) for w in made.values()], a.constants)
    opsets = [onnx.helper.make_opsetid("", OPSET), onnx.helper.make_opsetid("ai.onnx.ml", OPSET_ML)]
    onnx.save(onnx.helper.make_model(graph, opset_imports=opsets, ir_version=IR), tmp_path / "g.onnx")
    outputs = said(tmp_path / "g.onnx", given)
    raw = {
        name: keras.Input((1,), dtype="string" if column.dtype == "object" else column.dtype, name=name)
        for name, column in plan.raw.items()
    }
    network = keras.Model(raw, encoded(OfKeras(), plan.encoders[0], plan.columns[0], raw))
    tensors = {n: tf.constant(some.tolist() if some.dtype == object else some) for n, some in given.items()}
    by_keras = network(tensors)
    for name, array in wanted.items():
        assert array.dtype == outputs[made[name].name].dtype
        assert (outputs[made[name].name] == array).all(), name
        assert (np.asarray(by_keras[name]) == array).all(), name


NUMBERS = st.one_of(st.none(), st.floats(-1e50, 1e50), st.integers(150, 250), st.just(-0.0))
DATES = st.one_of(st.none(), st.datetimes(pd.Timestamp(1, 1, 1).to_pydatetime(), pd.Timestamp("9999").to_pydatetime()))
ROWS = st.fixed_dictionaries(
    {
        "wing size": NUMBERS,
        "mass": NUMBERS,
        "island": st.one_of(st.sampled_from([*"ABL", "a/b", None, "never seen", "é\n"]), st.text("ab/ ", max_size=3)),
        "sex": st.sampled_from(["m", "f", None, "M"]),
        "at once": st.one_of(NUMBERS, st.floats(1.7e9, 1.7e9 + 100)),
        "tame": st.sampled_from(["yes", "NO", "True", "f", "1", None]),
        "seen": DATES,
        "born": DATES,
        "grade": st.sampled_from(["low", "high", None]),
        "fed": st.sampled_from(["00:00", "23:59:59", "12:30", None]),
        "swam": st.one_of(st.none(), st.floats(0, 1e6)),
    }
)


@pytest.fixture(scope="module")
def file(model: Models, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Path(model("classes").export(tmp_path_factory.mktemp("file") / "m.onnx").path)


@settings(max_examples=20)
@given(rows=st.lists(ROWS, min_size=1, max_size=6))
def test_drawn_rows_come_out_alike(model: Models, file: Path, rows: list[dict[str, Any]]) -> None:
    plan = Plan.of(model("classes"))
    table = pd.DataFrame(rows, columns=list(ALL))
    for name in ("seen", "born"):
        table[name] = pd.Series([one[name] for one in rows], dtype="datetime64[us]")
    for name in ("wing size", "mass", "at once", "swam"):
        table[name] = table[name].astype(float)
    found = said(file, arrays(plan, table))["species probabilities"]
    assert np.abs(found - scores(plan, table)["species"]).max() <= 1e-5


ALONE = """
import sys, json
sys.modules["protokit"] = None  # not to be found, wherever this Python looks
import numpy as np
given = json.loads(sys.argv[2])
path = sys.argv[1]
if path.endswith(".onnx"):
    import onnxruntime
    one = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    types = {"tensor(double)": np.float64, "tensor(string)": object}
    feed = {i.name: np.array(given[i.name], types[i.type])[:, None] for i in one.get_inputs()}
    found = one.run(["species"], feed)[0].tolist()
else:
    import keras, tensorflow as tf
    one = keras.models.load_model(path)
    feed = {name.replace(" ", "_"): tf.constant(cells)[:, None] for name, cells in given.items()}
    found = [text.decode() for text in one.predict(feed, verbose=0)["species"]]
print(json.dumps(found))
"""


@pytest.mark.parametrize("ending", ["onnx", "keras"])
def test_a_file_runs_where_there_is_no_protokit(
    model: Models, birds: pd.DataFrame, tmp_path: Path, ending: str
) -> None:
    one = model("default")
    path = one.export(tmp_path / f"m.{ending}").path
    given = {name: array[:, 0].tolist() for name, array in arrays(Plan.of(one), birds).items()}
    command = [sys.executable, "-I", "-c", ALONE, str(path), json.dumps(given)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[-1]) == one.predict(birds)["species"].tolist()


def test_the_contract_says_what_a_caller_has_to_know(model: Models, tmp_path: Path) -> None:
    found = model("default").export(tmp_path / "m.onnx")
    contract = json.loads(found.contract.read_text())
    by_name = {one["column"]: one for one in contract["inputs"]}
    assert by_name["mass"] | {"name": "mass", "dtype": "float64", "missing": "NaN"} == by_name["mass"]
    assert by_name["sex"]["levels"] == ["f", "m"] and by_name["sex"]["missing"] == "an empty text"
    [scores, called] = contract["outputs"]
    assert scores["columns"] == ["species = Adelie", "species = Gentoo"] and scores["unit"] == "probability"
    assert called["classes"] == ["Adelie", "Gentoo"] and called["dtype"] == "text"
    assert contract["proof"]["tolerance"] == 1e-5 and not contract["proof"]["tolerance_was_asked_for"]
    assert "mass: float64, a number; missing: NaN" in str(found) and "stays outside" in str(found)


def test_what_is_too_far_away_is_not_left_behind(
    model: Models, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, path = model("default"), tmp_path / "m.onnx"
    one.export(path)
    before = path.read_bytes()
    run = OnnxFile.run

    def wrong(self: OnnxFile, *given: Any) -> dict[str, np.ndarray]:
        return {name: one + np.float32(1e-4) if one.ndim == 2 else one for name, one in run(self, *given).items()}

    monkeypatch.setattr(OnnxFile, "run", wrong)
    with pytest.raises(DataError, match=r"something else than the model: 0\.0001 apart, of 1e-05 allowed"):
        one.export(path)
    assert path.read_bytes() == before and sorted(tmp_path.iterdir()) == [path, tmp_path / "m.onnx.json"]
    assert one.export(path, tolerance=1e-3).differs > 5e-5
    assert json.loads((tmp_path / "m.onnx.json").read_text())["proof"]["tolerance_was_asked_for"]


def test_an_interrupt_leaves_the_earlier_file(model: Models, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "m.onnx"
    path.write_bytes(b"earlier")

    def stopped(self: OnnxFile, *given: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(OnnxFile, "run", stopped)
    with pytest.raises(KeyboardInterrupt):
        model("default").export(path)
    assert path.read_bytes() == b"earlier" and list(tmp_path.iterdir()) == [path]


def test_endings_places_and_tolerances_are_held(model: Models, tmp_path: Path) -> None:
    one = model("default")
    with pytest.raises(SpecError, match=r"no format has the ending '\.pkl'"):
        one.export(tmp_path / "m.pkl")
    with pytest.raises(SpecError, match="a tolerance is a number above 0"):
        one.export(tmp_path / "m.onnx", tolerance=0.0)
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "mine.txt").write_text("kept")
    with pytest.raises(DataError, match="something else, and no SavedModel"):
        one.export(tmp_path / "notes")


def test_numbers_that_need_64_bits_are_no_keras_file(model: Models, tmp_path: Path) -> None:
    with pytest.raises(SpecError, match="'at once' are too near each other for 32 bits"):
        model("classes").export(tmp_path / "m.keras")
    assert not list(tmp_path.iterdir())


def test_the_command_line_exports(model: Models, birds: pd.DataFrame, tmp_path: Path) -> None:
    model("default").save(tmp_path / "model")
    birds[[*FEW, "species"]].to_csv(tmp_path / "birds.csv", index=False)
    status, out, error = call("export", "model", "--to", "m.onnx", "--data", "birds.csv", cwd=tmp_path)
    assert (status, error) == (0, ""), error
    assert "wing size: float64" in out and "572 rows, 512 of them drawn (allowed: 1e-05)" in out
    status, out, error = call("export", "model", "--to", "m.txt", cwd=tmp_path)
    assert status == 2 and "end the name in .keras (keras), .tflite (litert), .onnx (onnx), .py (torch)" in error
