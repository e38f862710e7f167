"""ONNX: raw columns in, names of classes, probabilities and numbers out."""

from __future__ import annotations

import logging
import tempfile
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from protokit.core.errors import SpecError
from protokit.core.libraries.backend import BACKEND, keras
from protokit.core.libraries.optional import optional
from protokit.core.libraries.quiet import native_stderr_held
from protokit.doors.arithmetic.of_onnx import IR, OPSET, OPSET_ML, OPSET_OF_TEXTS, OfOnnx, Wire
from protokit.doors.arithmetic.of_onnx_texts import CONTRIBUTED, OfOnnxTexts
from protokit.doors.files.networks import joined, key_of
from protokit.doors.format import Format
from protokit.doors.onnx_session import OnnxSession
from protokit.doors.plan import Plan

_TYPES = {
    "float64": "DOUBLE",
    "float32": "FLOAT",
    "int64": "INT64",
    "bool": "BOOL",
    "uint8": "UINT8",
    "object": "STRING",
}


class OnnxFile(Format):
    """See Format."""

    name = "onnx"

    def names(self, plan: Plan) -> Mapping[str, str]:
        """See Format: their own names."""
        for package in ("onnx", "onnxruntime", "tf2onnx"):
            optional(package, "export")
        if BACKEND != "tensorflow":
            rule = f"a network that runs on {BACKEND} is not written as ONNX here"
            raise SpecError.one(rule, "export it in a process where Keras runs on tensorflow")
        names = [*plan.raw, *(end.name for end in plan.ends)]
        if twice := [name for name in plan.raw if name in {end.name for end in plan.ends}]:
            raise SpecError.one(f"an input and an output would both be named {twice[0]!r}", "rename the column")
        return dict(zip(names, names, strict=True))

    def needs(self, plan: Plan) -> tuple[str, ...]:
        """See Format."""
        if not plan.reads_texts:
            return ()
        much = "texts that are given at once take about 50 bytes for each character of the longest: give few if one is"
        return (f"the operator Tokenizer of ONNX Runtime's own ({CONTRIBUTED}), which its usual builds have", much)

    def write(self, plan: Plan, path: Path) -> None:
        """See Format."""
        onnx = optional("onnx", "export")
        a = OfOnnxTexts()
        helper = onnx.helper

        def info(name: str, dtype: str, shape: list[object]) -> Any:
            return helper.make_tensor_value_info(name, getattr(onnx.TensorProto, _TYPES[dtype]), shape)

        given = [info(name, column.dtype, ["rows", *column.shape]) for name, column in plan.raw.items()]
        raw = {name: Wire(name, column.dtype) for name, column in plan.raw.items()}
        found = plan.predicted(a, raw, lambda encoded: _networks(a, plan, encoded))
        shapes = {end.name: ["rows", len(end.columns)] if end.columns else ["rows"] for end in plan.ends}
        for end in plan.ends:
            a.nodes.append(helper.make_node("Identity", [found[end.name].name], [end.name]))
        outputs = [info(end.name, end.dtype, [*shapes[end.name]]) for end in plan.ends]
        graph = helper.make_graph(a.nodes, "model", given, outputs, a.constants, value_info=a.types)
        opsets = [helper.make_opsetid("", OPSET_OF_TEXTS if plan.reads_texts else OPSET)]
        opsets.append(helper.make_opsetid("ai.onnx.ml", OPSET_ML))
        if plan.reads_texts:
            opsets.append(helper.make_opsetid(CONTRIBUTED, 1))
        model = helper.make_model(graph, opset_imports=opsets, ir_version=IR, producer_name="protokit")
        onnx.checker.check_model(model, full_check=True)
        path.write_bytes(model.SerializeToString())

    def run(self, plan: Plan, path: Path, given: Mapping[str, np.ndarray]) -> Mapping[str, np.ndarray]:
        """See Format."""
        return OnnxSession(path).run(given)


def _networks(a: OfOnnx, plan: Plan, encoded: Sequence[Mapping[str, Wire]]) -> list[list[dict[str, Wire]]]:
    """All networks as one graph, which takes what the encoders made."""
    onnx = optional("onnx", "export")
    networks = joined(plan)
    wires = {key_of(i, name): wire for i, own in enumerate(encoded) for name, wire in own.items()}
    graph = _converted(keras.Model(list(networks.inputs.values()), networks.every))
    for one in graph.input:
        assert one.name in wires, "the converter keeps the names of inputs"
    onnx.compose.add_prefix_graph(graph, "network_", inplace=True)
    a.constants += graph.initializer
    given = [(wires[key].name, f"network_{key}") for key in networks.inputs]
    a.nodes += [onnx.helper.make_node("Identity", [wire], [name]) for wire, name in given]
    a.nodes += graph.node
    made = iter([Wire(one.name, "float32") for one in graph.output])
    return [[{key: next(made) for key in seed} for seed in of_part] for of_part in networks.outputs]


def _converted(network: keras.Model) -> Any:
    """A network as a graph of ONNX."""
    onnx = optional("onnx", "export")
    talkative = [logging.getLogger(name) for name in ("tf2onnx", "tensorflow")]
    before = [one.level for one in talkative]
    try:
        for one in talkative:
            one.setLevel(logging.CRITICAL)
        with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings(), native_stderr_held():
            warnings.simplefilter("ignore")  # of the converter's own calls
            path = Path(folder) / "network.onnx"
            network([np.zeros((1, *one.shape[1:]), one.dtype) for one in network.inputs])
            network.export(str(path), format="onnx", verbose=False, opset_version=OPSET)
            return onnx.load(str(path)).graph
    finally:
        for one, level in zip(talkative, before, strict=True):
            one.setLevel(level)
