"""What is made of the networks' outputs, of targets of all forms; layers of protokit as Keras's operations."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from protokit.core.errors import SpecError
from protokit.core.libraries.backend import keras
from protokit.doors.arithmetic.of_keras import OfKeras
from protokit.doors.arithmetic.of_onnx import IR, OPSET, OPSET_ML, OfOnnx, Wire
from protokit.doors.files.keras_model import plain
from protokit.doors.graph.ends import End, brought, ends_of, said, scores_of, tempered
from protokit.evaluate.temperature import tempered as tempered_by_numpy
from protokit.menu.network.members import Members, MembersHead
from protokit.menu.network.number_embeddings.periodic_embedding import PeriodicEmbedding
from protokit.menu.network.number_embeddings.piecewise_linear_embedding import PiecewiseLinearEmbedding
from protokit.menu.network.ordinal import OrdinalHead
from protokit.represent.target import TargetEncoder

onnx = pytest.importorskip("onnx")
ort = pytest.importorskip("onnxruntime")

FRAME = pd.DataFrame(
    {
        "sex": ["m", "f"] * 10,
        "well": [True, False] * 10,
        "stars": [1, 2, 3, 4] * 5,
        "price": np.linspace(10, 900, 20),
        "many": [0, 1, 2, 5] * 5,
        "tags": ["a;b", "b", "a", "c"] * 5,
    }
)
TARGETS: dict[str, Any] = {
    "binary": lambda: TargetEncoder.fit(FRAME, ("sex",), "binary"),
    "first is positive": lambda: _with(TargetEncoder.fit(FRAME, ("sex",), "binary"), positive=0, threshold=0.3),
    "tempered": lambda: _with(TargetEncoder.fit(FRAME, ("well",), "binary"), temperature=1.7, threshold=0.6),
    "multiclass": lambda: _with(TargetEncoder.fit(FRAME, ("stars",), "multiclass"), temperature=0.5),
    "ordinal": lambda: TargetEncoder.fit(FRAME, ("stars",), "ordinal"),
    "number": lambda: TargetEncoder.fit(FRAME, ("price",), "regression"),
    "quantiles": lambda: TargetEncoder.fit(FRAME, ("price",), "quantile", (0.1, 0.5, 0.9)),
    "count": lambda: TargetEncoder.fit(FRAME, ("many",), "count"),
    "labels": lambda: _with(TargetEncoder.fit(FRAME, ("tags",), "multilabel", separator=";"), threshold=0.4),
    "survival": lambda: TargetEncoder.fit(FRAME, ("price", "well"), "survival"),
    "vector": lambda: TargetEncoder.fit(FRAME, ("price", "many"), "vector"),
}


def _with(target: TargetEncoder, **spec: Any) -> TargetEncoder:
    return replace(target, spec=replace(target.spec, **spec))


def output_of(target: TargetEncoder) -> np.ndarray:
    """What a network may say. Shapes: (200, units) float32."""
    output = np.random.default_rng(0).normal(size=(200, target.spec.units)).astype(np.float32)
    if target.spec.form == "labels" or (target.spec.units == 1 and target.spec.form == "classes"):
        return np.asarray(1 / (1 + np.exp(-output)), np.float32)
    if target.spec.form == "classes":
        return np.asarray(np.exp(output) / np.exp(output).sum(axis=1, keepdims=True), np.float32)
    return output


def wanted_of(target: TargetEncoder, output: np.ndarray) -> list[tuple[End, tuple[str, ...], pd.DataFrame]]:
    """Each output of a file, what its columns are called, and what they have to say."""
    scores = tempered_by_numpy(target.scores(output), target.spec.temperature)
    wanted = pd.DataFrame(dict(target.columns(scores, FRAME)))
    return [(end, end.columns or (end.name,), wanted) for end in ends_of(target.spec)]


@pytest.mark.parametrize("name", TARGETS)
def test_ends_say_what_the_target_says(name: str, tmp_path: Path) -> None:
    target = TARGETS[name]()
    output = output_of(target)
    wanted = wanted_of(target, output)[0][2]
    a = OfOnnx()
    wires = said(a, target.spec, tempered(a, target.spec, scores_of(a, target, Wire("output", "float32"))))
    types = {"float64": "DOUBLE", "float32": "FLOAT", "int64": "INT64", "bool": "BOOL", "object": "STRING"}
    ends = ends_of(target.spec)
    given = onnx.helper.make_tensor_value_info("output", onnx.TensorProto.FLOAT, ["rows", target.spec.units])
    outputs = []
    for end in ends:
        shape = ["rows", len(end.columns)] if end.columns else ["rows"]
        dtype = getattr(onnx.TensorProto, types[end.dtype])
        outputs.append(onnx.helper.make_tensor_value_info(wires[end.name].name, dtype, shape))
    graph = onnx.helper.make_graph(a.nodes, "ends", [given], outputs, a.constants)
    opsets = [onnx.helper.make_opsetid("", OPSET), onnx.helper.make_opsetid("ai.onnx.ml", OPSET_ML)]
    model = onnx.helper.make_model(graph, opset_imports=opsets, ir_version=IR)
    onnx.checker.check_model(model, full_check=True)
    session = ort.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    by_onnx = dict(zip([end.name for end in ends], session.run(None, {"output": output}), strict=True))
    tensor = keras.Input((target.spec.units,))
    a_keras = OfKeras()
    network = keras.Model(
        tensor, said(a_keras, target.spec, tempered(a_keras, target.spec, scores_of(a_keras, target, tensor)))
    )
    by_keras = {name: np.asarray(one) for name, one in network(output).items()}
    for end in ends:
        for found in (by_onnx[end.name], by_keras[end.name]):
            for i, column in enumerate(end.columns or (end.name,)):
                one = found[:, i] if end.columns else found
                if end.what != "class":
                    assert np.allclose(one, wanted[column], rtol=1e-6, atol=1e-7), column
                elif end.dtype == "object":
                    assert [text.decode() if isinstance(text, bytes) else text for text in one] == list(wanted[column])
                else:
                    assert (one == wanted[column].to_numpy()).all(), column


def test_layers_of_protokit_are_operations_of_keras(tmp_path: Path) -> None:
    given = keras.Input((3,), name="numbers")
    bent = PiecewiseLinearEmbedding(4, knots=[[0.0, 1.0, 2.0], [], [-1.0, 1.0]])(given)
    both = keras.layers.Concatenate()([bent, PeriodicEmbedding(3, 2)(given), PiecewiseLinearEmbedding(2)(given)])
    heads = {"a": MembersHead(2, "softmax")(Members(4)(both)), "b": OrdinalHead(4)(keras.layers.Dense(5)(both))}
    network = keras.Model({"numbers": given}, heads)
    rng = np.random.default_rng(0)
    network.set_weights([one + rng.normal(size=one.shape).astype("float32") * 0.1 for one in network.get_weights()])
    bare = plain(network)
    bare.save(tmp_path / "bare.keras")
    assert b"protokit" not in (tmp_path / "bare.keras").read_bytes()
    loaded = keras.models.load_model(tmp_path / "bare.keras")
    rows = rng.normal(size=(50, 3)).astype(np.float32)
    for name, one in network({"numbers": rows}).items():
        assert np.abs(np.asarray(loaded({"numbers": rows})[name]) - np.asarray(one)).max() < 1e-6


class Own(keras.layers.Layer):  # type: ignore[misc]
    def call(self, inputs: Any) -> Any:
        return inputs


def test_a_layer_that_is_neither_is_refused() -> None:
    given = keras.Input((3,), name="numbers")
    with pytest.raises(SpecError, match="the layer Own is not Keras's own"):
        plain(keras.Model({"numbers": given}, Own()(given)))


def test_curves_of_a_fold_are_brought_to_the_times_of_another() -> None:
    own = TargetEncoder.fit(FRAME, ("price", "well"), "survival")
    other = replace(own.spec, times=(5.0, 100.0, own.spec.times[1], 2000.0))
    curves = own.scores(output_of(own)[:, : own.spec.units])
    given = keras.Input((own.spec.units,), dtype="float64")
    network = keras.Model(given, brought(OfKeras(), own.spec, given, other))
    wanted = own.spec.of_task.brought(own.spec, curves, other)
    assert np.abs(np.asarray(network(keras.ops.convert_to_tensor(curves))) - wanted).max() < 1e-12
