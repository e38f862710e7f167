"""Files of LiteRT say what the model says, in 32 bits, 16 and 8."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import protokit
from protokit.bundle.exporter import Export
from protokit.core.errors import DataError, SpecError
from protokit.core.libraries.backend import keras
from protokit.doors.arithmetic.of_litert import OfLiteRt
from protokit.doors.files.litert.columns import Coded, narrowed
from protokit.doors.files.litert.halves import Halves
from protokit.doors.files.litert.litert_file import LiteRtFile
from protokit.doors.files.litert.pieces import converted
from protokit.doors.graph.encoded import encoded
from protokit.doors.graph.ends import said as said_of
from protokit.doors.graph.ends import scores_of, tempered
from protokit.doors.plan import Plan, unit_of
from protokit.doors.proof import arrays, drawn, scores
from tests.command import call
from tests.doors.conftest import table
from tests.doors.test_ends import TARGETS, output_of, wanted_of

litert = pytest.importorskip("ai_edge_litert.interpreter")
Models = Callable[[str], Any]


def said(file: bytes | Path, given: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    where = {"model_content": file} if isinstance(file, bytes) else {"model_path": str(file)}
    return dict(litert.Interpreter(**where).get_signature_runner()(**given))


def plan_of(model: Any) -> Plan:
    return LiteRtFile().adapted(Plan.of(model))


@pytest.fixture(scope="module")
def exported(model: Models, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Export]:
    """A model of conftest as a file, which is written once."""

    @cache
    def made(name: str, dtype: str = "float32") -> Export:
        found: Export = model(name).export(tmp_path_factory.mktemp("file") / "m.tflite", rows=table(60), dtype=dtype)
        return found

    return made


@pytest.mark.some("days")
@pytest.mark.parametrize("name", ["days", "folds"])
def test_a_file_predicts_as_the_model(
    model: Models, exported: Callable[..., Export], birds: pd.DataFrame, name: str
) -> None:
    one, found = model(name), exported(name)
    assert found.differs <= 1e-5 and found.rows == 60 + found.drawn
    contract = json.loads(found.contract.read_text())
    assert contract["weights"] == "float32"
    predicted, outputs = one.predict(birds), said(found.path, arrays(plan_of(one), birds))
    for end in contract["outputs"]:
        of = outputs[end["name"]]
        assert of.shape == (60, *end["shape"][1:]) and str(of.dtype) == end["dtype"]
        for i, column in enumerate(end.get("columns", [end["name"]])):
            ours, theirs = predicted[column].to_numpy(), of[:, i] if of.ndim == 2 else of
            if end["what"] == "class":
                assert [end["classes"][place] for place in theirs] == ours.tolist()
            else:
                assert np.allclose(ours.astype(float), theirs, rtol=1e-5, atol=1e-5)


def test_codes_of_levels_stand_in_the_contract(exported: Callable[..., Export]) -> None:
    found = exported("days")
    by_name = {one["column"]: one for one in json.loads(found.contract.read_text())["inputs"]}
    assert by_name["sex"]["codes"] == {"f": 2, "m": 3} and by_name["sex"]["missing"] == "1"
    assert by_name["tame"]["codes"] == {"false": 2, "true": 3} and by_name["grade"]["dtype"] == "int32"
    assert by_name["born"]["cells"].startswith("days since 1970") and by_name["mass"]["dtype"] == "float32"
    codes = dict.fromkeys(by_name, np.zeros((1, 1), np.float32))
    codes |= {name: np.zeros((1, 1), np.int32) for name, one in by_name.items() if one["dtype"] == "int32"}
    assert np.isfinite(said(found.path, codes)["species probabilities"]).all()  # codes of no level


def test_encoded_numbers_are_those_of_the_model(model: Models) -> None:
    plan = plan_of(model("days"))
    rows = drawn(plan, 300, 3)
    names = {name: name.replace(" ", "_") for name in plan.raw}
    texts = {names[name]: column.texts for name, column in plan.raw.items() if isinstance(column, Coded)}
    raw = {name: keras.Input((1,), dtype=column.dtype, name=names[name]) for name, column in plan.raw.items()}
    made = encoded(
        OfLiteRt({names[name]: some for name, some in texts.items()}), plan.encoders[0], plan.columns[0], raw
    )
    file = converted(keras.Model({names[name]: one for name, one in raw.items()}, made), "float32", {})
    found = said(file, {names[name]: array for name, array in arrays(plan, rows).items()})
    for name, wanted in plan.encoders[0].encode(rows)[0].items():
        assert (np.abs(found[name] - wanted) <= 1e-6 * np.maximum(1, np.abs(wanted))).all(), name


def test_float16_is_smaller_and_nearly_equal(exported: Callable[..., Export]) -> None:
    wide, found = exported("default"), exported("default", "float16")
    assert wide.differs < found.differs <= 1e-3 == found.tolerance
    assert found.path.stat().st_size < 0.75 * wide.path.stat().st_size
    assert "(allowed: 0.001)" in str(found)


def test_int8_keeps_the_classes(
    model: Models, exported: Callable[..., Export], birds: pd.DataFrame, tmp_path: Path
) -> None:
    one, wide = model("default"), exported("default")
    probable = one.predict(birds)["species = Adelie"].to_numpy(float)
    sure = birds[np.abs(probable - 0.5) > 0.05]  # what is noise to a network of 160 rows may turn
    found = one.export(tmp_path / "m.tflite", rows=sure, dtype="int8")
    by_file = said(found.path, arrays(plan_of(one), birds))["species probabilities"]
    assert 0 < np.abs(by_file[:, 0] - probable).max() < 0.05
    contract = json.loads(found.contract.read_text())
    assert contract["weights"] == "int8" and contract["calibrated_by"] == f"{len(sure)} rows that were given"
    assert contract["proof"]["classes_changed"] == found.changed <= contract["proof"]["classes_allowed"] == 1 / 200
    assert f"of classes change on {len(sure)} rows, 0 of them drawn (allowed: 0.50%)" in str(found)
    assert found.path.stat().st_size < 0.55 * wide.path.stat().st_size


def test_int8_that_changes_classes_is_refused(
    model: Models, birds: pd.DataFrame, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def wrong(self: LiteRtFile, plan: Plan, path: Path, given: Any) -> dict[str, np.ndarray]:
        return {"species probabilities": 1 - scores(plan, birds if len(given["mass"]) == 60 else asked)["species"]}

    one = model("default")
    asked = drawn(plan_of(one), 512, 0)
    monkeypatch.setattr(LiteRtFile, "run", wrong)
    monkeypatch.setattr(LiteRtFile, "write", lambda self, plan, path: path.write_bytes(b""))
    for rows in (birds, None):
        with pytest.raises(DataError, match=r"\d\d\.\d\d% of classes change, of 0\.50% allowed") as caught:
            one.export(tmp_path / "m.tflite", rows=rows, dtype="int8")
        assert ("give rows as they come" in str(caught.value)) == (rows is None)
    assert not list(tmp_path.iterdir())


@pytest.mark.some("quantiles", "ordinal", "tempered")
@pytest.mark.parametrize("name", TARGETS)
def test_ends_say_what_the_target_says(name: str) -> None:
    target = TARGETS[name]()
    output = output_of(target)
    tensor = keras.Input((target.spec.units,), name="output")
    a = OfLiteRt({})
    ends = said_of(a, target.spec, tempered(a, target.spec, scores_of(a, target, tensor)))
    keys = {name: f"end_{i}" for i, name in enumerate(ends)}
    model = keras.Model({"output": tensor}, {keys[name]: one for name, one in ends.items()})
    found = said(converted(model, "float32", {}), {"output": output})
    for end, columns, wanted in wanted_of(target, output):
        one = found[keys[end.name]]
        for i, column in enumerate(columns):
            cells = one[:, i] if end.columns else one
            if end.what == "class":
                meant = [end.classes[place] for place in cells] if end.dtype == "object" else list(cells)
                assert meant == list(wanted[column]), column
            else:
                assert (np.abs(cells - wanted[column]) / unit_of(target).max()).max() <= 1e-6, column


def test_what_needs_more_than_32_bits_is_refused(model: Models, tmp_path: Path) -> None:
    with pytest.raises(SpecError, match="'at once' are too near each other for 32 bits, which LiteRT computes with"):
        model("classes").export(tmp_path / "m.tflite")
    with pytest.raises(SpecError, match="'seen' has dates with a time"):
        narrowed(Plan.of(model("classes")))
    assert not list(tmp_path.iterdir())


def test_what_litert_cannot_compute_is_refused_by_name() -> None:
    tensor = keras.Input((3,), name="numbers")
    with pytest.raises(SpecError, match=r"LiteRT cannot compute .*Erfinv"):
        converted(keras.Model({"numbers": tensor}, {"out": keras.ops.erfinv(tensor)}), "float32", {})


def test_dtypes_are_held(model: Models, tmp_path: Path) -> None:
    with pytest.raises(SpecError, match=r"onnx keeps weights as float32, not as 'int8'[\s\S]*\.tflite"):
        model("default").export(tmp_path / "m.onnx", dtype="int8")
    with pytest.raises(SpecError, match="litert keeps weights as float32 or float16 or int8, not as 'int4'"):
        model("default").export(tmp_path / "m.tflite", dtype="int4")


@pytest.fixture(scope="module")
def embedding(tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, pd.DataFrame]:
    """A model of members on embedded numbers, knots of which lie near each other, and two embedded categories."""
    some = table(400)[["wing size", "mass", "island", "weight"]]
    some["town"] = some["island"].sample(frac=1, random_state=0).to_numpy(object) + "!"
    some["mass"] = 1000 + some["wing size"] % 1
    embedded = {"branch": {"embedded": [{"PiecewiseLinearEmbedding": 3, "from": "numbers"}], "plain": []}}
    menu = [embedded, {"ensemble": {"members": 3, "layers": [{"Dense": 4}]}}]
    learn = {"epochs": 2, "networks": 1, "menu": menu, "optimizer": {"Adam": {"learning_rate": 0.01}}}
    recipe = {"represent": {"target": "weight"}, "learn": learn, "evaluate": {"baselines": []}}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("protokit.workflow.look.page._pictures", lambda *_: ())
        return protokit.run(recipe, some, out=tmp_path_factory.mktemp("runs")).model, some


@pytest.mark.some("float16")
@pytest.mark.parametrize("dtype", ["float32", "float16", "int8"])
def test_members_on_embedded_numbers(embedding: tuple[Any, pd.DataFrame], tmp_path: Path, dtype: str) -> None:
    model, some = embedding
    allowed = {"float32": 1e-5, "float16": 1e-3, "int8": 0.05}[dtype]
    network = LiteRtFile().adapted(Plan.of(model)).network(0, 0)
    kinds = {type(layer).__name__ for layer in network._flatten_layers()}
    assert {"PiecewiseLinearEmbedding", "Members", "MembersHead"} <= kinds
    found = model.export(tmp_path / "m.tflite", rows=some, dtype=dtype)
    assert found.differs <= allowed
    [by_file] = said(found.path, arrays(plan_of(model), some)).values()
    wanted = model.predict(some)["weight"].to_numpy(float)
    assert np.abs(by_file - wanted).max() <= allowed * some["weight"].std()


def test_sums_of_whole_numbers_and_of_channels() -> None:
    whole, channels = keras.Input((3,), dtype="int32", name="whole"), keras.Input((3, 1), name="channels")
    sums = {"whole": np.array([[0, 7, 9]], np.int32), "channels": np.array([[0.5], [7], [9]], np.float32)}
    made = {name: keras.ops.add(one, sums[name]) for name, one in (("whole", whole), ("channels", channels))}
    model = Halves().second(keras.Model({"whole": whole, "channels": channels}, made))
    given = {"whole": np.arange(6, dtype="i4").reshape(2, 3), "channels": np.arange(6, dtype="f4").reshape(2, 3, 1)}
    found = said(converted(model, "float32", {}), given)
    assert all((found[name] == given[name] + sums[name]).all() for name in sums)


ALONE = """
import sys, json
sys.modules["protokit"] = sys.modules["tensorflow"] = None
import numpy as np
from ai_edge_litert.interpreter import Interpreter
given, types = json.loads(sys.argv[2]), {"mass": "f4", "wing size": "f4"}
feed = {name: np.array(cells, types.get(name, "i4"))[:, None] for name, cells in given.items()}
print(json.dumps(Interpreter(sys.argv[1]).get_signature_runner()(**feed)["species"].tolist()))
"""


def test_a_file_runs_where_there_is_no_protokit(
    model: Models, exported: Callable[..., Export], birds: pd.DataFrame
) -> None:
    one = model("default")
    given = {name: array[:, 0].tolist() for name, array in arrays(plan_of(one), birds).items()}
    command = [sys.executable, "-I", "-c", ALONE, str(exported("default").path), json.dumps(given)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    classes = one.encoder.targets[0].spec.classes
    assert [classes[i] for i in json.loads(done.stdout.splitlines()[-1])] == one.predict(birds)["species"].tolist()


def test_the_command_line_takes_the_type_of_weights(model: Models, tmp_path: Path) -> None:
    model("default").save(tmp_path / "model")
    status, _, error = call("export", "model", "--to", "m.tflite", "--as", "int4", cwd=tmp_path)
    assert status == 2 and "litert keeps weights as float32 or float16 or int8, not as 'int4'" in error
