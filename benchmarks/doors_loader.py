"""Loads an exported file with nothing of protokit, and says how it did: run by the Python of a bare environment.

PYTHON doors_loader.py FORMAT PATH GIVEN.npz FOUND.npz: inputs as the contract's file takes them, and where its outputs
go; seconds to load and of one row on the standard output, as JSON.
"""

import importlib.util
import json
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

Arrays = Mapping[str, np.ndarray]
ROWS = 4096  # at once


def onnx(path: str) -> Callable[[Arrays], Arrays]:
    """ONNX Runtime."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    names = [one.name for one in session.get_outputs()]
    return lambda given: dict(zip(names, session.run(names, dict(given)), strict=True))


def keras(path: str) -> Callable[[Arrays], Arrays]:
    """Keras."""
    import keras as library
    import tensorflow as tf

    model = library.models.load_model(path, compile=False)
    return lambda given: model.predict_on_batch({name: tf.constant(cells) for name, cells in given.items()})


def saved_model(path: str) -> Callable[[Arrays], Arrays]:
    """TensorFlow."""
    import tensorflow as tf

    loaded = tf.saved_model.load(path)
    said = loaded.signatures["serving_default"]
    return lambda given: {
        name: one.numpy() for name, one in said(**{name: tf.constant(cells) for name, cells in given.items()}).items()
    }


def litert(path: str) -> Callable[[Arrays], Arrays]:
    """LiteRT."""
    from ai_edge_litert.interpreter import Interpreter

    runner = Interpreter(path, num_threads=1).get_signature_runner()
    return lambda given: runner(**given)


def torch(path: str) -> Callable[[Arrays], Arrays]:
    """Torch."""
    import torch as library

    spec = importlib.util.spec_from_file_location("exported", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    model = module.Model.load()

    def said(given: Arrays) -> Arrays:
        with library.no_grad():
            return model(
                {name: cells[:, 0].tolist() if cells.shape[1:] == (1,) else cells for name, cells in given.items()}
            )

    return said


LOADERS = {"onnx": onnx, "keras": keras, "saved_model": saved_model, "litert": litert, "torch": torch}


def main() -> None:
    """Load, ask, write, and say."""
    form, path, given_at, found_at = sys.argv[1:5]
    assert importlib.util.find_spec("protokit") is None, "protokit is in this environment"
    with np.load(given_at) as kept:
        given = {name: cells.astype(object) if cells.dtype.kind == "U" else cells for name, cells in kept.items()}
    begun = time.perf_counter()
    said = LOADERS[form](path)
    one = {name: cells[:1] for name, cells in given.items()}
    said(one)
    load = time.perf_counter() - begun
    took = []
    for _ in range(30):
        begun = time.perf_counter()
        said(one)
        took.append(time.perf_counter() - begun)
    rows = len(next(iter(given.values())))
    parts: list[dict[str, Any]] = []
    for start in range(0, rows, ROWS):
        part = said({name: cells[start : start + ROWS] for name, cells in given.items()})
        parts.append({name: np.asarray(one) for name, one in part.items()})
    found = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    plain = {name: _plain(array) for name, array in found.items()}
    np.savez(Path(found_at), **plain)
    print(json.dumps({"load": load, "one_row": sorted(took)[len(took) // 2]}))


def _plain(array: np.ndarray) -> np.ndarray:
    if array.dtype.kind not in "OS":
        return array
    texts = [one.decode() if isinstance(one, bytes) else str(one) for one in array.reshape(-1)]
    return np.array(texts, dtype=str).reshape(array.shape)


if __name__ == "__main__":
    main()
