"""A file of ONNX in ONNX Runtime."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from protokit.core.errors import DataError
from protokit.core.libraries.optional import optional
from protokit.core.outside import access


class OnnxSession:
    """A file of ONNX, opened. Several threads may run it at once; each run computes on one.

    Raises:
        DataError: ONNX Runtime cannot read it.
        MissingExtra: the extra `export` is not installed.
    """

    def __init__(self, path: Path) -> None:
        runtime = optional("onnxruntime", "export")
        options = runtime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        try:
            content = access.content(path)
            self._session = runtime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
        except (OSError, ValueError, RuntimeError) as error:
            raise DataError(f"ONNX Runtime cannot read it: {str(error)[:200]}", place=str(path)) from None
        self._names = [one.name for one in self._session.get_outputs()]

    def run(self, given: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        """What it gives, by the output's name."""
        return dict(zip(self._names, self._session.run(self._names, dict(given)), strict=True))
