"""Files of LiteRT: what Keras's converter makes of a model, and several that are put together to one."""

from __future__ import annotations

import re
import tempfile
import warnings
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from protokit.core.errors import SpecError
from protokit.core.libraries.backend import keras, tf
from protokit.core.libraries.optional import optional
from protokit.core.libraries.quiet import native_stderr_held
from protokit.doors.files.networks import written

_AT_ONCE = 64  # rows, of those that calibrate
_LACKING = re.compile(r"(?:Flex ops: |custom op: |'tf\.)(\w+)")


def converted(model: keras.Model, dtype: str, rows: Mapping[str, np.ndarray]) -> bytes:
    """A model as a file of LiteRT. Weights are kept as float32, float16 or int8; the `rows` calibrate the last.

    Raises:
        SpecError: LiteRT cannot compute something of it.
    """
    options: dict[str, Any] = {"target_spec": {"supported_ops": [tf.lite.OpsSet.TFLITE_BUILTINS]}}
    if dtype != "float32":
        options["optimizations"] = [tf.lite.Optimize.DEFAULT]
    if dtype == "float16":
        options["target_spec"]["supported_types"] = [tf.float16]
    if dtype == "int8":
        options["representative_dataset"] = lambda: _slices(rows)
    model({one.name: np.zeros((1, *one.shape[1:]), one.dtype) for one in model.inputs})
    try:
        with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings(), native_stderr_held(), written():
            warnings.simplefilter("ignore")  # of TensorFlow's own calls
            path = Path(folder) / "model.tflite"
            model.export(str(path), format="litert", verbose=False, **options)
            return path.read_bytes()
    except Exception as error:
        if type(error).__name__ != "ConverterError":
            raise
        lacking = sorted(set(_LACKING.findall(str(error))))
        rule = f"LiteRT cannot compute {', '.join(lacking) or 'a layer'}, which the network does"
        raise SpecError.one(rule, "export it as ONNX, or train it with other layers") from error


def _slices(rows: Mapping[str, np.ndarray]) -> Iterator[dict[str, np.ndarray]]:
    many = len(next(iter(rows.values())))
    for start in range(0, many, _AT_ONCE):
        yield {name: array[start : start + _AT_ONCE] for name, array in rows.items()}


def together(pieces: Sequence[bytes], inputs: Mapping[str, str], outputs: Mapping[str, str]) -> bytes:
    """Several files as one: where a piece takes what an earlier one gives, or the first one takes, they are wired.

    `inputs` and `outputs` say what each is called in the whole, by its name in the pieces.
    """
    schema = optional("ai_edge_litert.schema_py_generated", "litert")
    graph = schema.SubGraphT(tensors=[], operators=[], name="main")
    whole = schema.ModelT(version=3, operatorCodes=[], subgraphs=[graph], buffers=[schema.BufferT()])
    whole.description = "made by protokit"
    wires, taken = dict[str, int](), dict[str, int]()
    for piece in pieces:
        model = schema.ModelT.InitFromPackedBuf(piece)
        if len(model.subgraphs) > 1:
            raise SpecError.one("a network with loops does not go into a file of LiteRT", "export it as ONNX")
        [own], [signature] = model.subgraphs, model.signatureDefs
        takes = {one.tensorIndex: _text(one.name) for one in signature.inputs}
        places = []
        for i, tensor in enumerate(own.tensors):
            if takes.get(i) in wires:
                places.append(wires[takes[i]])
                continue
            tensor.buffer += len(whole.buffers)
            places.append(len(graph.tensors))
            graph.tensors.append(tensor)
        if not taken:
            taken = {name: places[i] for i, name in takes.items()}
            wires |= taken
        wires |= {_text(one.name): places[one.tensorIndex] for one in signature.outputs}
        for one in own.operators:
            one.opcodeIndex += len(whole.operatorCodes)
            for role in ("inputs", "outputs", "intermediates"):
                if (given := getattr(one, role)) is not None:
                    setattr(one, role, [places[i] if i >= 0 else -1 for i in given])
            graph.operators.append(one)
        whole.operatorCodes += model.operatorCodes
        whole.buffers += model.buffers
    graph.inputs, graph.outputs = [taken[name] for name in inputs], [wires[name] for name in outputs]
    starts = [schema.TensorMapT(own, taken[name]) for name, own in inputs.items()]
    ends = [schema.TensorMapT(own, wires[name]) for name, own in outputs.items()]
    whole.signatureDefs = [schema.SignatureDefT(starts, ends, "serving_default", 0)]
    builder = optional("flatbuffers", "litert").Builder(1024)
    builder.Finish(whole.Pack(builder), b"TFL3")
    return bytes(builder.Output())


def _text(name: bytes | str) -> str:
    return name.decode() if isinstance(name, bytes) else name
